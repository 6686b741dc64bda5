#include "patch/patch.h"
#include "support/catch.h"

using namespace fingerpost;

namespace {

std::string told(const Result<std::string>& result) {
  return result ? *result : "error: " + result.error().text + " at " + result.error().where;
}

std::string patched(const std::string& value, const std::string& operations,
                    const Limits& limits = {}) {
  return told(patch::apply_json(value, operations, limits));
}

}  // namespace

TEST_CASE("each operation of RFC 6902 changes what its pointer names") {
  struct Row {
    std::string value, operation, wanted;
  };
  const auto row = GENERATE(
      Row{R"({"a":1})", R"({"op":"add","path":"/b","value":[2]})", R"({"a":1,"b":[2]})"},
      Row{R"({"a":1})", R"({"op":"add","path":"/a","value":2.50})", R"({"a":2.50})"},
      Row{R"({"a":[1,3]})", R"({"op":"add","path":"/a/1","value":2})", R"({"a":[1,2,3]})"},
      Row{R"({"a":[1]})", R"({"op":"add","path":"/a/-","value":2})", R"({"a":[1,2]})"},
      Row{R"({"a":1})", R"({"op":"add","path":"","value":true})", "true"},
      Row{R"({"a":1,"b":2})", R"({"op":"remove","path":"/a"})", R"({"b":2})"},
      Row{R"([1,2,3])", R"({"op":"remove","path":"/1"})", "[1,3]"},
      Row{R"({"a":{"b":1}})", R"({"op":"replace","path":"/a/b","value":null})",
          R"({"a":{"b":null}})"},
      Row{R"({"a":1,"b":{}})", R"({"op":"move","from":"/a","path":"/b/c"})", R"({"b":{"c":1}})"},
      Row{R"([1,2,3])", R"({"op":"move","from":"/0","path":"/2"})", "[2,3,1]"},
      Row{R"({"a":{"b":1}})", R"({"op":"copy","from":"/a","path":"/c"})",
          R"({"a":{"b":1},"c":{"b":1}})"},
      Row{R"({"a/b":1,"c~d":2})", R"({"op":"remove","path":"/a~1b"})", R"({"c~d":2})"},
      Row{R"({"a/b":1,"c~d":2})", R"({"op":"remove","path":"/c~0d"})", R"({"a/b":1})"},
      Row{R"({"":1})", R"({"op":"replace","path":"/","value":2})", R"({"":2})"},
      Row{R"({"a":{"x":1,"y":[1.0]}})", R"({"op":"test","path":"/a","value":{"y":[1],"x":1}})",
          R"({"a":{"x":1,"y":[1.0]}})"});
  CAPTURE(row.value, row.operation);
  CHECK(patched(row.value, "[" + row.operation + "]") == row.wanted);
}

TEST_CASE("a JSON patch that cannot be applied says which operation, and why") {
  struct Row {
    std::string operations, error;
  };
  const auto row =
      GENERATE(Row{"{}", "a list of operations"}, Row{"[1]", "needs op"}, Row{"[", ""},
               Row{R"([{"op":"add","path":"/b"}])", "needs a value at /0"},
               Row{R"([{"op":"add","path":"b","value":1}])", "begins with /"},
               Row{R"([{"op":"add","path":"/~2","value":1}])", "followed by 0 or 1"},
               Row{R"([{"op":"add","path":"/a/b","value":1}])", "without members"},
               Row{R"([{"op":"add","path":"/l/3","value":1}])", "not in the list"},
               Row{R"([{"op":"add","path":"/l/01","value":1}])", "not in the list"},
               Row{R"([{"op":"add","path":"/x/y","value":1}])", "leads to nothing"},
               Row{R"([{"op":"remove","path":"/l/2"}])", "leads to nothing"},
               Row{R"([{"op":"remove","path":"/l/-"}])", "leads to nothing"},
               Row{R"([{"op":"remove","path":""}])", "the whole cannot"},
               Row{R"([{"op":"replace","path":"/x","value":1}])", "leads to nothing"},
               Row{R"([{"op":"move","from":"/l","path":"/l/0"}])", "into itself"},
               Row{R"([{"op":"test","path":"/a","value":1},{"op":"test","path":"/a","value":2}])",
                   "another than the test's at /1"},
               Row{R"([{"op":"make","path":"/a"}])", "op is add"});
  CAPTURE(row.operations);
  const auto said = patched(R"({"a":1,"l":[1,2]})", row.operations);
  CHECK(said.starts_with("error: "));
  CHECK(said.find(row.error) != std::string::npos);
}

TEST_CASE("a patch that would grow without end is stopped") {
  std::string operations = R"([{"op":"add","path":"/l","value":["0123456789"]})";
  for (int i = 0; i < 40; ++i) operations += R"(,{"op":"copy","from":"/l","path":"/l/-"})";
  Limits limits;
  limits.patch_operations = 10;
  CHECK(patched("{}", operations + "]", limits).find("limit patch_operations") !=
        std::string::npos);
}

TEST_CASE("a merge patch gives what RFC 7396's table says") {
  struct Row {
    std::string value, changes, wanted;
  };
  const auto row =
      GENERATE(Row{R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
               Row{R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
               Row{R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
               Row{R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
               Row{R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
               Row{R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
               Row{R"(["a"])", R"(["c"])", R"(["c"])"},
               Row{R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
               Row{"{}", R"({"a":{"b":{"c":null}}})", R"({"a":{"b":{}}})"});
  CAPTURE(row.value, row.changes);
  CHECK(told(patch::apply_merge(row.value, row.changes, {})) == row.wanted);
}
