#include "access/jwks.h"

#include "support/catch.h"
#include "support/signing.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using namespace fingerpost::access;
using test::SigningKey;

namespace {

std::string keys(const std::string& list) {
  return R"({"keys":[)" + list + "]}";
}

const SigningKey& ec() {
  static const auto key = SigningKey::p384("a");
  return key;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a set of keys is read by kid, each with its algorithm") {
  const auto rsa = SigningKey::rsa("b");
  const auto nhs = SigningKey::rsa("c", "RS512");
  const auto set = read_jwks(keys(ec().jwk() + "," + rsa.jwk() + "," + nhs.jwk() +
                                  R"(,{"kty":"RSA","kid":"d","use":"enc"})"));
  REQUIRE(set);
  REQUIRE(set->size() == 3);
  CHECK(set->at("a").algorithm == Algorithm::ES384);
  CHECK(set->at("b").algorithm == Algorithm::RS384);
  CHECK(set->at("c").algorithm == Algorithm::RS512);
  const auto plain = replaced(rsa.jwk(), R"("alg":"RS384",)", "");
  CHECK(read_jwks(keys(plain)).value().at("b").algorithm == Algorithm::RS384);
}

TEST_CASE("A4, A11: a set that cannot be trusted as it stands is refused whole") {
  const auto good = ec().jwk();
  const auto rsa = SigningKey::rsa("r").jwk();
  const auto small = SigningKey::rsa("s", "RS384", 1024).jwk();
  const auto point = ec().number("qx", 48);
  const std::string text = GENERATE_COPY(
      "", "[]", "{}", R"({"keys":{}})", keys(""), keys("1"), keys("{}"), keys(good + "," + good),
      R"({"keys":[],"keys":[)" + good + "]}", keys(replaced(good, R"("kid":"a")", R"("kid":"")")),
      keys(replaced(good, R"("kid":"a",)", "")), keys(replaced(good, R"("kid":"a")", R"("kid":1)")),
      keys(replaced(good, "ES384", "ES256")), keys(replaced(good, "ES384", "none")),
      keys(replaced(good, R"("ES384")", "null")), keys(replaced(good, "P-384", "P-256")),
      keys(replaced(good, R"("kty":"EC")", R"("kty":"RSA")")),
      keys(replaced(good, R"("kty":"EC")", R"("kty":"oct","k":"AAAA")")),
      keys(replaced(good, R"("kty")", R"("d":"AAAA","kty")")),
      keys(replaced(good, R"("kty")", R"("use":"sign","kty")")),
      keys(replaced(good, R"("kty")", R"("key_ops":["sign"],"kty")")),
      keys(replaced(good, point, point.substr(1))), keys(replaced(good, point, point + "=")),
      keys(replaced(good, point.substr(0, 8), "AAAAAAAA")), keys(replaced(rsa, "RS384", "RS256")),
      keys(replaced(rsa, "RS384", "PS384")), keys(replaced(rsa, "RS384", "HS256")),
      keys(replaced(rsa, R"("e":"AQAB")", R"("e":"AQ")")),
      keys(replaced(rsa, R"("e":"AQAB")", R"("e":"Ag")")),
      keys(replaced(rsa, R"("e":"AQAB")", R"("e":"")")), keys(small),
      keys(replaced(good, R"("kty")", R"("kty":"EC","kty")")), keys(good) + "x",
      keys(good + std::string(70000, ' ')));
  CAPTURE(text.substr(0, 400));
  const auto set = read_jwks(text);
  REQUIRE_FALSE(set);
  CHECK(set.error().kind == Kind::invalid);
}

TEST_CASE("a set of more keys than may be is refused") {
  KeyLimits limits;
  limits.keys = 1;
  CHECK(read_jwks(keys(ec().jwk()), limits));
  CHECK_FALSE(read_jwks(keys(ec().jwk() + "," + SigningKey::p384("b").jwk()), limits));
}
