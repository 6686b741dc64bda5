// The store on disk: durable creates with their real index rows, reads, searches. The rate of bare
// durable writes is printed beside: nothing acknowledged can be faster than it one at a time.

#include "base/system.h"
#include "bench/measure.h"
#include "fingerpost/limits.h"
#include "model/json.h"
#include "search/search.h"
#include "store/store.h"
#include "support/definitions.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace fingerpost;

constexpr int clients = 32;
constexpr int creates = 40'000;
constexpr int patients = 500;

double seconds_now(SystemClock& clock) {
  return static_cast<double>(clock.monotonic_us()) / 1e6;
}

// Some 1,100 bytes that no two referrals share: what is kept packed must not be one letter.
std::string note_of(int n) {
  constexpr std::array words = {
      "lives",   "alone",  "since",    "husband", "moved",    "asked",    "about",   "walking",
      "group",   "garden", "lonely",   "evening", "daughter", "visits",   "monthly", "knee",
      "painful", "stairs", "benefits", "advice",  "housing",  "damp",     "keen",    "singing",
      "anxious", "buses",  "hearing",  "phone",   "prefers",  "mornings", "carer",   "neighbour",
      "meals",   "sleep",  "poorly",   "smoker",  "library",  "computer", "course",  "volunteer"};
  std::string note;
  auto drawn = static_cast<unsigned>(n) * 2'654'435'761U + 1;
  while (note.size() < 1100) {
    drawn = drawn * 1'664'525U + 1'013'904'223U;
    note += words[(drawn >> 16) % words.size()];
    note += (drawn >> 28) == 0 ? ". " : " ";
  }
  return note;
}

// A referral of about 2 KB, one of many patients'.
std::string referral(int n) {
  const std::string note = note_of(n);
  return R"({"resourceType":"ServiceRequest","identifier":[{"system":"https://example.org/referral","value":"R)" +
         std::to_string(n) +
         R"("}],"status":"active","intent":"order","category":[{"coding":[{"system":"http://snomed.info/sct","code":"306206005","display":"Referral to service"}]}],"priority":"routine","code":{"coding":[{"system":"http://snomed.info/sct","code":"871731000000106","display":"Referral to social prescribing service"}],"text":"Social prescribing"},"subject":{"reference":"Patient/p)" +
         std::to_string(n % patients) +
         R"("},"occurrencePeriod":{"start":"2026-11-01","end":"2027-02-01"},"authoredOn":"2026-)" +
         std::to_string(10 + n % 3) + "-" + std::to_string(10 + n % 18) +
         R"(T10:30:00+00:00","requester":{"reference":"PractitionerRole/gp)" +
         std::to_string(n % 40) +
         R"("},"performer":[{"reference":"Organization/link-workers"}],"reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"422650009","display":"Social isolation"}],"text":"Lives alone since the summer"}],"note":[{"text":")" +
         note + R"("}]})";
}

void print_rate(const char* name, int count, double seconds) {
  std::printf("%-48s %10.0f/s\n", name, count / seconds);
}

void measure_disk(const std::string& folder, SystemClock& clock) {
  const std::string path = folder + "/probe";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  const std::string page(8192, 'x');
  const double start = seconds_now(clock);
  int count = 0;
  for (; count < 2000 && seconds_now(clock) - start < 2; ++count)
    if (::pwrite(file, page.data(), page.size(), 0) < 0 || ::fdatasync(file) != 0) std::abort();
  print_rate("write 8 KiB + fdatasync", count, seconds_now(clock) - start);
  ::close(file);
}

store::Write prepare(const search::Parameters& parameters, int n) {
  auto read = model::read_json(test::definitions(), referral(n), Limits{});
  if (!read) std::abort();
  store::Write write;
  write.type = "ServiceRequest";
  write.id = "r" + std::to_string(n);
  write.body = store::prepare_body(test::definitions(), read->tree, write.id);
  write.index = search::index(parameters, {&read->tree, read->tree.root()});
  return write;
}

// Clients as a server has them: each begins its next create when its last is durable, none holds a
// thread.
class Load {
 public:
  Load(store::Store& store, std::vector<store::Write>& writes) : store_(store), writes_(writes) {}

  void run() {
    for (int client = 0; client < clients; ++client) next();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return finished_ == writes_.size(); });
  }

 private:
  void next() {
    const std::size_t n = begun_++;
    if (n >= writes_.size()) return;
    store::Unit unit;
    unit.writes.push_back(std::move(writes_[n]));
    store_.commit(std::move(unit), [this](Result<store::UnitOutcome> outcome) {
      if (!outcome) std::abort();
      next();
      const std::lock_guard lock(mutex_);
      if (++finished_ == writes_.size()) done_.notify_one();
    });
  }

  store::Store& store_;
  std::vector<store::Write>& writes_;
  std::atomic<std::size_t> begun_ = 0;
  std::mutex mutex_;
  std::condition_variable done_;
  std::size_t finished_ = 0;
};

void measure_creates(store::Store& store, const search::Parameters& parameters,
                     SystemClock& clock) {
  int n = 0;
  bench::print("prepare a 2 KB referral: parse, index, write out",
               bench::measure(500, [&] { (void)prepare(parameters, n++); }));
  std::vector<store::Write> writes;
  for (int i = 0; i < creates; ++i) writes.push_back(prepare(parameters, i));
  const auto& rows = writes[0].index;
  std::printf("a referral: %zu bytes, %zu index rows\n", writes[0].body.size(),
              rows.hashes.size() + rows.dates.size() + rows.numbers.size() + rows.texts.size());
  Load load(store, writes);
  const double cpu = bench::cpu_us();
  const double start = seconds_now(clock);
  load.run();
  const double seconds = seconds_now(clock) - start;
  print_rate("durable creates, 32 clients", creates, seconds);
  std::printf("%-48s %10.1f µs CPU\n", "  each", (bench::cpu_us() - cpu) / creates);
}

void measure_search(store::Reader& reader, const search::Parameters& parameters, const char* name,
                    std::vector<search::Pair> pairs, int times) {
  search::Query query;
  query.type = "ServiceRequest";
  query.pairs = &pairs;
  const auto plan = search::plan(parameters, query, Limits{});
  if (!plan) std::abort();
  std::size_t found = 0;
  const auto figure = bench::measure(times, [&] {
    const auto page = reader.search(*plan);
    if (!page) std::abort();
    found = page->hits.size();
  });
  bench::print(std::string(name) + " (" + std::to_string(found) + " matches)", figure);
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "store-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  SystemClock clock;
  SystemRandom random;
  measure_disk(folder, clock);
  {
    store::SqliteOptions options;
    options.directory = folder + "/data";
    options.definitions = &test::definitions();
    auto store = store::open_sqlite(options, clock, random);
    if (!store) return 1;
    const auto parameters =
        search::Parameters::compile(test::definitions(), (*store)->hash_key()).value();
    measure_creates(**store, *parameters, clock);
    const auto bytes = std::filesystem::file_size(options.directory + "/fingerpost.db");
    std::printf("disk: %.0f bytes a referral, all indexes in\n",
                static_cast<double>(bytes) / creates);
    auto reader = (*store)->reader().value();
    int n = 0;
    bench::print("read by id", bench::measure(20'000, [&] {
                   if (!reader->read("ServiceRequest", "r" + std::to_string(n++ % creates)))
                     std::abort();
                 }));
    measure_search(*reader, *parameters, "identifier", {{"identifier", "R1234"}}, 2000);
    measure_search(*reader, *parameters, "patient", {{"patient", "p7"}, {"_count", "10"}}, 1000);
    measure_search(
        *reader, *parameters, "patient and status, newest first",
        {{"patient", "p7"}, {"status", "active"}, {"_sort", "-authored"}, {"_count", "10"}}, 500);
    measure_search(*reader, *parameters, "authored on a day",
                   {{"authored", "2026-11-12"}, {"_count", "10"}}, 50);
    measure_search(*reader, *parameters, "all, newest first",
                   {{"_sort", "-_lastUpdated"}, {"_count", "10"}}, 1000);
  }
  std::filesystem::remove_all(folder);
}
