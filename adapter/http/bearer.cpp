#include "http/bearer.h"

#include "base/text.h"
#include "interaction/noting.h"

#include <algorithm>
#include <utility>

namespace fingerpost::http {
namespace {

// RFC 6750 3: `error` is "" where there was nothing to be wrong.
Response unauthorised(std::string_view error, std::string_view text) {
  auto response = outcome(401, "login", text);
  response.fields = "WWW-Authenticate: Bearer realm=\"fingerpost\"";
  if (!error.empty()) response.fields.append(", error=\"").append(error).append("\"");
  response.fields += "\r\n";
  return response;
}

}  // namespace

std::variant<access::CallerPtr, Response> caller_of(const access::Authority& authority,
                                                    const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const auto& fields = request.head.fields;
  const auto count = std::count_if(fields.begin(), fields.end(), [](const Field& field) {
    return equal_ignoring_case(field.name, "authorization");
  });
  if (count == 0) return unauthorised("", "an access token is needed: Authorization: Bearer");
  const auto value = request.head.field("authorization");
  if (count > 1 || !equal_ignoring_case(value.substr(0, scheme.size()), scheme))
    return unauthorised("invalid_request", "one Authorization: Bearer TOKEN is taken");
  auto found = authority.find(value.substr(scheme.size()), request.peer_key);
  if (found) return *std::move(found);
  if (found.error().kind != Kind::forbidden)
    return unauthorised("invalid_token", found.error().text);
  return outcome(403, "forbidden", found.error().text);
}

Response lacking_scope(const Error& error) {
  auto response = outcome(403, "forbidden", error.text);
  response.fields =
      "WWW-Authenticate: Bearer realm=\"fingerpost\", error=\"insufficient_scope\"\r\n";
  return response;
}

Handler guarded(const access::Authority& authority, std::string type, access::Rights rights,
                Handler handler) {
  return [&authority, type = std::move(type), rights, handler = std::move(handler)](
             Request request, const Respond& respond) {
    auto found = caller_of(authority, request);
    if (auto* const response = std::get_if<Response>(&found)) return respond(std::move(*response));
    interaction::note_caller(*std::get<access::CallerPtr>(found));
    if (!std::get<access::CallerPtr>(found)->may(type, rights))
      return respond(
          lacking_scope({Kind::forbidden,
                         "the scope " + access::write_scope({type, rights}) + " is needed", ""}));
    request.caller = std::get<access::CallerPtr>(std::move(found));
    handler(std::move(request), respond);
  };
}

}  // namespace fingerpost::http
