#include "tls/context.h"

#include "support/catch.h"
#include "support/certificates.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using tls::Context;
using tls::Material;

namespace {

struct Pki {
  test::CertificateAuthority root{"root"};
  test::Certificate own = root.issue({"gateway"});
  test::Certificate other = root.issue({"other"});
};
Pki& pki() {
  static Pki made;
  return made;
}

}  // namespace

TEST_CASE("a listener's certificate, key, authorities and lists are taken") {
  const auto& [root, own, other] = pki();
  CHECK(Context::serve({own.pem, own.key, "", ""}));
  CHECK(Context::serve({own.pem + root.pem(), own.key, "", ""}));
  CHECK(Context::serve({own.pem, own.key, root.pem(), ""}));
  CHECK(Context::serve({own.pem, own.key, root.pem() + test::CertificateAuthority("b").pem(),
                        root.crl({}) + root.crl({5})}));
}

TEST_CASE("what is wrong with a listener's files is told by its name") {
  auto& [root, own, other] = pki();
  const auto past = root.issue({"past", -7200, -3600});
  const auto coming = root.issue({"coming", 3600, 7200});
  const auto weak = root.issue({"weak", -3600, 3600, "serverAuth", 192});
  struct Row {
    Material material;
    const char* where;
  };
  const Row rows[] = {Row{{"", own.key, "", ""}, "certificate"},
                      Row{{"x", own.key, "", ""}, "certificate"},
                      Row{{own.key, own.key, "", ""}, "certificate"},
                      Row{{past.pem, past.key, "", ""}, "certificate"},
                      Row{{coming.pem, coming.key, "", ""}, "certificate"},
                      Row{{weak.pem, weak.key, "", ""}, "certificate"},
                      Row{{own.pem + "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n",
                           own.key, "", ""},
                          "certificate"},
                      Row{{own.pem, "", "", ""}, "key"},
                      Row{{own.pem, own.pem, "", ""}, "key"},
                      Row{{own.pem, other.key, "", ""}, "key"},
                      Row{{own.pem, own.key, "x", ""}, "client_ca"},
                      Row{{own.pem, own.key, own.key, ""}, "client_ca"},
      Row{{own.pem, own.key, own.pem, ""}, "client_ca"},
                      Row{{own.pem, own.key, root.pem(), "x"}, "crl"},
                      Row{{own.pem, own.key, root.pem(), root.pem()}, "crl"},
                      Row{{own.pem, own.key, "", root.crl({})}, "crl"},
                      Row{{own.pem, own.key, root.pem(), root.crl({}, -10)}, "crl"},
                      Row{{own.pem, own.key, root.pem(), root.crl({}) + root.crl({}, -10)}, "crl"}};
  for (const auto& row : rows) {
    CAPTURE(row.where, &row - rows);
    const auto made = Context::serve(row.material);
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == Kind::invalid);
    CHECK(made.error().where == row.where);
    CHECK(made.error().text.find("BEGIN") == std::string::npos);
  }
}
