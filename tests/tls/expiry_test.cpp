#include "tls/expiry.h"

#include "support/catch.h"
#include "support/certificates.h"

#include <catch2/catch.hpp>

#include <ctime>

using namespace fingerpost;

TEST_CASE("a file of certificates ends when the first of them does") {
  test::CertificateAuthority root("root");
  const auto before = static_cast<std::int64_t>(std::time(nullptr));
  const auto late = root.issue({"late", -60, 90'000});
  const auto soon = root.issue({"soon", -60, 7'200});
  const auto after = static_cast<std::int64_t>(std::time(nullptr));
  const auto ends = tls::ends_us(late.pem + soon.pem);
  REQUIRE(ends);
  CHECK(*ends >= (before + 7'200) * 1'000'000);
  CHECK(*ends <= (after + 7'200) * 1'000'000);
  CHECK(tls::ends_us(late.pem).value() > *ends);
}

TEST_CASE("what holds no certificate has no end") {
  CHECK_FALSE(tls::ends_us(""));
  CHECK_FALSE(tls::ends_us("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  test::CertificateAuthority root("root");
  CHECK_FALSE(tls::ends_us(root.issue({"one"}).key));
}
