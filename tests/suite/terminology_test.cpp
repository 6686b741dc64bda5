// The terminology ecosystem's public suite, where it is at hand; and the comparer itself.

#include "suite/terminology.h"

#include "suite/template.h"
#include "support/suite.h"

#include <catch2/catch.hpp>

using namespace fingerpost;

namespace {

std::string difference(const std::string& expected, const std::string& actual,
                       suite::Say say = suite::Say::exactly) {
  const auto read = [](const std::string& text) {
    return wire::json_value(wire::JsonView(wire::parse_json(text, Limits{}).value()));
  };
  return suite::differs(read(expected), read(actual), say).path;
}

}  // namespace

TEST_CASE("the public terminology suite passes") {
  const auto folder = test::public_suite("conformance/terminology");
  if (folder.empty()) return;
  test::judge(suite::run_terminology(test::setting(), folder), "", 197);
}

TEST_CASE("a template says what may vary in an answer, and nothing else may") {
  struct Row {
    const char *expected, *actual, *path;
  };
  const auto row = GENERATE(
      Row{R"({"a":"1"})", R"({"a":"1"})", ""}, Row{R"({"a":"1"})", R"({"a":"2"})", "$.a"},
      Row{R"({"a":"1"})", R"({"a":1})", "$.a"}, Row{R"({"a":"1"})", R"({})", "$.a"},
      Row{R"({})", R"({"a":"1"})", "$.a"},
      Row{R"({"$optional-properties$":["a"],"a":"1"})", R"({})", ""},
      Row{R"({"$optional-properties$":["a"],"a":"1"})", R"({"a":"2"})", "$.a"},
      Row{R"({"$optional-properties$":["a"]})", R"({"a":"2"})", ""},
      Row{R"({"a":["1","2"]})", R"({"a":["2","1"]})", ""},
      Row{R"({"a":["1","2"]})", R"({"a":["2"]})", "$.a[]"},
      Row{R"({"a":["1"]})", R"({"a":["1","2"]})", "$.a[]"},
      Row{R"({"a":[{"$optional$":true,"b":"1"},{"b":"2"}]})", R"({"a":[{"b":"2"}]})", ""},
      Row{R"({"a":[{"$optional$":true,"b":"1"},{"b":"2"}]})", R"({"a":[{"b":"3"},{"b":"2"}]})",
          "$.a[]"},
      Row{R"({"a":[{"$optional$":"!x","b":"1"}]})", R"({})", ""},
      Row{R"({"a":"$id$"})", R"({"a":"x-1"})", ""}, Row{R"({"a":"$id$"})", R"({"a":"x y"})", "$.a"},
      Row{R"({"a":"$instant$"})", R"({"a":"2024-01-01T00:00:00Z"})", ""},
      Row{R"({"a":"$instant$"})", R"({"a":"2024-01-01"})", "$.a"},
      Row{R"({"a":"$choice:x|y$"})", R"({"a":"y"})", ""},
      Row{R"({"a":"$choice:x|y$"})", R"({"a":"z"})", "$.a"},
      Row{R"({"a":"$external:1:bad code$"})", R"({"a":"a bad code!"})", ""},
      Row{R"({"a":"$external:1:bad code$"})", R"({"a":"a good code"})", "$.a"},
      Row{R"({"a":"$external:1$"})", R"({"a":"anything"})", ""},
      Row{R"({"a":"$fragments:Id:$"})", R"({"a":"The Id: 7"})", ""});
  CAPTURE(row.expected, row.actual);
  CHECK(difference(row.expected, row.actual) == row.path);
}

TEST_CASE("a template of the least that must be said allows more, and no less") {
  const auto least = suite::Say::at_least;
  CHECK(difference(R"({"a":[{"b":"1"}]})", R"({"a":[{"b":"2"},{"b":"1","c":"3"}],"d":"4"})", least)
            .empty());
  CHECK(difference(R"({"a":[{"b":"1"}]})", R"({"a":[{"b":"2"}],"d":"4"})", least) == "$.a[]");
}
