#include "remote/http_client.h"

#include "base/text.h"
#include "tls/ciphers.h"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
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
  HttpRequest request;
  HttpClient::Done done;
  Easy easy;
  HeaderList headers;
  HttpAnswer answer;
};

extern "C" std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  auto& body = transfer.answer.body;
  const auto room = transfer.request.answer_bytes - body.size();
  transfer.answer.cut |= size > room;
  body.append(bytes, std::min(size, room));
  return size;
}

extern "C" std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* to) {
  constexpr std::size_t most_headers = 100;
  auto& headers = static_cast<Transfer*>(to)->answer.headers;
  const std::string_view line(bytes, size);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) headers.clear();  // an interim answer's are not the answer's
  if (colon == std::string_view::npos || headers.size() >= most_headers) return size;
  headers[lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  return size;
}

HeaderList list_of(const std::vector<std::string>& headers) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& header : headers) list = curl_slist_append(list, header.c_str());
  return HeaderList(list);
}

// Whether the server knows a repeat of it.
bool has_key(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const std::string& header) {
    return header.starts_with("Idempotency-Key: ");
  });
}

bool below(std::string_view url, std::string_view base) {
  if (base.empty() || !url.starts_with(base)) return false;
  return url.size() == base.size() || url[base.size()] == '/' || url[base.size()] == '?';
}

HttpAnswer none(Reached reached, const char* reason) {
  HttpAnswer answer;
  answer.reached = reached;
  answer.reason = reason;
  return answer;
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view() : found->second;
}

struct HttpClient::Parts {
  HttpClientOptions options;
  std::unique_ptr<CURLM, MultiDelete> multi;
  std::mutex mutex;
  std::deque<std::unique_ptr<Transfer>> waiting;                 // guarded by mutex
  bool stop = false;                                             // guarded by mutex
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running;  // the thread's own
  std::vector<Easy> spare;                                       // the thread's own
  std::once_flag joined;
  std::thread thread;

  explicit Parts(HttpClientOptions o) : options(std::move(o)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    multi.reset(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, options.connections_per_host);
  }

  void prepare(Transfer& transfer) const;
  void prepare_tls(CURL* easy) const;
  void prepare_body(Transfer& transfer) const;
  bool start_waiting();
  void start(std::unique_ptr<Transfer> transfer);
  void finish(CURL* easy, CURLcode code);
  void run();
  void abandon();
};

void HttpClient::Parts::prepare_tls(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, tls::ciphers);
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (options.cert_file.empty()) return;
  curl_easy_setopt(easy, CURLOPT_SSLCERT, options.cert_file.c_str());
  if (!options.key_file.empty()) curl_easy_setopt(easy, CURLOPT_SSLKEY, options.key_file.c_str());
}

void HttpClient::Parts::prepare_body(Transfer& transfer) const {
  const auto& request = transfer.request;
  if (request.method == HttpRequest::Method::get) return;
  CURL* easy = transfer.easy.get();
  // libcurl repeats by itself what went over a kept connection that had died.
  const bool once = request.method == HttpRequest::Method::post && !has_key(request);
  if (once) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  if (request.method == HttpRequest::Method::put)
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
}

void HttpClient::Parts::prepare(Transfer& transfer) const {
  CURL* easy = transfer.easy.get();
  curl_easy_reset(easy);
  transfer.headers = list_of(transfer.request.headers);
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
  prepare_tls(easy);
  prepare_body(transfer);
}

void HttpClient::Parts::start(std::unique_ptr<Transfer> transfer) {
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

// False when there is nothing more to do.
bool HttpClient::Parts::start_waiting() {
  std::deque<std::unique_ptr<Transfer>> batch;
  {
    const std::lock_guard lock(mutex);
    if (stop) return false;
    batch.swap(waiting);
  }
  for (auto& transfer : batch) start(std::move(transfer));
  return true;
}

void HttpClient::Parts::finish(CURL* easy, CURLcode code) {
  const auto found = running.find(easy);
  auto transfer = std::move(found->second);
  running.erase(found);
  auto answer = std::move(transfer->answer);
  long status = 0;
  long sent = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  answer.status = static_cast<int>(status);
  answer.reached = code == CURLE_OK ? Reached::answered
                   : sent == 0      ? Reached::unsent
                                    : Reached::broken;
  answer.reason =
      code == CURLE_OK ? "HTTP " + std::to_string(status) : std::string(curl_easy_strerror(code));
  curl_multi_remove_handle(multi.get(), easy);
  constexpr std::size_t most_spare = 64;
  if (spare.size() < most_spare) spare.push_back(std::move(transfer->easy));
  transfer->done(std::move(answer));
}

void HttpClient::Parts::run() {
  while (start_waiting()) {
    int active = 0;
    curl_multi_perform(multi.get(), &active);
    int left = 0;
    bool finished = false;
    while (CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      finish(message->easy_handle, message->data.result);
      finished = true;
    }
    if (finished) continue;  // it may have sent more
    constexpr int longest_wait_ms = 1'000;
    curl_multi_poll(multi.get(), nullptr, 0, longest_wait_ms, nullptr);
  }
  abandon();
}

void HttpClient::Parts::abandon() {
  for (auto& [easy, transfer] : running) {
    curl_multi_remove_handle(multi.get(), easy);
    transfer->done(none(Reached::broken, "stopped while sending"));
  }
  running.clear();
  std::deque<std::unique_ptr<Transfer>> rest;
  {
    const std::lock_guard lock(mutex);
    rest.swap(waiting);
  }
  for (auto& transfer : rest) transfer->done(none(Reached::unsent, "stopped before sending"));
}

HttpClient::HttpClient(HttpClientOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {
  auto* parts = parts_.get();
  parts->thread = std::thread([parts] { parts->run(); });
}

HttpClient::~HttpClient() {
  close();
}

void HttpClient::close() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->stop = true;
  }
  curl_multi_wakeup(parts_->multi.get());
  std::call_once(parts_->joined, [this] { parts_->thread.join(); });
}

bool HttpClient::knows(std::string_view url) const {
  const auto& bases = parts_->options.bases;
  return std::any_of(bases.begin(), bases.end(),
                     [url](const std::string& base) { return below(url, base); });
}

void HttpClient::send(HttpRequest request, Done done) {
  if (!knows(request.url))
    return done(none(Reached::unsent, "the configuration does not name this place"));
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->done = std::move(done);
  {
    const std::lock_guard lock(parts_->mutex);
    if (!parts_->stop) parts_->waiting.push_back(std::move(transfer));
  }
  if (transfer) return transfer->done(none(Reached::unsent, "stopped before sending"));
  curl_multi_wakeup(parts_->multi.get());
}

}  // namespace fingerpost::remote
