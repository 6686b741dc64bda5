// Expressions take steps in proportion to what they look at.

#include "support/cost.h"

#include "path/evaluated.h"

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
