#include "command/http_exchange.h"

#include "base/text.h"
#include "command/http_call.h"

#include <algorithm>

namespace fingerpost::command {
namespace {

struct Url {
  Address at;
  std::string path;  // with its query
};

Result<Url> read_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme))
    return Error{Kind::unsupported, "only http:// is played", std::string(text)};
  text.remove_prefix(scheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  std::string authority(text.substr(0, slash));
  if (authority.rfind(':') == std::string::npos || authority.ends_with(']')) authority += ":80";
  LET(auto at, read_address(authority));
  return Url{std::move(at), slash < text.size() ? std::string(text.substr(slash)) : "/"};
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// The lines after the status line.
void read_fields(std::string_view head, suite::HttpMessage& into) {
  for (auto at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos)
      into.fields.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
}

}  // namespace

suite::Exchange http_exchange(int timeout_s) {
  return [timeout_s](const suite::HttpMessage& request) -> Result<suite::HttpMessage> {
    LET(const auto url, read_url(request.url));
    HttpCall asked;
    asked.method = request.method;
    asked.path = url.path;
    asked.body = request.body;
    if (!is_clean(url.path)) return Error{Kind::invalid, "a control character in a URL", ""};
    for (const auto& [name, value] : request.fields) {
      if (!is_clean(name) || !is_clean(value))
        return Error{Kind::invalid, "a control character in a header", ""};
      asked.fields += name + ": " + value + "\r\n";
    }
    LET(auto reply, call(url.at, asked, in_seconds(timeout_s)));
    suite::HttpMessage response;
    response.status = reply.status;
    response.body = std::move(reply.body);
    read_fields(reply.head, response);
    return response;
  };
}

}  // namespace fingerpost::command
