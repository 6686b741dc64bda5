#include "base/digest.h"
#include "base/uuid.h"
#include "support/catch.h"

using namespace fingerpost;

namespace {
struct Counting final : Random {
  std::uint64_t next() override { return count++; }
  std::uint64_t count = 0;
};
}  // namespace

TEST_CASE("digests agree with the standards' own values") {
  // FIPS 180-4's "abc", RFC 4231 case 2.
  CHECK(hex(sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("the same keys give the same id for ever, other keys another") {
  CHECK(uuid_v5({"a", "bc"}) == uuid_v5({"a", "bc"}));
  CHECK(uuid_v5({"a", "bc"}) != uuid_v5({"ab", "c"}));
  CHECK(uuid_v5({"a"}) != uuid_v5({"a", ""}));
  const auto id = uuid_v5({"X26", "REF0001"});
  CHECK(id.size() == 36);
  CHECK(id[14] == '5');
  CHECK(id == "b0dc81f1-5cd6-5750-856c-96dca0afdff5");
}

TEST_CASE("random ids carry version and variant") {
  Counting random;
  const auto id = uuid_v4(random);
  CHECK(id.size() == 36);
  CHECK(id[14] == '4');
  CHECK(std::string("89ab").find(id[19]) != std::string::npos);
  CHECK(id != uuid_v4(random));
}
