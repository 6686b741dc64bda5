#include "access/assertion.h"

#include "base/text.h"
#include "wire/json_view.h"

#include <optional>

namespace fingerpost::access {
namespace {

using wire::JsonView;
using JsonKind = wire::JsonToken::Kind;

Error wrong(std::string_view claim, std::string_view what) {
  return {Kind::invalid, std::string(what), std::string(claim)};
}

Result<std::string> read_text(JsonView claims, std::string_view claim, std::size_t most) {
  const auto found = claims[claim];
  if (found.kind() != JsonKind::string || found.text().empty() || found.text().size() > most)
    return wrong(claim, "is to be a text of 1 to " + std::to_string(most) + " bytes");
  return std::string(found.text());
}

// RFC 7519 2, NumericDate, in whole seconds; nothing when there is no such claim.
Result<std::optional<std::int64_t>> read_time(JsonView claims, std::string_view claim) {
  constexpr std::int64_t latest = 253'402'300'799;  // the year 9999
  const auto found = claims[claim];
  if (!found) return std::optional<std::int64_t>();
  const auto time = found.kind() == JsonKind::number ? to_integer(found.text()) : std::nullopt;
  if (!time || *time < 0 || *time > latest)
    return wrong(claim, "is to be a whole number of seconds since 1970");
  return time;
}

Result<std::int64_t> read_expiry(JsonView claims, std::int64_t now_s, const AssertionRules& rules) {
  LET(const auto expires, read_time(claims, "exp"));
  LET(const auto issued, read_time(claims, "iat"));
  LET(const auto begins, read_time(claims, "nbf"));
  if (!expires) return wrong("exp", "is needed");
  if (*expires <= now_s) return wrong("exp", "is past");
  if (*expires > now_s + rules.seconds_most + rules.skew_seconds)
    return wrong("exp", "is more than " + std::to_string(rules.seconds_most) + " seconds ahead");
  if (issued && *issued > now_s + rules.skew_seconds) return wrong("iat", "is in the future");
  if (issued && *expires - *issued > rules.seconds_most)
    return wrong("iat",
                 "is more than " + std::to_string(rules.seconds_most) + " seconds before exp");
  if (begins && *begins > now_s + rules.skew_seconds) return wrong("nbf", "is in the future");
  return *expires;
}

}  // namespace

Result<Assertion> read_assertion(const wire::JsonDocument& document, std::int64_t now_s,
                                 const AssertionRules& rules) {
  constexpr std::size_t longest = 256;
  const JsonView claims(document);
  Assertion assertion;
  LET(assertion.client, read_text(claims, "iss", longest));
  LET(const auto subject, read_text(claims, "sub", longest));
  if (subject != assertion.client) return wrong("sub", "is to be the same as iss");
  const auto audience = claims["aud"];
  if (audience.kind() != JsonKind::string || audience.text() != rules.audience)
    return wrong("aud", "is to be the URL of the token endpoint, as it is published");
  LET(assertion.jti, read_text(claims, "jti", rules.jti_bytes));
  LET(assertion.expires_s, read_expiry(claims, now_s, rules));
  return assertion;
}

}  // namespace fingerpost::access
