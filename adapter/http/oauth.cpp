#include "http/oauth.h"

#include "http/negotiate.h"
#include "interaction/answers.h"
#include "interaction/url.h"

#include <memory>
#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

using access::Authority, access::TokenForm;

struct Endpoint {
  std::string_view path;
  Authority::Wish wish;
};
constexpr Endpoint endpoints[] = {
    {"/token", Authority::Wish::token},
    {"/introspect", Authority::Wish::introspect},
    {"/revoke", Authority::Wish::revoke},
};

struct Parameter {
  std::string_view name;
  std::string TokenForm::*to;
};
constexpr Parameter parameters[] = {
    {"grant_type", &TokenForm::grant_type},
    {"scope", &TokenForm::scope},
    {"client_id", &TokenForm::client_id},
    {"client_assertion_type", &TokenForm::assertion_type},
    {"client_assertion", &TokenForm::assertion},
    {"token", &TokenForm::token},
};

// RFC 6749 3.1: what is not known is let be; a parameter stands once.
std::optional<TokenForm> read_form(const Request& request, const Limits& limits) {
  if (!is_form(request.head) || !request.head.query.empty()) return {};
  const auto pairs = interaction::read_query(request.body, limits);
  if (!pairs) return {};
  TokenForm form;
  for (const auto& [name, value] : *pairs)
    for (const auto& parameter : parameters) {
      if (parameter.name != name) continue;
      auto& to = form.*parameter.to;
      if (!to.empty()) return {};
      to = value;
    }
  form.peer_key = request.peer_key;
  return form;
}

Response response_of(access::TokenAnswer answer) {
  Response response;
  response.status = answer.status;
  response.content_type = answer.body.empty() ? "" : "application/json";
  response.body = std::move(answer.body);
  response.fields = "Pragma: no-cache\r\n";
  if (response.status == 503) response.fields += "Retry-After: 1\r\n";
  return response;
}

}  // namespace

Handler auth_handler(Authority& authority, const Limits& limits, Told told) {
  constexpr std::size_t form_bytes = 64u << 10;
  const auto tell = std::make_shared<const Told>(std::move(told));
  return [&authority, limits, tell](const Request& request, const Respond& respond) {
    const Endpoint* found = nullptr;
    for (const auto& endpoint : endpoints)
      if (endpoint.path == request.path) found = &endpoint;
    if (found == nullptr) return respond(outcome(404, "not-found", "nothing has this URL"));
    if (request.head.method != Method::post) {
      auto response = outcome(405, "not-supported", "a form is sent here by POST");
      response.fields = "Allow: POST\r\n";
      return respond(std::move(response));
    }
    auto form = request.body.size() > form_bytes ? std::nullopt : read_form(request, limits);
    if (!form) {
      access::TokenAnswer wrong{400, R"({"error":"invalid_request"})", "", "no form of the kind"};
      (*tell)(found->path, wrong);
      return respond(response_of(std::move(wrong)));
    }
    authority.ask(found->wish, *std::move(form),
                  [respond, tell, path = found->path](access::TokenAnswer answer) {
                    (*tell)(path, answer);
                    respond(response_of(std::move(answer)));
                  });
  };
}

std::string smart_configuration(std::string_view base_url) {
  const auto at = std::string(base_url) + std::string(auth_path);
  std::string out = "{";
  interaction::write_member(out, "token_endpoint", at + "/token");
  out += ',';
  interaction::write_member(out, "introspection_endpoint", at + "/introspect");
  out += ',';
  interaction::write_member(out, "revocation_endpoint", at + "/revoke");
  return out + R"(,"grant_types_supported":["client_credentials"],)"
               R"("token_endpoint_auth_methods_supported":["private_key_jwt"],)"
               R"("token_endpoint_auth_signing_alg_values_supported":["RS384","RS512","ES384"],)"
               R"("scopes_supported":["system/*.cruds","system/*.rs","system/*.read",)"
               R"("system/*.write","system/*.*"],)"
               R"("response_types_supported":[],"code_challenge_methods_supported":["S256"],)"
               R"("capabilities":["client-confidential-asymmetric","permission-v1",)"
               R"("permission-v2"]})";
}

}  // namespace fingerpost::http
