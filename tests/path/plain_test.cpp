// The engine answers what the specification's sentences come to when they are followed one by one.

#include "path/evaluated.h"
#include "support/catch.h"
#include "support/plain_fhirpath.h"

#include <array>
#include <random>
#include <string>
#include <vector>

namespace fingerpost {
namespace {

const Tree& patient() {
  static const auto tree = test::tree_of(
      R"({"resourceType":"Patient","active":true,"gender":"female","multipleBirthInteger":2,
      "name":[{"use":"official","family":"Testwell","given":["Ann","B"]},{"text":"x"},
      {"use":"old","family":"Test","given":["Ann"],"prefix":["Dr"]}],
      "identifier":[{"system":"urn:a","value":"1"},{"system":"urn:b","value":"22"}],
      "telecom":[{"system":"phone","rank":1},{"system":"email","rank":2},{"system":"phone","rank":3}],
      "contact":[{"gender":"female","name":{"family":"Test"}}],
      "extension":[{"url":"u","valueString":"Ann"},{"url":"v","valueInteger":3}]})");
  return tree;
}

// Nodes by their number, so that two that look alike are told apart.
template <class Values>
std::string told(const Values& values) {
  std::string out;
  for (const auto& value : values)
    out += (value.is_node() ? std::to_string(value.node().node) + " " : "") +
           path::type_text(test::definitions(), value) + " " +
           path::value_text(test::definitions(), value) + "\n";
  return out;
}

// Expressions by the grammar, of the parts that the plain evaluator knows.
class Expressions {
 public:
  explicit Expressions(unsigned seed) : random_(seed) {}

  std::string any(int depth) {
    if (depth <= 0) return leaf();
    switch (below(6)) {
      case 0:
        return leaf();
      case 1: {
        const auto left = any(depth - 1);
        const auto with = pick(operators);
        return "(" + left + " " + with + " " + any(depth - 1) + ")";
      }
      case 2: {
        const auto from = any(depth - 1);
        return from + "[" + number() + "]";
      }
      default: {
        const auto from = any(depth - 1);
        return from + "." + step(depth - 1);
      }
    }
  }

 private:
  static constexpr std::array<const char*, 20> operators{
      "=", "!=", "|",  "and", "or", "xor", "implies", "in",  "contains", "<",
      ">", "<=", ">=", "&",   "+",  "-",   "*",       "div", "mod",      "="};
  static constexpr std::array<const char*, 27> leaves{"Patient",
                                                      "name",
                                                      "name.given",
                                                      "name.family",
                                                      "identifier",
                                                      "identifier.value",
                                                      "telecom",
                                                      "telecom.rank",
                                                      "active",
                                                      "gender",
                                                      "multipleBirth",
                                                      "extension.value",
                                                      "contact",
                                                      "$this",
                                                      "$index",
                                                      "%context",
                                                      "{}",
                                                      "true",
                                                      "false",
                                                      "1",
                                                      "2",
                                                      "'Ann'",
                                                      "'Test'",
                                                      "'phone'",
                                                      "1.0",
                                                      "telecom.system",
                                                      "extension.valueInteger"};
  static constexpr std::array<const char*, 16> members{
      "name",    "given",   "family", "use",    "system",    "value", "rank", "identifier",
      "telecom", "contact", "gender", "active", "extension", "url",   "text", "children()"};
  static constexpr std::array<const char*, 14> plain{
      "empty()", "exists()", "count()", "distinct()", "isDistinct()", "first()",  "last()",
      "tail()",  "single()", "not()",   "allTrue()",  "anyTrue()",    "length()", "children()"};
  static constexpr std::array<const char*, 16> taking{
      "where",      "select",   "exists",  "all",       "repeat",  "subsetOf",
      "supersetOf", "union",    "combine", "intersect", "exclude", "startsWith",
      "contains",   "endsWith", "skip",    "take"};

  std::size_t below(std::size_t n) { return random_() % n; }
  template <std::size_t N>
  std::string pick(const std::array<const char*, N>& of) {
    return of[below(N)];
  }
  std::string number() { return std::to_string(below(4)); }
  std::string leaf() { return pick(leaves); }
  std::string step(int depth) {
    switch (below(4)) {
      case 0:
        return pick(members);
      case 1:
        return pick(plain);
      case 2: {
        const auto name = pick(taking);
        const bool counted = name == "skip" || name == "take";
        return name + "(" + (counted ? number() : any(depth)) + ")";
      }
      default:
        return special(depth);
    }
  }
  std::string special(int depth) {
    if (below(2) == 0) {
      const auto with = pick(operators);
      return "aggregate($total " + with + " $this, " + leaf() + ")";
    }
    const auto criterion = any(depth);
    const auto then = any(depth);
    return "first().iif(" + criterion + ", " + then + ", " + leaf() + ")";
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("the engine answers random expressions as the specification's sentences do") {
  const auto seed = GENERATE(1U, 2U, 3U);
  Expressions expressions(seed);
  int answers = 0, errors = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto text = expressions.any(3);
    CAPTURE(seed, text);
    const auto syntax = path::parse(text, Limits{});
    REQUIRE(syntax);
    test::PlainFhirpath plain(NodeRef{&patient(), patient().root()});
    const auto [end, expected] = plain.evaluate(**syntax);
    if (end == test::PlainFhirpath::End::outside) continue;
    const auto compiled = path::compile(text, test::definitions(), {});
    REQUIRE(compiled);
    path::Environment world;
    const auto found = path::evaluate(*compiled, NodeRef{&patient(), patient().root()}, world);
    if (end == test::PlainFhirpath::End::error) {
      ++errors;
      CHECK(!found);
      continue;
    }
    ++answers;
    CHECK(found);
    if (!found) continue;
    CHECK(told(*found) == told(expected));
  }
  CHECK(answers > 5'000);
  CHECK(errors > 500);
}

}  // namespace fingerpost
