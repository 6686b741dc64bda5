#include "interaction/url.h"

#include "support/catch.h"

#include <string>

using namespace fingerpost;
using interaction::Path;

TEST_CASE("a path has one reading or none") {
  struct Row {
    std::string text;
    std::string segments;  // joined by a blank; "!" when refused
  };
  const auto row = GENERATE(
      Row{"", ""}, Row{"/", ""}, Row{"/Patient", "Patient"}, Row{"Patient/1", "Patient 1"},
      Row{"/Patient/1/", "Patient 1"}, Row{"/Patient/1/_history/2", "Patient 1 _history 2"},
      Row{"/%50atient", "Patient"}, Row{"/%24op", "$op"}, Row{"//Patient", "!"},
      Row{"/Patient//1", "!"}, Row{"/Patient/../x", "!"}, Row{"/Patient/.", "!"},
      Row{"/%2e%2e/x", "!"}, Row{"/a%2fb", "!"}, Row{"/a%00", "!"}, Row{"/a%252f", "!"},
      Row{"/a;b", "!"}, Row{"/a%3Bb", "!"}, Row{"/a%c0%af", "!"}, Row{"/a%20b", "!"},
      Row{"/a%5cb", "!"}, Row{"/a%3fb", "!"}, Row{"/a%", "!"}, Row{"/a%4", "!"}, Row{"/a%zz", "!"},
      Row{"/a/b/c/d/e", "a b c d e"}, Row{"/a/b/c/d/e/f", "!"});
  CAPTURE(row.text);
  const auto path = Path::read(row.text);
  std::string segments = path ? "" : "!";
  if (path)
    for (std::size_t i = 0; i < path->size(); ++i)
      segments += (i > 0 ? " " : "") + std::string((*path)[i]);
  CHECK(segments == row.segments);
}

TEST_CASE("a query is decoded once") {
  const auto pairs =
      interaction::read_query("a=1&b=x%26y&c=1+2&&d&e=%E2%82%AC&f=a%2525&a=2=3", Limits{});
  REQUIRE(pairs);
  const std::vector<search::Pair> expected{{"a", "1"},  {"b", "x&y"},          {"c", "1 2"},
                                           {"d", ""},   {"e", "\xe2\x82\xac"}, {"f", "a%25"},
                                           {"a", "2=3"}};
  CHECK(*pairs == expected);
}

TEST_CASE("a query that is not text, or too much of it, is refused") {
  for (const std::string text : {"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "a=%0a", "%c0%af=1"}) {
    CAPTURE(text);
    CHECK_FALSE(interaction::read_query(text, Limits{}));
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a=1&";
  CHECK_FALSE(interaction::read_query(many, Limits{}));
}
