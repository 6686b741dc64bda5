// HTTP requests to the places that the configuration names. The home of libcurl's transfers.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::remote {

struct HttpClientOptions {
  std::vector<std::string> bases;  // the only places ever connected to: base, or below it
  long connect_ms = 5'000;
  long total_ms = 30'000;
  long connections_per_host = 16;
  std::string ca_file;              // "": the system's certificate authorities
  std::string cert_file, key_file;  // what is shown to a server that asks; "": nothing
};

struct HttpRequest {
  enum class Method { get, post, put };
  Method method = Method::get;
  std::string url;
  std::vector<std::string> headers;                   // "Name: value"
  std::string body;                                   // of a post or put
  std::size_t answer_bytes = std::size_t{256} << 10;  // the rest is read and dropped
};

// answered: with a whole head and body. unsent: not a byte has left. broken: anything else; the
// server may have acted on it.
enum class Reached { answered, unsent, broken };

struct HttpAnswer {
  Reached reached = Reached::broken;
  int status = 0;                              // 0: none came
  std::map<std::string, std::string> headers;  // names in lower case; of one name the last
  std::string body;
  bool cut = false;    // the body was longer than answer_bytes
  std::string reason;  // for a person: "HTTP 200", or why there is none

  std::string_view header(std::string_view name) const;  // "" when it is not there
};

// One thread of its own drives every transfer, so that a slow server delays only its own requests.
// No redirect is followed, no proxy or credential of the environment is used; a body comes as it
// was sent, compressed or not.
class HttpClient {
 public:
  using Done = std::function<void(HttpAnswer)>;

  explicit HttpClient(HttpClientOptions options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();  // close()

  // Whether the configuration names this place.
  bool knows(std::string_view url) const;
  // `done` is called once, on the client's thread, or at once on this one (unsent) when the place
  // is not known or the client is closed. It must not block; it may send.
  void send(HttpRequest request, Done done);
  // Ends what is under way as broken and what waits as unsent, and returns when their `done`s have
  // returned. Nothing is sent after it.
  void close();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::remote
