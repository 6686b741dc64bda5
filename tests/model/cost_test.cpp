// Resources are read and written in time in proportion to their size, in both forms.

#include "support/cost.h"

#include "model/xml.h"
#include "support/definitions.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace fingerpost;
using test::listed;
using test::repeated;

namespace {

std::string number(int i) {
  return std::to_string(i);
}

// A resource in JSON of about n parts.
struct Row {
  const char* name;
  std::string (*json)(int n);
  bool of_fhir = true;  // so that XML has it too
};

std::string names(int n) {
  return R"({"resourceType":"Patient","name":[)" +
         listed(n,
                [](int i) {
                  return R"({"use":"official","family":"F)" + number(i) + R"(","given":["A","B"]})";
                }) +
         "]}";
}
std::string given(int n) {
  return R"({"resourceType":"Patient","name":[{"given":[)" + repeated(n, "\"A\"") +
         R"(],"_given":[)" +
         listed(n, [](int i) { return i % 2 == 0 ? std::string("null") : R"({"id":"a"})"; }) +
         "]}]}";
}
std::string entries(int n) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" +
         listed(n,
                [](int i) {
                  return R"({"fullUrl":"urn:uuid:)" + number(i) +
                         R"(","resource":{"resourceType":"Goal","id":"g)" + number(i) +
                         R"(","description":{"text":"Walk"}}})";
                }) +
         "]}";
}
std::string contained(int n) {
  return R"({"resourceType":"Patient","contained":[)" +
         repeated(n, R"({"resourceType":"Practitioner","id":"p"})") + "]}";
}
std::string extensions(int n) {
  return R"({"resourceType":"Patient","extension":[)" +
         repeated(n, R"({"url":"urn:a","extension":[{"url":"b","valueString":"c"}]})") + "]}";
}
std::string narrative(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += "<p>a &amp; b</p>";
  return R"({"resourceType":"Patient","text":{"status":"generated","div":
    "<div xmlns=\"http://www.w3.org/1999/xhtml\">)" +
         text + "</div>\"}}";
}
std::string unknown(int n) {
  return R"({"resourceType":"Patient",)" +
         listed(n, [](int i) { return "\"m" + number(i) + "\":1"; }) + "}";
}
std::string unknown_lists(int n) {
  return R"({"resourceType":"Patient",)" +
         listed(n, [](int i) { return "\"m" + number(i) + "\":[1,{\"a\":1}]"; }) + "}";
}
std::string wrong(int n) {
  return R"({"resourceType":"Patient","name":[)" + repeated(n, "[1]") + "]}";
}

const std::vector<Row> rows = {{"names", names},
                               {"given and _given", given},
                               {"entries", entries},
                               {"contained", contained},
                               {"extensions", extensions},
                               {"narrative", narrative},
                               {"unknown members", unknown, false},
                               {"unknown lists", unknown_lists, false},
                               {"wrong shapes", wrong, false}};

Tree tree_of(const std::string& json) {
  auto read = model::read_json(test::definitions(), json, {});
  REQUIRE(read);
  return std::move(read->tree);
}
std::string xml_of(const Tree& tree) {
  std::string out;
  model::write_xml(test::definitions(), tree, tree.root(), out);
  return out;
}

constexpr int few = 200;

}  // namespace

TEST_CASE("a resource is read from JSON in time in proportion to it") {
  const auto row = GENERATE(from_range(rows));
  CAPTURE(row.name);
  test::check_linear_time(
      [&](int n) {
        return [json = row.json(n)] { REQUIRE(model::read_json(test::definitions(), json, {})); };
      },
      few);
}

TEST_CASE("a resource is read from XML in time in proportion to it") {
  const auto row = GENERATE(filter([](const Row& one) { return one.of_fhir; }, from_range(rows)));
  CAPTURE(row.name);
  test::check_linear_time(
      [&](int n) {
        return [xml = xml_of(tree_of(row.json(n)))] {
          REQUIRE(model::read_xml(test::definitions(), xml, {}));
        };
      },
      few);
}

TEST_CASE("elements that XML has and FHIR has not are read in time in proportion to them") {
  test::check_linear_time(
      [](int n) {
        std::string xml = "<Patient xmlns=\"http://hl7.org/fhir\">";
        for (int i = 0; i < n; ++i) xml += "<m" + number(i) + " value=\"1\" a=\"b\"/>";
        return
            [xml = xml + "</Patient>"] { REQUIRE(model::read_xml(test::definitions(), xml, {})); };
      },
      few);
}

TEST_CASE("a resource is written in time in proportion to it, in JSON and in XML") {
  const auto row = GENERATE(from_range(rows));
  CAPTURE(row.name);
  const auto written = [&](auto write) {
    return [&row, write](int n) {
      return [tree = std::make_shared<const Tree>(tree_of(row.json(n))), write] {
        std::string out;
        write(test::definitions(), *tree, tree->root(), out, model::Pretty::no);
        REQUIRE_FALSE(out.empty());
      };
    };
  };
  test::check_linear_time(written(model::write_json), few);
  test::check_linear_time(written(model::write_xml), few);
}
