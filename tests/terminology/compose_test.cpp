#include "terminology/compose.h"

#include "support/terminology.h"

using namespace fingerpost;
using test::codes_in;

namespace {

// animal > (bird > (duck, owl), fish); owl is old, bird only groups; bat is below two.
const char* const animals = R"({"resourceType":"CodeSystem","url":"urn:animals","version":"1.0",
  "status":"active","content":"complete","caseSensitive":true,"valueSet":"urn:vs:animals",
  "property":[{"code":"legs","type":"integer"},{"code":"parent","type":"code"}],
  "concept":[{"code":"animal","display":"Animal","concept":[
    {"code":"bird","display":"Bird","property":[{"code":"notSelectable","valueBoolean":true}],
     "concept":[
      {"code":"duck","display":"Duck","property":[{"code":"legs","valueInteger":2}]},
      {"code":"owl","display":"Owl","property":[{"code":"legs","valueInteger":2},
                                                {"code":"status","valueCode":"retired"}]}]},
    {"code":"fish","display":"Fish","property":[{"code":"legs","valueInteger":0}]}]},
   {"code":"flyer","display":"Flyer"},
   {"code":"bat","display":"Bat","property":[{"code":"parent","valueCode":"flyer"},
                                             {"code":"parent","valueCode":"animal"},
                                             {"code":"legs","valueInteger":4}]}]})";

std::string set_of(const std::string& compose) {
  return R"({"resourceType":"ValueSet","url":"urn:vs","version":"3","status":"active","compose":{)" +
         compose + "}}";
}

std::string filtered(const std::string& property, const std::string& op, const std::string& value) {
  return R"("include":[{"system":"urn:animals","filter":[{"property":")" + property +
         R"(","op":")" + op + R"(","value":")" + value + R"("}]}])";
}

std::string expanded(const terminology::Terminology& terminology, const std::string& more = "") {
  const auto told =
      test::ask(terminology::expand, terminology,
                test::uri("url", "urn:vs") + "," + test::flag("excludeNested", true) + more);
  return told.failed ? "failed" : codes_in(told.json);
}

}  // namespace

TEST_CASE("a filter takes the codes its operator says") {
  struct Row {
    const char *property, *op, *value, *codes;
  };
  const auto row = GENERATE(
      Row{"concept", "is-a", "bird", "bird duck owl "},
      Row{"concept", "is-a", "animal", "animal bird duck owl fish bat "},
      Row{"concept", "descendent-of", "bird", "duck owl "},
      Row{"concept", "is-not-a", "animal", "flyer "},
      Row{"concept", "generalizes", "bat", "animal flyer bat "},
      Row{"concept", "child-of", "flyer", "bat "},
      Row{"concept", "descendent-leaf", "animal", "duck owl fish bat "},
      Row{"concept", "in", "duck, fish,none", "duck fish "}, Row{"concept", "=", "duck", "duck "},
      Row{"concept", "regex", "f.*", "fish flyer "},
      Row{"code", "regex", "is", ""},  // the whole text has to match
      Row{"display", "regex", "B.*", "bird bat "}, Row{"legs", "=", "2", "duck owl "},
      Row{"legs", "in", "0,4", "fish bat "}, Row{"legs", "not-in", "0,2", "animal bird flyer bat "},
      Row{"legs", "exists", "true", "duck owl fish bat "},
      Row{"legs", "exists", "false", "animal bird flyer "}, Row{"parent", "=", "bird", "duck owl "},
      Row{"child", "=", "owl", "bird "}, Row{"status", "=", "retired", "owl "});
  CAPTURE(row.property, row.op, row.value);
  const auto all = test::loaded({animals, set_of(filtered(row.property, row.op, row.value))});
  CHECK(expanded(all) == row.codes);
}

TEST_CASE("a filter that cannot be understood stops the expansion") {
  struct Row {
    const char *property, *op, *value;
  };
  const auto row = GENERATE(Row{"concept", "is-a", "dragon"}, Row{"code", "regex", "(a"},
                            Row{"code", "sounds-like", "a"});
  CAPTURE(row.op);
  CHECK(expanded(test::loaded({animals, set_of(filtered(row.property, row.op, row.value))})) ==
        "failed");
}

TEST_CASE("includes are joined, value sets of one include cut, excludes taken away") {
  const auto other = [](const char* url, const std::string& compose) {
    return std::string(R"({"resourceType":"ValueSet","url":")") + url +
           R"(","status":"active","compose":{)" + compose + "}}";
  };
  const auto birds = other("urn:vs:birds", filtered("concept", "is-a", "bird"));
  const auto two = other("urn:vs:two", filtered("legs", "=", "2"));
  const auto row = GENERATE(
      std::pair(R"("include":[{"valueSet":["urn:vs:birds"]}])", "bird duck owl "),
      std::pair(R"("include":[{"valueSet":["urn:vs:birds","urn:vs:two"]}])", "duck owl "),
      std::pair(R"("include":[{"valueSet":["urn:vs:two"]},{"valueSet":["urn:vs:birds"]}])",
                "duck owl bird "),
      std::pair(R"("include":[{"system":"urn:animals","valueSet":["urn:vs:two"]}])", "duck owl "),
      std::pair(R"("include":[{"valueSet":["urn:vs:birds"]}],
                   "exclude":[{"system":"urn:animals","concept":[{"code":"owl"}]}])",
                "bird duck "),
      std::pair(R"("include":[{"system":"urn:animals"}],
                   "exclude":[{"valueSet":["urn:vs:birds"]}])",
                "animal fish flyer bat "),
      std::pair(R"("inactive":false,"include":[{"valueSet":["urn:vs:birds"]}])", "bird duck "),
      std::pair(R"("include":[{"system":"urn:animals","concept":[{"code":"owl"},{"code":"hen"},
                   {"code":"owl"},{"code":"bat"}]}])",
                "owl bat "));
  CAPTURE(row.first);
  CHECK(expanded(test::loaded({animals, birds, two, set_of(row.first)})) == row.second);
}

TEST_CASE("what a request asks for narrows the expansion") {
  const auto all = test::loaded({animals, set_of(R"("include":[{"system":"urn:animals"}])")});
  const auto text = [](const char* value) {
    return R"(,{"name":"filter","valueString":")" + std::string(value) + "\"}";
  };
  CHECK(expanded(all, "," + test::flag("activeOnly", true)) == "animal bird duck fish flyer bat ");
  CHECK(expanded(all, "," + test::flag("excludeNotForUI", true)) ==
        "animal duck owl fish flyer bat ");
  CHECK(expanded(all, text("FL")) == "flyer ");
  CHECK(expanded(all, text("i b")) == "bird ");
  CHECK(expanded(all, text("dragon")) == "");
}

TEST_CASE("value sets that include each other in a circle are refused") {
  const std::string other = R"({"resourceType":"ValueSet","url":"urn:vs:b","status":"active",
    "compose":{"include":[{"valueSet":["urn:vs"]}]}})";
  const auto all =
      test::loaded({animals, other, set_of(R"("include":[{"valueSet":["urn:vs:b"]}])")});
  CHECK(expanded(all) == "failed");
  const auto checked = all.check("urn:vs", {"urn:animals", "", "duck", ""});
  CHECK(checked.membership == terminology::Membership::not_known);
  CHECK(checked.reason.find("circularity") != std::string::npos);
}

TEST_CASE("value sets that double at each level end at the limit, not at the end of time") {
  std::vector<std::string> resources{animals};
  for (int level = 0; level < 25; ++level) {
    const auto next = "urn:vs:" + std::to_string(level + 1);
    resources.push_back(R"({"resourceType":"ValueSet","url":"urn:vs:)" + std::to_string(level) +
                        R"(","status":"active","compose":{"include":[{"valueSet":[")" + next +
                        "\",\"" + next + R"("]}]}})");
  }
  resources.push_back(R"({"resourceType":"ValueSet","url":"urn:vs:25","status":"active",
    "compose":{"include":[{"system":"urn:animals"}]}})");
  const auto all = test::loaded(resources);
  Limits limits;
  limits.value_set_steps = 100'000;
  const auto told = test::ask(terminology::expand, all, test::uri("url", "urn:vs:0"), limits);
  CHECK(told.failed);
  CHECK(told.json.find("too-costly") != std::string::npos);
}

TEST_CASE("more codes than the limit are given in pages only") {
  const auto all = test::loaded({animals, set_of(R"("include":[{"system":"urn:animals"}])")});
  Limits limits;
  limits.expansion_codes = 3;
  const auto url = test::uri("url", "urn:vs");
  CHECK(test::ask(terminology::expand, all, url, limits).json.find("too-costly") !=
        std::string::npos);
  CHECK(codes_in(test::ask(terminology::expand, all, url + "," + test::number("count", 2), limits)
                     .json) == "animal bird ");
  CHECK(test::ask(terminology::expand, all, url + "," + test::number("count", 5), limits).failed);
}

TEST_CASE("pages put together are the whole, whatever their size") {
  const auto all = test::loaded({animals, set_of(R"("include":[{"system":"urn:animals"}])")});
  const auto whole = expanded(all);
  for (int size = 1; size <= 8; ++size) {
    std::string pages;
    for (int offset = 0; offset < 7; offset += size)
      pages +=
          expanded(all, "," + test::number("offset", offset) + "," + test::number("count", size));
    CAPTURE(size);
    CHECK(pages == whole);
  }
}

TEST_CASE("a code is valid exactly when the expansion has it") {
  const auto compose = GENERATE(as<std::string>{}, R"("include":[{"system":"urn:animals"}])",
                                filtered("concept", "is-a", "bird"), filtered("legs", "=", "2"),
                                filtered("legs", "not-in", "2"), filtered("code", "regex", "b.*"),
                                R"("include":[{"system":"urn:animals","concept":[{"code":"owl"},
                                  {"code":"hen"}]}],"exclude":[{"system":"urn:animals",
                                  "filter":[{"property":"legs","op":"=","value":"0"}]}])",
                                R"("inactive":false,"include":[{"system":"urn:animals"}],
                                  "exclude":[{"system":"urn:animals","concept":[{"code":"bat"}]}])");
  CAPTURE(compose);
  const auto all = test::loaded({animals, set_of(compose)});
  const auto in = " " + expanded(all);
  for (const std::string code :
       {"animal", "bird", "duck", "owl", "fish", "flyer", "bat", "hen", "Duck"}) {
    CAPTURE(code);
    const bool expected = in.find(" " + code + " ") != std::string::npos;
    const auto checked = all.check("urn:vs", {"urn:animals", "", code, ""});
    CHECK(checked.membership ==
          (expected ? terminology::Membership::in : terminology::Membership::not_in));
    const auto told =
        test::ask(terminology::validate_code, all,
                  test::uri("url", "urn:vs") + "," + test::coding("urn:animals", code));
    CHECK((told.json.find(R"("name":"result","valueBoolean":true)") != std::string::npos) ==
          expected);
  }
}

TEST_CASE("the version a request names is the one that is used") {
  const auto version = [](const char* number, const char* code) {
    return std::string(R"({"resourceType":"CodeSystem","url":"urn:cs","version":")") + number +
           R"(","status":"active","content":"complete","concept":[{"code":")" + code + "\"}]}";
  };
  const auto set = [](const char* more) {
    return set_of(std::string(R"("include":[{"system":"urn:cs")") + more + "}]");
  };
  const auto rule = [](const char* name, const char* wanted) {
    return R"(,{"name":")" + std::string(name) + R"(","valueCanonical":"urn:cs|)" + wanted + "\"}";
  };
  const auto cs =
      std::vector{version("1.9", "nine"), version("1.10", "ten"), version("1.2", "two")};
  auto open = cs;
  open.push_back(set(""));
  auto pinned = cs;
  pinned.push_back(set(R"(,"version":"1.9")"));
  CHECK(expanded(test::loaded(open)) == "ten ");
  CHECK(expanded(test::loaded(pinned)) == "nine ");
  CHECK(expanded(test::loaded(open), rule("system-version", "1.2")) == "two ");
  CHECK(expanded(test::loaded(pinned), rule("system-version", "1.2")) == "nine ");
  CHECK(expanded(test::loaded(pinned), rule("force-system-version", "1.2")) == "two ");
  CHECK(expanded(test::loaded(open), rule("check-system-version", "1.10")) == "ten ");
  CHECK(expanded(test::loaded(open), rule("check-system-version", "1.2")) == "failed");
  CHECK(expanded(test::loaded(open), rule("force-system-version", "7")) == "failed");
}

TEST_CASE(
    "a concept without a code is in no value set; what stands below it belongs to its parent") {
  const auto terminology = test::loaded(
      {R"({"resourceType":"CodeSystem","url":"urn:animals","status":"active","content":"complete",
        "concept":[{"code":"a","concept":[{"display":"?","concept":[{"code":"b"}]}]}]})",
       set_of(filtered("concept", "descendent-of", "a"))});
  CHECK(expanded(terminology) == "b ");
}

TEST_CASE("the value set of all codes is there when its code system names it") {
  const auto told =
      test::ask(terminology::expand, test::loaded({animals}),
                test::uri("url", "urn:vs:animals") + "," + test::flag("excludeNested", true));
  CHECK(codes_in(told.json) == "animal bird duck owl fish flyer bat ");
}

TEST_CASE("a long chain of codes is expanded, nested and compared without climbing it each time") {
  std::string concepts;
  constexpr int length = 20'000;
  for (int at = 0; at < length; ++at)
    concepts += (at == 0 ? R"({"code":"c0"})"
                         : R"(,{"code":"c)" + std::to_string(at) +
                               R"(","property":[{"code":"parent","valueCode":"c)" +
                               std::to_string(at - 1) + R"("}]})");
  const auto all = test::loaded(
      {R"({"resourceType":"CodeSystem","url":"urn:animals","status":"active","content":"complete",
          "concept":[)" +
           concepts + "]}",
       set_of(filtered("concept", "descendent-leaf", "c0")),
       R"({"resourceType":"ValueSet","url":"urn:up","status":"active","compose":{)" +
           filtered("concept", "generalizes", "c19999") + "}}"});
  CHECK(expanded(all) == "c19999 ");
  const auto told = test::ask(terminology::expand, all,
                              test::uri("url", "urn:up") + "," + test::number("count", 1));
  CHECK(told.json.find(R"("total":20000)") != std::string::npos);
  CHECK(all.check("urn:vs", {"urn:animals", "", "c19999", ""}).membership ==
        terminology::Membership::in);
}
