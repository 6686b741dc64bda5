// Searches over a store of many people: p50 and p99 of each kind of search, and the bytes on disk.
//   search_bench [RESOURCES…]     10,000 and 100,000 unless told
// A search's time is the processor's: what other programs on the machine do is not in it, nor is
// waiting for the disk, of which there is none once the pages are in memory.

#include "base/system.h"
#include "bench/measure.h"
#include "bench/people.h"
#include "fingerpost/limits.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "search/search.h"
#include "store/store.h"
#include "support/definitions.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace fingerpost;
namespace fs = std::filesystem;

constexpr std::size_t in_flight = 256;

double now_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class Loader {
 public:
  Loader(store::Store& store, const search::Parameters& parameters)
      : store_(store), parameters_(parameters) {}

  void load(std::uint32_t people) {
    for (std::uint32_t n = 0; n < people; ++n) {
      store::Unit unit;
      for (const auto& one : bench::People::household(n)) {
        auto read = model::read_json(test::definitions(), one.json, Limits{});
        if (!read) std::abort();
        bytes_ += one.json.size();
        store::Write write;
        write.type = one.type;
        write.id = one.id;
        write.body = store::prepare_body(test::definitions(), read->tree, one.id);
        write.index = search::index_to_store(parameters_, {&read->tree, read->tree.root()});
        unit.writes.push_back(std::move(write));
      }
      submit(std::move(unit));
    }
    std::unique_lock lock(mutex_);
    less_.wait(lock, [&] { return open_ == 0; });
  }
  double bytes() const { return static_cast<double>(bytes_); }

 private:
  void submit(store::Unit unit) {
    {
      std::unique_lock lock(mutex_);
      less_.wait(lock, [&] { return open_ < in_flight; });
      ++open_;
    }
    store_.commit(std::move(unit), [this](Result<store::UnitOutcome> outcome) {
      if (!outcome) std::abort();
      const std::lock_guard lock(mutex_);
      --open_;
      less_.notify_one();
    });
  }

  store::Store& store_;
  const search::Parameters& parameters_;
  std::mutex mutex_;
  std::condition_variable less_;
  std::size_t open_ = 0;
  std::size_t bytes_ = 0;
};

using Pairs = std::vector<search::Pair>;
using Make = std::function<Pairs(std::uint32_t n)>;

struct SearchKind {
  const char* name;
  const char* type;
  Make pairs;
};

std::string id(std::uint32_t n) {
  return std::to_string(n);
}
std::string code(std::uint32_t n) {
  return id(871731000 + n % 400);
}
std::string nhs_token(std::uint32_t n) {
  return "https://fhir.nhs.uk/Id/nhs-number|" + bench::nhs_number(n);
}

std::vector<SearchKind> kinds_of_values() {
  using bench::People;
  return {
      {"token: identifier", "Patient",
       [](auto n) {
         return Pairs{{"identifier", nhs_token(n)}};
       }},
      {"token: one of 400 codes", "ServiceRequest",
       [](auto n) {
         return Pairs{{"code", code(n)}};
       }},
      {"token and token", "ServiceRequest",
       [](auto n) {
         return Pairs{{"status", "active"}, {"code", code(n)}};
       }},
      {"date: one day", "ServiceRequest",
       [](auto n) {
         return Pairs{{"authored", People::date(n, 2020, 6)}};
       }},
      {"date: half of all", "ServiceRequest",
       [](auto) {
         return Pairs{{"authored", "ge2023-01-01"}};
       }},
      {"reference", "CarePlan",
       [](auto n) {
         return Pairs{{"patient", "Patient/p" + id(n)}};
       }},
      {"string: family", "Patient",
       [](auto n) {
         return Pairs{{"family", People::family(n)}};
       }},
      {"sort: by family", "Patient",
       [](auto) {
         return Pairs{{"_sort", "family"}};
       }},
      {"sort: by status", "ServiceRequest",
       [](auto) {
         return Pairs{{"_sort", "status"}};
       }},
      {"sort: status, newest first", "ServiceRequest",
       [](auto) {
         return Pairs{{"status", "active"}, {"_sort", "-authored"}};
       }},
      {"sort: code, newest first", "ServiceRequest",
       [](auto n) {
         return Pairs{{"code", code(n)}, {"_sort", "-authored"}};
       }},
      {"missing: one in 1,000", "Patient",
       [](auto) {
         return Pairs{{"birthdate:missing", "true"}};
       }},
      {"missing: none is", "ServiceRequest",
       [](auto) {
         return Pairs{{"status:missing", "true"}};
       }},
      {"_content: two words", "CarePlan",
       [](auto n) {
         return Pairs{{"_content", "Word" + id(n % 300) + " garden"}};
       }},
  };
}

std::vector<SearchKind> kinds_of_links() {
  using bench::People;
  return {
      {"chain: patient's NHS number", "ServiceRequest",
       [](auto n) {
         return Pairs{{"subject:Patient.identifier", bench::nhs_number(n)}};
       }},
      {"chain: patient's family", "CarePlan",
       [](auto n) {
         return Pairs{{"patient.family", People::family(n)}};
       }},
      {"chain: patient's gender", "CarePlan",
       [](auto) {
         return Pairs{{"patient.gender", "female"}};
       }},
      {"two hops: task, referral, family", "Task",
       [](auto n) {
         return Pairs{{"focus:ServiceRequest.subject:Patient.family", People::family(n)}};
       }},
      {"_has: a plan that is active", "Patient",
       [](auto) {
         return Pairs{{"_has:CarePlan:patient:status", "active"}};
       }},
      {"_has: a referral by one code", "Patient",
       [](auto n) {
         return Pairs{{"_has:ServiceRequest:patient:code", code(n)}};
       }},
  };
}

void measure(store::Reader& reader, const search::Parameters& parameters, const SearchKind& kind,
             std::uint32_t people) {
  std::mt19937 dice(7);
  std::vector<double> times;
  std::size_t found = 0;
  const double start = now_ms();
  for (int i = 0; i < 300 && now_ms() - start < 4000; ++i) {
    const auto pairs = kind.pairs(static_cast<std::uint32_t>(dice()) % people);
    search::Query query;
    query.type = kind.type;
    query.pairs = &pairs;
    const double before = processor_ms();
    const auto plan = search::plan(parameters, query, Limits{});
    if (!plan) std::abort();
    const auto page = reader.search(*plan);
    if (!page) std::abort();
    times.push_back(processor_ms() - before);
    found += page->hits.size();
  }
  std::sort(times.begin(), times.end());
  std::printf("  %-36s p50 %8.2f ms   p99 %8.2f ms   %zu runs, %.1f matches\n", kind.name,
              times[times.size() / 2], times[times.size() * 99 / 100], times.size(),
              static_cast<double>(found) / static_cast<double>(times.size()));
}

void run(std::uint32_t resources) {
  std::string folder = (fs::temp_directory_path() / "search-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) std::abort();
  SystemClock clock;
  SystemRandom random;
  store::SqliteOptions options;
  options.directory = folder;
  options.definitions = &test::definitions();
  {
    auto store = store::open_sqlite(options, clock, random).value();
    const auto parameters =
        search::Parameters::compile(test::definitions(), store->hash_key()).value();
    const std::uint32_t people = resources / bench::People::each;
    Loader loader(*store, *parameters);
    const double start = now_ms();
    const double cpu = bench::cpu_us();
    loader.load(people);
    const double seconds = (now_ms() - start) / 1000;
    const double cpu_each = (bench::cpu_us() - cpu) / resources;
    double disk = 0;
    for (const auto& file : fs::directory_iterator(folder))
      disk += static_cast<double>(fs::file_size(file));
    std::printf(
        "%u resources in %.0f s, %.0f/s, %.0f µs of processor time each; each %.0f bytes "
        "sent, %.0f on disk\n",
        resources, seconds, resources / seconds, cpu_each, loader.bytes() / resources,
        disk / resources);
    const auto reader = store->reader().value();
    for (const auto& kind : kinds_of_values()) measure(*reader, *parameters, kind, people);
    for (const auto& kind : kinds_of_links()) measure(*reader, *parameters, kind, people);
    std::fflush(stdout);
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::uint32_t> sizes = {10'000, 100'000};
  if (count > 1) sizes.clear();
  for (int i = 1; i < count; ++i)
    sizes.push_back(static_cast<std::uint32_t>(std::strtoul(arguments[i], nullptr, 10)));
  for (const auto size : sizes) run(size);
  return 0;
}
