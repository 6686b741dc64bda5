#include "access/jws.h"

#include "access/base64url.h"
#include "base/text.h"
#include "wire/json_view.h"

#include <utility>

namespace fingerpost::access {
namespace {

using wire::JsonView;

Error wrong(std::string_view what, std::string_view where) {
  return {Kind::invalid, std::string(what), std::string(where)};
}

// RFC 7515 4.1: a key beside the token, or the way to one; RFC 7797, 7516: another reading of it.
constexpr std::string_view refused[] = {"jwk", "jku", "x5u",  "x5c", "x5t", "x5t#S256",
                                        "b64", "zip", "crit", "enc", "cty"};

Result<wire::JsonDocument> read_object(std::string_view part, std::string_view where) {
  auto bytes = read_base64url(part);
  if (!bytes) return wrong("is not base64url", where);
  Limits limits;
  limits.depth = 8;
  auto document = wire::parse_json(*std::move(bytes), limits);
  if (!document || JsonView(*document).kind() != wire::JsonToken::Kind::object)
    return wrong("is no JSON object with each member once", where);
  return document;
}

Result<std::string> read_text(JsonView header, std::string_view member) {
  const auto found = header[member];
  if (found.kind() != wire::JsonToken::Kind::string || found.text().empty())
    return wrong("is to be a text", member);
  return std::string(found.text());
}

Result<void> read_header(std::string_view part, Jws& token) {
  LET(const auto document, read_object(part, "header"));
  const JsonView header(document);
  for (const auto member : refused)
    if (header[member]) return wrong("has no place in the header", member);
  if (const auto typ = header["typ"]; typ && !equal_ignoring_case(typ.text(), "JWT"))
    return wrong("is to be JWT", "typ");
  LET(token.algorithm, read_text(header, "alg"));
  LET(token.kid, read_text(header, "kid"));
  return {};
}

}  // namespace

Result<Jws> read_jws(std::string_view text) {
  if (text.size() > longest_token) return wrong("is longer than 16 KB", "token");
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return wrong("is not of three parts", "token");
  Jws token;
  LET_DONE(read_header(text.substr(0, first), token));
  LET(token.claims, read_object(text.substr(first + 1, second - first - 1), "claims"));
  auto signature = read_base64url(text.substr(second + 1));
  if (!signature || signature->empty()) return wrong("is not base64url", "signature");
  token.signed_bytes = text.substr(0, second);
  token.signature = *std::move(signature);
  return token;
}

bool is_signed(const Jws& token, const KeySet& keys) {
  const auto found = keys.find(token.kid);
  return found != keys.end() && name(found->second.algorithm) == token.algorithm &&
         verify(found->second, token.signed_bytes, token.signature);
}

}  // namespace fingerpost::access
