// Terminology operations take work in proportion to what they are given, and end when it is more.

#include "support/cost.h"

#include "support/terminology.h"
#include "terminology/core.h"
#include "terminology/language.h"

using namespace fingerpost;
using test::listed;
using test::repeated;

namespace {

std::string resource(const std::string& name, const std::string& json) {
  return R"({"name":")" + name + R"(","resource":)" + json + "}";
}
std::string value_set(const std::string& compose, const std::string& more = "") {
  return resource("valueSet", R"({"resourceType":"ValueSet","url":"urn:s","status":"active",)" +
                                  more + R"("compose":{)" + compose + "}}");
}
std::string code_system(const std::string& concepts) {
  return resource("tx-resource",
                  R"({"resourceType":"CodeSystem","url":"urn:c","status":"active",
                      "content":"complete","concept":[)" +
                      concepts + "]}");
}
std::string number(int i) {
  return std::to_string(i);
}
std::string concepts(int n) {
  return listed(n, [](int i) { return R"({"code":"c)" + number(i) + "\"}"; });
}

std::string listed_codes(int n) {
  return code_system(concepts(n)) + "," +
         value_set(R"("include":[{"system":"urn:c","concept":[)" + concepts(n) + "]}]");
}
std::string includes(int n) {
  return code_system(concepts(1)) + "," +
         value_set(R"("include":[)" +
                   repeated(n, R"({"system":"urn:c","concept":[{"code":"c0"}]})") + "]");
}
std::string values_of_in(int n) {
  return code_system(concepts(50)) + "," +
         value_set(R"("include":[{"system":"urn:c","filter":[
           {"property":"code","op":"in","value":")" +
                   listed(n, [](int i) { return "c" + number(i); }) + "\"}]}]");
}
std::string properties(int n) {
  return code_system(R"({"code":"a","property":[)" +
                     repeated(n, R"({"code":"p","valueString":"x"})") + "]}") +
         "," + value_set(R"("include":[{"system":"urn:c","filter":[
           {"property":"p","op":"=","value":"y"}]}])");
}
std::string hierarchy(int n) {
  return code_system(R"({"code":"top","concept":[)" + concepts(n) + "]}") + "," +
         value_set(R"("include":[{"system":"urn:c","filter":[
           {"property":"concept","op":"is-a","value":"top"}]}])");
}
std::string excluded(int n) {
  return code_system(concepts(n)) + "," +
         value_set(R"("include":[{"system":"urn:c"}],"exclude":[{"system":"urn:c","concept":[)" +
                   concepts(n) + "]}]");
}

// Each filter looks through all the properties of the one code.
std::string filters_by_properties(int n) {
  return code_system(R"({"code":"a","property":[)" +
                     repeated(n, R"({"code":"p","valueString":"x"})") + "]}") +
         "," +
         value_set(R"("include":[{"system":"urn:c","filter":[)" +
                   repeated(n, R"({"property":"p","op":"=","value":"x"})") + "]}]");
}
// Each include looks for its set among all that are contained.
std::string contained(int n) {
  return value_set(R"("include":[)" +
                       listed(n, [](int i) { return R"({"valueSet":["#v)" + number(i) + "\"]}"; }) +
                       "]",
                   R"("contained":[)" + listed(n, [](int i) {
                     return R"({"resourceType":"ValueSet","id":"v)" + number(i) +
                            R"(","status":"active","compose":{"include":[
                              {"system":"urn:d","concept":[{"code":"a"}]}]}})";
                   }) + "],");
}

bool too_costly(const std::string& parameters, const Limits& limits) {
  const auto told = test::ask(terminology::expand, {}, parameters, limits);
  return told.failed && told.json.find("too-costly") != std::string::npos;
}

}  // namespace

TEST_CASE("twice as much in a value set takes twice the work to expand") {
  struct Row {
    const char* name;
    std::string (*parameters)(int n);
  };
  const auto row = GENERATE(Row{"listed", listed_codes}, Row{"includes", includes},
                            Row{"in", values_of_in}, Row{"properties", properties},
                            Row{"hierarchy", hierarchy}, Row{"excluded", excluded});
  CAPTURE(row.name);
  const auto cost = [&](int n) {
    const auto parameters = row.parameters(n);
    return test::least_budget([&](std::uint64_t budget) {
      Limits limits;
      limits.value_set_steps = budget;
      return !too_costly(parameters, limits);
    });
  };
  test::check_linear(cost, 300);
}

TEST_CASE("what multiplies ends at the limit of steps") {
  CHECK(too_costly(filters_by_properties(3'000), {}));
  CHECK(too_costly(contained(3'000), {}));
}

TEST_CASE("words to filter by, languages and versions are few") {
  const std::string set =
      R"({"name":"url","valueUri":"http://hl7.org/fhir/ValueSet/request-status"})";
  const auto parameter = [](const char* name, const std::string& value) {
    return R"(,{"name":")" + std::string(name) + R"(","valueString":")" + value + "\"}";
  };
  const auto codes = terminology::core(test::definitions());
  const auto costs = [&](const std::string& more) {
    const auto told = test::ask(terminology::expand, codes, set + more);
    return told.failed && told.json.find("too-costly") != std::string::npos;
  };
  std::string words, versions;
  for (int i = 0; i < 33; ++i) words += "a ";
  for (int i = 0; i < 65; ++i) versions += parameter("system-version", "urn:c|" + number(i));
  CHECK_FALSE(costs(parameter("filter", "on hold")));
  CHECK(costs(parameter("filter", words)));
  CHECK(costs(parameter("filter", std::string(201, 'a'))));
  CHECK(costs(versions));
  CHECK(terminology::read_languages(repeated(1'000, "de")).tags.size() ==
        terminology::most_languages);
}
