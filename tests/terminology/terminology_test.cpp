#include "terminology/terminology.h"

#include "support/terminology.h"
#include "terminology/content.h"

using namespace fingerpost;
using terminology::Membership;

namespace {

const char* const colours = R"({"resourceType":"CodeSystem","url":"urn:colours","status":"active",
  "content":"complete","caseSensitive":false,"concept":[
    {"code":"red","display":"Red","designation":[{"language":"de","value":"Rot"}]},
    {"code":"blue","display":"Blue","property":[{"code":"inactive","valueBoolean":true}]}]})";
const char* const part = R"({"resourceType":"CodeSystem","url":"urn:part","status":"active",
  "content":"fragment","concept":[{"code":"a","display":"A"}]})";
const char* const set =
    R"({"resourceType":"ValueSet","url":"urn:vs","version":"2","status":"active",
  "compose":{"include":[{"system":"urn:colours"},{"system":"urn:part"},
    {"system":"urn:absent","concept":[{"code":"x","display":"X"}]}]}})";
const char* const wide = R"({"resourceType":"ValueSet","url":"urn:wide","status":"active",
  "compose":{"include":[{"system":"urn:absent"},{"system":"urn:colours"}]}})";

}  // namespace

TEST_CASE("a code is in a value set, not in it, or that cannot be known") {
  const auto all = test::loaded({colours, part, set, wide});
  struct Row {
    const char *set, *system, *code;
    Membership expected;
  };
  const auto row =
      GENERATE(Row{"urn:vs", "urn:colours", "red", Membership::in},
               Row{"urn:vs|2", "urn:colours", "red", Membership::in},
               Row{"urn:vs|1", "urn:colours", "red", Membership::not_known},  // no such version
               Row{"urn:vs", "urn:colours", "RED", Membership::in},           // cases are one there
               Row{"urn:vs", "urn:colours", "green", Membership::not_in},
               Row{"urn:vs", "urn:part", "a", Membership::in},
               Row{"urn:vs", "urn:part", "b", Membership::not_known},  // a fragment may have more
               Row{"urn:vs", "urn:absent", "x", Membership::in},       // listed, so it is in
               Row{"urn:vs", "urn:absent", "y", Membership::not_in},
               Row{"urn:vs", "urn:other", "red", Membership::not_in},
               Row{"urn:wide", "urn:absent", "x", Membership::not_known},
               Row{"urn:wide", "urn:colours", "red", Membership::in},
               Row{"urn:none", "urn:colours", "red", Membership::not_known});
  CAPTURE(row.set, row.system, row.code);
  const auto checked = all.check(row.set, {row.system, "", row.code, ""});
  CHECK(checked.membership == row.expected);
  CHECK(checked.reason.empty() == (row.expected == Membership::in));
}

TEST_CASE("a list of codes tells by itself, whatever is missing of its code system") {
  const auto set_of = [](const char* url, const std::string& compose) {
    return R"({"resourceType":"ValueSet","url":")" + std::string(url) +
           R"(","status":"active","compose":{)" + compose + "}}";
  };
  const auto all = test::loaded(
      {part, set_of("urn:list", R"("include":[{"system":"urn:part","concept":[{"code":"x"}]}])"),
       set_of("urn:over", R"("include":[{"valueSet":["urn:list"]}])"),
       set_of("urn:less", R"("include":[{"system":"urn:part","concept":[{"code":"x"}]}],
         "exclude":[{"system":"urn:part","filter":[{"property":"concept","op":"is-a",
         "value":"a"}]}])"),
       set_of("urn:both", R"("include":[{"system":"urn:part","concept":[{"code":"x"}],
         "valueSet":["urn:whole"]}])"),
       set_of("urn:whole", R"("include":[{"system":"urn:part"}])")});
  const auto in = [&](const char* url, const char* code) {
    return all.check(url, {"urn:part", "", code, ""}).membership;
  };
  CHECK(in("urn:list", "x") == Membership::in);
  CHECK(in("urn:list", "y") == Membership::not_in);
  CHECK(in("urn:over", "x") == Membership::in);
  CHECK(in("urn:over", "y") == Membership::not_in);
  CHECK(in("urn:less", "x") == Membership::not_known);
  CHECK(in("urn:less", "y") == Membership::not_in);
  CHECK(in("urn:both", "x") == Membership::not_known);
  CHECK(in("urn:both", "y") == Membership::not_in);
}

TEST_CASE("a code without a system is that of the value set") {
  const auto all = test::loaded({colours, part, set, wide});
  CHECK(all.check("urn:vs", {"", "", "red", ""}).membership == Membership::in);
  CHECK(all.check("urn:vs", {"", "", "x", ""}).membership == Membership::in);
  CHECK(all.check("urn:wide", {"", "", "red", ""}).membership == Membership::in);
  CHECK(all.check("urn:wide", {"", "", "green", ""}).membership == Membership::not_known);
}

TEST_CASE("a code of a code system is told by the codes at hand") {
  const auto all = test::loaded({colours, part});
  CHECK(all.check_code({"urn:colours", "", "red", ""}).membership == Membership::in);
  CHECK(all.check_code({"urn:colours", "", "green", ""}).membership == Membership::not_in);
  CHECK(all.check_code({"urn:part", "", "b", ""}).membership == Membership::not_known);
  CHECK(all.check_code({"urn:absent", "", "b", ""}).membership == Membership::not_known);
  CHECK(all.check_code({"urn:colours", "9", "red", ""}).membership == Membership::not_known);
}

TEST_CASE("a wrong display and an inactive code are remarked on") {
  const auto all = test::loaded({colours});
  CHECK_FALSE(all.check_code({"urn:colours", "", "red", "red"}).wrong_display);
  CHECK_FALSE(all.check_code({"urn:colours", "", "red", "Rot"}).wrong_display);
  CHECK(all.check_code({"urn:colours", "", "red", "Green"}).wrong_display);
  CHECK_FALSE(all.check_code({"urn:colours", "", "red", ""}).inactive);
  CHECK(all.check_code({"urn:colours", "", "blue", ""}).inactive);
}

TEST_CASE("compiled to bytes, code systems and value sets answer the same") {
  const auto all = test::loaded({colours, part, set, wide});
  const auto bytes = terminology::bytes_of(*all.contents()[0]);
  terminology::Terminology again;
  again.add(terminology::view_content(bytes, nullptr).value());
  for (const auto* value_set : {"urn:vs", "urn:wide"})
    for (const auto* system : {"urn:colours", "urn:part", "urn:absent"})
      for (const auto* code : {"red", "blue", "a", "b", "x", "y"}) {
        CAPTURE(value_set, system, code);
        const terminology::Coded coded{system, "", code, ""};
        CHECK(again.check(value_set, coded).membership == all.check(value_set, coded).membership);
      }
}

TEST_CASE("bytes that are no compiled code systems are refused") {
  auto bytes = terminology::bytes_of(*test::loaded({colours}).contents()[0]);
  CHECK_FALSE(terminology::view_content(std::span(bytes).first(8), nullptr));
  CHECK_FALSE(terminology::view_content(std::span(bytes).first(bytes.size() - 16), nullptr));
  bytes[0] = std::byte{0};
  CHECK_FALSE(terminology::view_content(bytes, nullptr));
}

TEST_CASE("versions are told apart by their numbers") {
  using terminology::later;
  CHECK(later("1.10", "1.9"));
  CHECK_FALSE(later("1.9", "1.10"));
  CHECK(later("2024-02", "2024-01"));
  CHECK(later("1.0.1", "1.0"));
  CHECK_FALSE(later("1.0", "1.0"));
  CHECK(later("1", ""));
}

TEST_CASE("a display that the value set gives a code is one of its names") {
  const auto all = test::loaded(
      {R"({"resourceType":"CodeSystem","url":"urn:c","status":"active","content":"complete",
          "concept":[{"code":"a","display":"A"}]})",
       R"({"resourceType":"ValueSet","url":"urn:vs","status":"active","compose":{"include":[
          {"system":"urn:c","concept":[{"code":"a","display":"Our A"}]}]}})"});
  CHECK_FALSE(all.check("urn:vs", {"urn:c", "", "a", "Our A"}).wrong_display);
  CHECK_FALSE(all.check("urn:vs", {"urn:c", "", "a", "A"}).wrong_display);
  CHECK(all.check("urn:vs", {"urn:c", "", "a", "B"}).wrong_display);
}
