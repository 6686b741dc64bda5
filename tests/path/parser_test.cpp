#include "path/syntax.h"
#include "support/catch.h"

#include <random>
#include <string>

namespace fingerpost {

TEST_CASE("operators bind in the grammar's order") {
  struct Row {
    const char* text;
    const char* tree;
  };
  const auto row = GENERATE(
      Row{"1+2*3", "(1 + (2 * 3))"}, Row{"1-2-3", "((1 - 2) - 3)"}, Row{"-1.abs()", "(-1.abs())"},
      Row{"a or b and c", "(a or (b and c))"}, Row{"a implies b or c", "(a implies (b or c))"},
      Row{"a = b | c", "(a = (b | c))"}, Row{"1 > 2 is Boolean", "(1 > (2 is Boolean))"},
      Row{"1 | 1 is Integer", "(1 | (1 is Integer))"},
      Row{"a in b and c contains d", "((a in b) and (c contains d))"},
      Row{"a.contains.contains('x')", "a.contains.contains('x')"},
      Row{"a as Quantity.exists()", "(a as Quantity).exists()"}, Row{"a[0].b", "a[0].b"},
      Row{"4 days + 1 'mg'", "(4 days + 1 'mg')"}, Row{"@2015.is(Date)", "@2015.is(Date)"},
      Row{"@T14:30.precision()", "@T14:30.precision()"}, Row{"$this & $index", "($this & $index)"},
      Row{"`div`.`a\\`b`", "`div`.`a\\`b`"}, Row{"'it\\'s \\u0041'", "'it\\'s A'"},
      Row{"%`vs-x`", "%`vs-x`"}, Row{"1 // note\n + 2 /* more */", "(1 + 2)"});
  CAPTURE(row.text);
  const auto syntax = path::parse(row.text, Limits{});
  REQUIRE(syntax);
  CHECK(path::print(**syntax) == row.tree);
}

TEST_CASE("what is printed parses to the same again, and noise never crashes the parser") {
  const char* const pieces[] = {"a",  ".",     "b",  "(",     ")",  "[",        "0",        "]",
                                "+",  "-",     "|",  "and",   "is", "Quantity", "'x'",      "1",
                                "{}", "$this", "%v", "@2020", "=",  "where(",   "exists()", ","};
  std::mt19937 random(7);
  int parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto count = random() % 9 + 1; count > 0; --count)
      text += std::string(pieces[random() % std::size(pieces)]) + " ";
    const auto first = path::parse(text, Limits{});
    if (!first) continue;
    ++parsed;
    const auto printed = path::print(**first);
    CAPTURE(text, printed);
    const auto second = path::parse(printed, Limits{});
    REQUIRE(second);
    REQUIRE(path::print(**second) == printed);
  }
  CHECK(parsed > 1000);
}

}  // namespace fingerpost
