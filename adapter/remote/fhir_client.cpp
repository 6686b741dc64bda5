#include "remote/fhir_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace fingerpost::remote {
namespace {

struct EasyDelete {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDelete {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDelete {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDelete>;
using HeaderList = std::unique_ptr<curl_slist, ListDelete>;

struct Transfer {
  FhirRequest request;
  std::function<void(Answer)> done;
  Easy easy;
  HeaderList headers;
  std::string retry_after;
  std::string body;
  std::size_t body_limit = 0;
};

extern "C" std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  const auto room = transfer.body_limit - transfer.body.size();
  transfer.body.append(bytes, std::min(size, room));
  return size;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         curl_strnequal(text.data(), start.data(), start.size()) != 0;
}

extern "C" std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* to) {
  constexpr std::string_view wanted = "retry-after:";
  const std::string_view line(bytes, size);
  if (starts_with_ignoring_case(line, wanted))
    static_cast<Transfer*>(to)->retry_after = std::string(line.substr(wanted.size()));
  return size;
}

HeaderList headers_of(const FhirRequest& request) {
  curl_slist* list = curl_slist_append(nullptr, "Accept: application/fhir+json");
  list = curl_slist_append(list, "Expect:");
  if (!request.body.empty())
    list = curl_slist_append(list, "Content-Type: application/fhir+json; charset=utf-8");
  if (!request.idempotency_key.empty())
    list = curl_slist_append(list, ("Idempotency-Key: " + request.idempotency_key).c_str());
  return HeaderList(list);
}

bool below(std::string_view url, std::string_view base) {
  if (base.empty() || !url.starts_with(base)) return false;
  return url.size() == base.size() || url[base.size()] == '/' || url[base.size()] == '?';
}

Answer answer_of(Transfer& transfer, CURLcode code, std::int64_t now_us) {
  Answer answer;
  long status = 0;
  long sent = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_REQUEST_SIZE, &sent);
  answer.status = static_cast<int>(status);
  answer.body = std::move(transfer.body);
  if (code != CURLE_OK) {
    answer.outcome = sent == 0 ? Outcome::later : Outcome::unknown;
    answer.reason = curl_easy_strerror(code);
    return answer;
  }
  answer.outcome = classify_http(answer.status);
  answer.reason = "HTTP " + std::to_string(status);
  answer.retry_after_us = read_retry_after(transfer.retry_after, now_us).value_or(0);
  return answer;
}

}  // namespace

struct FhirClient::Parts {
  FhirClientOptions options;
  Clock& clock;
  std::unique_ptr<CURLM, MultiDelete> multi;
  std::mutex mutex;
  std::deque<std::unique_ptr<Transfer>> waiting;  // guarded by mutex
  std::atomic<bool> stop{false};
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running;  // the thread's own
  std::vector<Easy> spare;                                       // the thread's own
  std::thread thread;

  Parts(FhirClientOptions o, Clock& c) : options(std::move(o)), clock(c) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    multi.reset(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, options.connections_per_host);
  }

  void prepare(Transfer& transfer) const;
  void start_waiting();
  void finish(CURL* easy, CURLcode code);
  void run();
  void abandon();
};

void FhirClient::Parts::prepare(Transfer& transfer) const {
  CURL* easy = transfer.easy.get();
  curl_easy_reset(easy);
  transfer.headers = headers_of(transfer.request);
  transfer.body_limit = options.answer_bytes;
  curl_easy_setopt(easy, CURLOPT_URL, transfer.request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Fingerpost");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, options.connect_ms);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, options.total_ms);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (transfer.request.body.empty()) return;
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(transfer.request.body.size()));
}

void FhirClient::Parts::start_waiting() {
  std::deque<std::unique_ptr<Transfer>> batch;
  {
    const std::lock_guard lock(mutex);
    batch.swap(waiting);
  }
  for (auto& transfer : batch) {
    if (spare.empty()) {
      transfer->easy.reset(curl_easy_init());
    } else {
      transfer->easy = std::move(spare.back());
      spare.pop_back();
    }
    prepare(*transfer);
    CURL* easy = transfer->easy.get();
    running[easy] = std::move(transfer);
    if (curl_multi_add_handle(multi.get(), easy) != CURLM_OK) finish(easy, CURLE_FAILED_INIT);
  }
}

void FhirClient::Parts::finish(CURL* easy, CURLcode code) {
  const auto found = running.find(easy);
  auto transfer = std::move(found->second);
  running.erase(found);
  auto answer = answer_of(*transfer, code, clock.now_us());
  curl_multi_remove_handle(multi.get(), easy);
  constexpr std::size_t most_spare = 64;
  if (spare.size() < most_spare) spare.push_back(std::move(transfer->easy));
  transfer->done(std::move(answer));
}

void FhirClient::Parts::run() {
  while (!stop) {
    start_waiting();
    int active = 0;
    curl_multi_perform(multi.get(), &active);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
    constexpr int longest_wait_ms = 1'000;
    curl_multi_poll(multi.get(), nullptr, 0, longest_wait_ms, nullptr);
  }
  abandon();
}

void FhirClient::Parts::abandon() {
  const Answer answer{Outcome::unknown, "stopped while sending", 0, 0, ""};
  for (auto& [easy, transfer] : running) {
    curl_multi_remove_handle(multi.get(), easy);
    transfer->done(answer);
  }
  running.clear();
  const std::lock_guard lock(mutex);
  for (auto& transfer : waiting)
    transfer->done(Answer{Outcome::later, "stopped before sending", 0, 0, ""});
  waiting.clear();
}

FhirClient::FhirClient(FhirClientOptions options, Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(options), clock)) {
  auto* parts = parts_.get();
  parts->thread = std::thread([parts] { parts->run(); });
}

FhirClient::~FhirClient() {
  parts_->stop = true;
  curl_multi_wakeup(parts_->multi.get());
  parts_->thread.join();
}

void FhirClient::send(FhirRequest request, std::function<void(Answer)> done) {
  bool known = false;
  for (const auto& base : parts_->options.bases) known = known || below(request.url, base);
  if (!known) {
    done(Answer{Outcome::refused, "the configuration does not name this place", 0, 0, ""});
    return;
  }
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->done = std::move(done);
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->waiting.push_back(std::move(transfer));
  }
  curl_multi_wakeup(parts_->multi.get());
}

}  // namespace fingerpost::remote
