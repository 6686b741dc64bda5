// Patches take work in proportion to the resource, and their results are bounded.

#include "support/cost.h"

#include "patch/patch.h"

using namespace fingerpost;
using test::listed;

namespace {

std::string members(int n) {
  return "{" + listed(n, [](int i) { return "\"m" + std::to_string(i) + "\":1"; }) + "}";
}
std::string children(int n) {
  std::string made = "<Patient xmlns=\"http://hl7.org/fhir\">";
  for (int i = 0; i < n; ++i) made += "<name><text value=\"a\"/></name>";
  return made + "<gender value=\"male\"/></Patient>";
}
std::string diff(const std::string& operations) {
  return "<diff xmlns=\"http://hl7.org/fhir\">" + operations + "</diff>";
}

bool too_costly(const Result<std::string>& made) {
  return !made && made.error().kind == Kind::too_costly;
}

}  // namespace

TEST_CASE("a JSON patch of a resource twice as wide takes twice the work") {
  const auto operation = GENERATE(
      as<std::string>(), R"({"op":"add","path":"/new","value":1})",
      R"({"op":"remove","path":"/m0"})", R"({"op":"replace","path":"/m1","value":2})",
      R"({"op":"copy","from":"/m1","path":"/c"})", R"({"op":"test","path":"/m2","value":1})");
  CAPTURE(operation);
  const auto cost = [&](int n) {
    const auto resource = members(n);
    return test::least_budget([&](std::uint64_t budget) {
      Limits limits;
      limits.steps = budget;
      return !too_costly(patch::apply_json(resource, "[" + operation + "]", limits));
    });
  };
  test::check_linear(cost, 500);
}

TEST_CASE("an XML patch of a resource twice as wide takes twice the work") {
  const auto path = GENERATE(as<std::string>(), "Patient/gender/@value",
                             "Patient/name[text/@value='b']", "Patient/name[1]/text");
  CAPTURE(path);
  const auto cost = [&](int n) {
    const auto resource = children(n);
    return test::least_budget([&](std::uint64_t budget) {
      Limits limits;
      limits.steps = budget;
      return !too_costly(
          patch::apply_xml(resource, diff("<remove sel=\"" + path + "\"/>"), limits));
    });
  };
  test::check_linear(cost, 500);
}

TEST_CASE("a merge of many members is right, whatever their order") {
  constexpr int many = 20'000;
  const auto changes = "{" +
                       listed(many,
                              [](int i) {
                                const auto value = i % 2 == 0 ? "null" : "2";
                                return "\"m" + std::to_string(many - 1 - i) + "\":" + value;
                              }) +
                       ",\"new\":{\"a\":null}}";
  const auto wanted =
      "{" + listed(many / 2, [](int i) { return "\"m" + std::to_string(2 * i) + "\":2"; }) +
      ",\"new\":{}}";
  const auto made = patch::apply_merge(members(many), changes, {});
  REQUIRE(made);
  CHECK((*made == wanted));
}

TEST_CASE("objects of many members are compared whatever their order") {
  constexpr int many = 20'000;
  const auto backwards =
      "{" + listed(many, [](int i) { return "\"m" + std::to_string(many - 1 - i) + "\":1.0"; }) +
      "}";
  CHECK(
      patch::apply_json(members(many), R"([{"op":"test","path":"","value":)" + backwards + "}]", {})
          .has_value());
}

TEST_CASE("the result of a patch is bounded in every form") {
  Limits limits;
  limits.body_bytes = 300;
  const std::string text(200, 'a');
  CHECK(too_costly(
      patch::apply_merge(R"({"a":")" + text + "\"}", R"({"b":")" + text + "\"}", limits)));
  CHECK(too_costly(patch::apply_json(R"({"a":")" + text + "\"}",
                                     R"([{"op":"add","path":"/b","value":")" + text + "\"}]",
                                     limits)));
  const std::string id = "<id value=\"" + text + "\"/>";
  CHECK(too_costly(patch::apply_xml("<a>" + id + "</a>",
                                    "<diff><add sel=\"a\">" + id + "</add></diff>", limits)));
}
