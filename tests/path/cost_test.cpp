// Expressions take steps in proportion to what they look at.

#include "support/cost.h"

#include "path/evaluated.h"
#include "path/syntax.h"

using namespace fingerpost;

namespace {

std::uint64_t steps_of(const std::string& text, int n) {
  const auto tree = test::tree_of(R"({"resourceType":"Patient","name":[)" +
                                  test::listed(n,
                                               [](int i) {
                                                 return R"({"family":"f)" + std::to_string(i % 7) +
                                                        R"(","given":["g)" + std::to_string(i) +
                                                        "\"]}";
                                               }) +
                                  "]}");
  const auto expression = path::compile(text, test::definitions());
  REQUIRE(expression);
  path::Environment environment;
  const auto before = environment.steps_left;
  REQUIRE(path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment));
  return before - environment.steps_left;
}

}  // namespace

TEST_CASE("twice as many items take an expression twice the steps") {
  const auto text = GENERATE(
      as<std::string>(), "name.given", "name.where(family = 'f1').given.first()",
      "name.select(given & family)", "name.given.distinct().count()", "name.given.isDistinct()",
      "name.given | name.family", "name.all(given.exists())", "name.given.where($this > 'g5')",
      "descendants().count()", "name.given.aggregate($total + 1, 0)", "name.repeat(given)",
      "name.given.sort()", "name.given.exclude('a' | 'b')", "name.given.combine(name.family)");
  CAPTURE(text);
  test::check_linear([&](int n) { return steps_of(text, n); }, 200);
}

TEST_CASE("an element that stands once is not looked for behind it") {
  const auto steps = [](int n) {
    const auto tree = test::tree_of(R"({"resourceType":"Bundle","type":"collection","entry":[)" +
                                    test::repeated(n, R"({"fullUrl":"urn:a"})") + "]}");
    const auto expression =
        path::compile("entry.all(%resource.type = 'collection')", test::definitions());
    REQUIRE(expression);
    path::Environment environment;
    const auto before = environment.steps_left;
    REQUIRE(path::test(*expression, NodeRef{&tree, tree.root()}, environment).value());
    return before - environment.steps_left;
  };
  test::check_linear(steps, 200);
}

TEST_CASE("a search by a regular expression costs the text times the expression's program") {
  const auto text = GENERATE(as<std::string>(), "family.matches('((a|b){1,50}){1,9}c')",
                             "family.matches('a.*c')", "family.replaceMatches('b', '')");
  CAPTURE(text);
  const auto steps = [&](int n) {
    const auto tree = test::tree_of(R"({"resourceType":"Patient","name":[{"family":")" +
                                    std::string(static_cast<std::size_t>(n), 'a') + "\"}]}");
    const auto expression = path::compile("name." + text, test::definitions());
    REQUIRE(expression);
    path::Environment environment;
    const auto before = environment.steps_left;
    REQUIRE(path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment));
    return before - environment.steps_left;
  };
  test::check_linear(steps, 2000);
  CHECK(steps(2000) >= (text.find("{1,50}") == std::string::npos ? 100u : 100'000u));
}

TEST_CASE("replacing what can be told only at the end of the text ends at the limit steps") {
  const auto tree = test::tree_of(R"({"resourceType":"Patient","name":[{"family":")" +
                                  std::string(60'000, 'a') + "\"}]}");
  const auto expression =
      path::compile("name.family.replaceMatches('a.*c|a', 'x')", test::definitions());
  REQUIRE(expression);
  path::Environment environment;
  const auto found = path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment);
  REQUIRE(!found);
  CHECK(found.error().kind == Kind::too_costly);
}

TEST_CASE("a text that replacing may make too long is refused before it is made") {
  const auto tree = test::tree_of(R"({"resourceType":"Patient","name":[{"family":")" +
                                  std::string(60'000, 'a') + "\"}]}");
  std::string groups;
  for (int i = 0; i < 1000; ++i) groups += "$0";
  const auto expression =
      path::compile("name.family.replaceMatches('a+', '" + groups + "')", test::definitions());
  REQUIRE(expression);
  path::Environment environment;
  environment.limits.string_bytes = 1 << 20;
  const auto found = path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment);
  REQUIRE(!found);
  CHECK(found.error().kind == Kind::too_costly);
  CHECK_THAT(found.error().text, Catch::Contains("string_bytes"));
}

TEST_CASE("an expression is parsed and compiled in time in proportion to its text") {
  struct Row {
    const char *first, *again;
  };
  const auto row = GENERATE(Row{"1", " + 1"}, Row{"name", " | name"}, Row{"true", " and true"},
                            Row{"name", ".given"}, Row{"'a'", " & 'a'"}, Row{"name", "[0]"},
                            Row{"name", ".where(true)"}, Row{"", " "},
                            Row{"iif(true, 1", " /* a */ "}, Row{"(1).combine(2", " -- -- \n"},
                            Row{"'", "text \\n"}, Row{"1", "0"}, Row{"1 = ", "-"});
  CAPTURE(row.first, row.again);
  const auto text_of = [&](int n) {
    std::string text = row.first;
    for (int i = 0; i < n; ++i) text += row.again;
    return text;
  };
  // Many of these are refused, by their depth or because they do not end: in no more time.
  Limits limits;
  limits.expression_bytes = 1 << 20;
  test::check_linear_time(
      [&](int n) { return [text = text_of(n), &limits] { (void)path::parse(text, limits); }; },
      500);
  path::CompileOptions options;
  options.limits = limits;
  test::check_linear_time(
      [&](int n) {
        return [text = text_of(n), &options] {
          (void)path::compile(text, test::definitions(), options);
        };
      },
      500);
}
