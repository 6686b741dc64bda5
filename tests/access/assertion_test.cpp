#include "access/assertion.h"

#include "support/catch.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using namespace fingerpost::access;

namespace {

constexpr std::int64_t now_s = 1'800'000'000;
const std::string url = "https://gateway.example/fhir/auth/token";

Result<Assertion> read(const std::string& claims) {
  AssertionRules rules;
  rules.audience = url;
  return read_assertion(wire::parse_json(claims, Limits{}).value(), now_s, rules);
}

// Good claims, with one of them as given; "" leaves it out.
std::string with(const std::string& claim, const std::string& value) {
  std::string out = "{";
  const auto add = [&](const std::string& name, const std::string& usual) {
    const auto& text = name == claim ? value : usual;
    if (!text.empty()) out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + text;
  };
  add("iss", R"("app")");
  add("sub", R"("app")");
  add("aud", "\"" + url + "\"");
  add("jti", R"("one")");
  add("exp", "1800000300");
  add("iat", "");
  add("nbf", "");
  return out + "}";
}

}  // namespace

TEST_CASE("an assertion with what SMART asks for is read") {
  const auto assertion = read(with("iat", "1800000000"));
  REQUIRE(assertion);
  CHECK(assertion->client == "app");
  CHECK(assertion->jti == "one");
  CHECK(assertion->expires_s == now_s + 300);
  CHECK(read(with("", "")));
  CHECK(read(with("exp", "1800000001")));
  CHECK(read(with("exp", "1800000310")));
  CHECK(read(with("nbf", "1800000010")));
}

TEST_CASE("A8, A10: an assertion that is not exactly so is refused, and the claim is named") {
  struct Row {
    const char *claim, *value;
  };
  const auto row = GENERATE(
      Row{"exp", ""}, Row{"exp", "1800000000"}, Row{"exp", "1799999999"}, Row{"exp", "1800000311"},
      Row{"exp", "\"1800000300\""}, Row{"exp", "1800000300.0"}, Row{"exp", "1.8e9"},
      Row{"exp", "-1"}, Row{"exp", "null"}, Row{"exp", "true"}, Row{"exp", "[1800000300]"},
      Row{"exp", "99999999999999999999"}, Row{"exp", "9223372036854775807"},
      Row{"iat", "1800000011"}, Row{"iat", "1799999999"}, Row{"iat", "1500000000"},
      Row{"iat", "\"now\""}, Row{"nbf", "1800000011"}, Row{"nbf", "\"x\""}, Row{"aud", ""},
      Row{"aud", R"("https://gateway.example/fhir/auth/token/")"},
      Row{"aud", R"("https://GATEWAY.example/fhir/auth/token")"},
      Row{"aud", R"("https://other.example/fhir/auth/token")"},
      Row{"aud", R"(["https://gateway.example/fhir/auth/token"])"},
      Row{"aud", R"(["https://gateway.example/fhir/auth/token","https://other.example"])"},
      Row{"aud", R"("https://gateway.example/fhir")"}, Row{"aud", "null"}, Row{"iss", ""},
      Row{"iss", R"("other")"}, Row{"iss", "1"}, Row{"sub", ""}, Row{"sub", R"("other")"},
      Row{"sub", R"("app ")"}, Row{"jti", ""}, Row{"jti", R"("")"}, Row{"jti", "1"});
  CAPTURE(row.claim, row.value);
  const auto assertion = read(with(row.claim, row.value));
  REQUIRE_FALSE(assertion);
  CHECK(assertion.error().kind == Kind::invalid);
  const bool pair = std::string(row.claim) == "iss" && std::string(row.value) == R"("other")";
  CHECK(assertion.error().where == (pair ? "sub" : row.claim));
}

TEST_CASE("a jti longer than may be is refused") {
  CHECK(read(with("jti", "\"" + std::string(256, 'j') + "\"")));
  CHECK_FALSE(read(with("jti", "\"" + std::string(257, 'j') + "\"")));
}
