#include "model/primitives.h"

#include "support/catch.h"

#include <string>
#include <vector>

using namespace fingerpost;

TEST_CASE("each primitive type takes its own syntax and no other") {
  struct Row {
    const char* type;
    std::vector<std::string> good;
    std::vector<std::string> bad;
  };
  const auto row = GENERATE(values<Row>({
      {"boolean", {"true", "false"}, {"True", "1", ""}},
      {"integer", {"0", "-1", "2147483647", "-2147483648"}, {"01", "2147483648", "1.0", "+1", "-"}},
      {"positiveInt", {"1", "2147483647"}, {"0", "-1"}},
      {"unsignedInt", {"0", "7"}, {"-0", "-1"}},
      {"decimal", {"0", "1.10", "-0.5", "1e3", "1E-10"}, {"01", ".5", "1.", "1e", "+1", "NaN"}},
      {"string", {"a", " a ", "line\nbreak\ttab"}, {"", "  ", std::string("a\x01")}},
      {"code", {"a", "a b"}, {"", " a", "a ", "a  b", "a\tb"}},
      {"id", {"a", "A-1.b", std::string(64, 'x')}, {"", "a_b", std::string(65, 'x')}},
      {"uri", {"urn:x", "http://a/b?c"}, {"", "a b", "a\n"}},
      {"oid", {"urn:oid:1.2.3", "urn:oid:2.16.840"}, {"1.2.3", "urn:oid:3.1", "urn:oid:1.02"}},
      {"uuid",
       {"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},
       {"c757873d-ec9a-4326-a141-556f43239520", "urn:uuid:c757873d-ec9a-4326-a141-556f4323952"}},
      {"base64Binary", {"QUJD", "QUI=", "QQ==", "QU JD"}, {"", "QUJ", "Q===", "QU=D", "Q-JD"}},
      {"date",
       {"2024", "2024-02", "2024-02-29"},
       {"24", "2023-02-29", "2024-13", "2024-1-1", "0000"}},
      {"dateTime",
       {"2024", "2024-02-29T23:59:60Z", "2024-02-29T10:00:00.123+14:00"},
       {"2024-02-29T10:00Z", "2024-02-29T10:00:00", "2024-02T10:00:00Z", "2024-02-29T24:00:00Z",
        "2024-02-29T10:00:00+15:00"}},
      {"time", {"10:00:00", "23:59:59.9"}, {"10:00", "24:00:00", "10:00:00Z"}},
      {"instant", {"2024-02-29T10:00:00Z"}, {"2024-02-29", "2024"}},
  }));
  CAPTURE(row.type);
  const auto type = model::primitive_named(row.type);
  REQUIRE(type != model::Primitive::none);
  for (const auto& text : row.good) {
    CAPTURE(text);
    CHECK(model::matches(type, text));
  }
  for (const auto& text : row.bad) {
    CAPTURE(text);
    CHECK_FALSE(model::matches(type, text));
  }
}

TEST_CASE("a name that is no primitive type is none") {
  CHECK(model::primitive_named("Quantity") == model::Primitive::none);
  CHECK(model::primitive_named("") == model::Primitive::none);
}
