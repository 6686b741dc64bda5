#include "access/jws.h"

#include "access/base64url.h"
#include "base/digest.h"
#include "support/catch.h"
#include "support/signing.h"
#include "wire/json_view.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using namespace fingerpost::access;
using test::SigningKey;

namespace {

const SigningKey& ec() {
  static const auto key = SigningKey::p384("ec-1");
  return key;
}
const SigningKey& rsa() {
  static const auto key = SigningKey::rsa("rsa-1");
  return key;
}
const KeySet& keys() {
  static const auto set = read_jwks(R"({"keys":[)" + ec().jwk() + "," + rsa().jwk() + "]}").value();
  return set;
}

bool taken(const std::string& text) {
  const auto token = read_jws(text);
  return token && is_signed(*token, keys());
}

std::string header(const std::string& alg, const std::string& kid, const std::string& more = "") {
  return R"({"alg":")" + alg + R"(","kid":")" + kid + "\"" + more + "}";
}

// A part of a compact token, replaced.
std::string with_part(const std::string& token, int part, const std::string& text) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  const std::string parts[] = {part == 0 ? text : token.substr(0, first),
                               part == 1 ? text : token.substr(first + 1, second - first - 1),
                               part == 2 ? text : token.substr(second + 1)};
  return parts[0] + "." + parts[1] + "." + parts[2];
}

std::string part_of(const std::string& token, int part) {
  std::size_t begin = 0;
  for (; part > 0; --part) begin = token.find('.', begin) + 1;
  return token.substr(begin, token.find('.', begin) - begin);
}

constexpr const char* claims = R"({"iss":"a"})";

}  // namespace

TEST_CASE("a token signed with a registered key is taken") {
  CHECK(taken(ec().token(claims)));
  CHECK(taken(rsa().token(claims)));
  const auto rs512 = SigningKey::rsa("n", "RS512");
  const auto token = read_jws(rs512.token(claims));
  REQUIRE(token);
  CHECK(is_signed(*token, read_jwks(rs512.jwks()).value()));
  CHECK(wire::JsonView(token->claims)["iss"].text() == "a");
}

TEST_CASE("A1: a token that is not signed is refused") {
  const auto* const alg = GENERATE("none", "None", "nOnE", "NONE", "");
  CAPTURE(alg);
  const auto head = to_base64url(header(alg, "ec-1"));
  const auto body = to_base64url(claims);
  CHECK_FALSE(taken(head + "." + body + "."));
  CHECK_FALSE(taken(head + "." + body));
  CHECK_FALSE(taken(ec().token(header(alg, "ec-1"), claims)));
  CHECK_FALSE(taken(with_part(ec().token(claims), 2, "")));
}

TEST_CASE("A2: the algorithm is the key's, whatever the token says") {
  const auto text = to_base64url(header("HS256", "rsa-1")) + "." + to_base64url(claims);
  for (const auto& secret : {rsa().jwk(), rsa().jwks(), rsa().number("n", 0)}) {
    const auto mac = hmac_sha256(secret, text);
    const std::string bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
    CHECK_FALSE(taken(text + "." + to_base64url(bytes)));
  }
  const auto* const alg = GENERATE("RS256", "RS512", "PS384", "ES256", "ES512", "ES384", "EdDSA",
                                   "rs384", "HS384", "RSA1_5");
  CAPTURE(alg);
  CHECK_FALSE(taken(rsa().token(header(alg, "rsa-1"), claims)));
  // The other key's algorithm, with the other key's kid.
  CHECK_FALSE(taken(ec().token(header("RS384", "rsa-1"), claims)));
  CHECK_FALSE(taken(rsa().token(header("ES384", "ec-1"), claims)));
}

TEST_CASE("A4: a kid is one of the set's, to the letter") {
  const std::string kid =
      GENERATE("", "EC-1", "ec-1 ", "../../dev/null", "' OR 1=1 --", "ec-1\\u0000", "ec-2");
  CAPTURE(kid);
  CHECK_FALSE(taken(ec().token(header("ES384", kid), claims)));
  CHECK_FALSE(taken(ec().token(R"({"alg":"ES384"})", claims)));
  CHECK_FALSE(taken(ec().token(R"({"alg":"ES384","kid":1})", claims)));
  CHECK_FALSE(taken(ec().token(R"({"alg":"ES384","kid":["ec-1"]})", claims)));
  CHECK_FALSE(taken(ec().token(header("ES384", std::string(1 << 20, 'k')), claims)));
}

TEST_CASE("A5, A12: a header that brings a key or changes the reading is refused") {
  const auto* const more =
      GENERATE(R"(,"jku":"https://evil.example/keys")", R"(,"x5u":"https://evil.example/c")",
               R"(,"x5c":["MIIB"])", R"(,"x5t":"AAAA")", R"(,"x5t#S256":"AAAA")",
               R"(,"crit":["exp"],"exp":1)", R"(,"crit":[])", R"(,"b64":false)", R"(,"zip":"DEF")",
               R"(,"enc":"A128GCM")", R"(,"cty":"JWT")", R"(,"jwk":null)", R"(,"typ":"at+jwt")",
               R"(,"typ":"JWE")", R"(,"kid":"ec-1")", R"(,"alg":"ES384")");
  CAPTURE(more);
  CHECK_FALSE(taken(ec().token(header("ES384", "ec-1", more), claims)));
  const auto evil = SigningKey::p384("ec-1");
  CHECK_FALSE(taken(evil.token(header("ES384", "ec-1", ",\"jwk\":" + evil.jwk()), claims)));
  CHECK_FALSE(taken(evil.token(claims)));
}

TEST_CASE("A12: what is no compact signed token of JSON objects is refused") {
  const auto good = ec().token(claims);
  const std::string text = GENERATE_COPY(
      "", ".", "..", "...", good + ".", "." + good, good + "." + good, good + "..",
      R"({"payload":"e30","signatures":[]})", good.substr(0, good.rfind('.')), " " + good,
      good + "\n", with_part(good, 0, to_base64url("[]")), with_part(good, 0, ""));
  CAPTURE(text);
  CHECK_FALSE(taken(text));
  const auto* const body = GENERATE("[]", "1", "\"a\"", "null", "{", "{}{}", R"({"a":1,"a":2})",
                                    "{\"a\":\"\xff\"}", R"({"a":{"b":{"b":1,"b":2}}})", "");
  CAPTURE(body);
  CHECK_FALSE(taken(ec().token(body)));
  CHECK_FALSE(taken(ec().token(R"({"a":")" + std::string(20000, 'x') + "\"}")));
  CHECK_FALSE(taken(ec().token(std::string(4000, '[') + std::string(4000, ']'))));
}

TEST_CASE("A13: there is one text for each part of a token") {
  const auto good = GENERATE(ec().token(R"({"iss":"ab"})"), rsa().token(R"({"iss":"abc"})"));
  REQUIRE(taken(good));
  for (int part = 0; part < 3; ++part) {
    const auto text = part_of(good, part);
    CAPTURE(part, text);
    for (const auto* padding : {"=", "==", "===", "A", " ", "\n", "%3D", "+", "/"})
      CHECK_FALSE(taken(with_part(good, part, text + padding)));
    CHECK_FALSE(taken(with_part(good, part, " " + text)));
    CHECK_FALSE(taken(with_part(good, part, text.substr(0, 4) + "\n" + text.substr(4))));
  }
}

TEST_CASE("A13: bits behind the last byte are to be zero") {
  CHECK(read_base64url("YQ") == "a");
  CHECK(read_base64url("YWI") == "ab");
  CHECK(read_base64url("-_-_") == "\xfb\xff\xbf");
  for (const auto* text : {"YR", "YS", "YQ=", "YQ==", "Y", "YQA=", "Y+", "Y/", "YWJ", "YQ "}) {
    CAPTURE(text);
    CHECK_FALSE(read_base64url(text));
  }
}

TEST_CASE("A11: a signature of another shape, or changed in any byte, is none") {
  const auto good = ec().token(claims);
  const auto signature = *read_base64url(part_of(good, 2));
  REQUIRE(signature.size() == 96);
  const auto signed_with = [&](const std::string& bytes) {
    return taken(with_part(good, 2, to_base64url(bytes)));
  };
  CHECK(signed_with(signature));
  CHECK_FALSE(signed_with(std::string(96, '\0')));
  CHECK_FALSE(signed_with(std::string(48, '\0') + signature.substr(48)));
  CHECK_FALSE(signed_with(signature.substr(0, 48) + std::string(48, '\0')));
  CHECK_FALSE(signed_with(std::string(96, '\xff')));
  CHECK_FALSE(signed_with(signature.substr(0, 95)));
  CHECK_FALSE(signed_with(signature + std::string(1, '\0')));
  CHECK_FALSE(signed_with(std::string(1, '\0') + signature));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    auto changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CAPTURE(i);
    CHECK_FALSE(signed_with(changed));
  }
  const auto other = rsa().token(claims);
  auto long_one = *read_base64url(part_of(other, 2));
  CHECK_FALSE(taken(with_part(other, 2, to_base64url(std::string(1, '\0') + long_one))));
  CHECK_FALSE(taken(with_part(other, 2, to_base64url(long_one + std::string(1, '\0')))));
  CHECK_FALSE(taken(with_part(other, 2, to_base64url(std::string(256, '\0')))));
  long_one[100] = static_cast<char>(long_one[100] ^ 1);
  CHECK_FALSE(taken(with_part(other, 2, to_base64url(long_one))));
}

TEST_CASE("a token whose header or claims were changed is refused") {
  const auto good = ec().token(claims);
  CHECK_FALSE(taken(with_part(good, 1, to_base64url(R"({"iss":"b"})"))));
  CHECK_FALSE(taken(with_part(good, 0, to_base64url(header("ES384", "ec-1")))));
}
