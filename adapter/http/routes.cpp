#include "http/routes.h"

#include <algorithm>
#include <memory>

namespace fingerpost::http {
namespace {

bool below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

Response said(int status, std::string_view word) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = word;
  response.body += '\n';
  return response;
}

}  // namespace

void Routes::mount(std::string prefix, Handler handler) {
  mounted_.emplace_back(std::move(prefix), std::move(handler));
  std::stable_sort(mounted_.begin(), mounted_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

Handler Routes::handler() && {
  const auto mounted = std::make_shared<decltype(mounted_)>(std::move(mounted_));
  return [mounted](Request request, Respond respond) {
    for (const auto& [prefix, handler] : *mounted) {
      if (!below(request.path, prefix)) continue;
      request.path.remove_prefix(prefix.size());
      return handler(std::move(request), std::move(respond));
    }
    respond(outcome(404, "not-found", "nothing has this URL"));
  };
}

Handler health_handler(std::function<bool()> ready, std::function<std::string()> report) {
  return [ready = std::move(ready), report = std::move(report)](const Request& request,
                                                                const Respond& respond) {
    if (request.head.method != Method::get && request.head.method != Method::head) {
      auto response = outcome(405, "not-supported", "the method is not offered here");
      response.fields = "Allow: GET, HEAD\r\n";
      return respond(std::move(response));
    }
    if (request.path.empty()) {
      Response response;
      response.content_type = "application/json";
      response.body = report();
      return respond(std::move(response));
    }
    if (request.path == "/live") return respond(said(200, "live"));
    if (request.path != "/ready") return respond(outcome(404, "not-found", "nothing has this URL"));
    respond(ready() ? said(200, "ready") : said(503, "not ready"));
  };
}

}  // namespace fingerpost::http
