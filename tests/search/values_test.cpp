// Values that a search refuses, and in what terms.

#include "search/values.h"

#include "search/plan.h"
#include "search/search.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/parameters.h"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;

namespace {

using test::parameters;

// The concepts that were asked for are kept, and one of them is found.
Result<search::Plan> planned(std::string_view type, std::vector<search::Pair> pairs,
                             std::string* asked = nullptr) {
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  query.resolve = [&](search::Relation,
                      std::string_view text) -> Result<std::vector<search::Concept>> {
    if (asked != nullptr) *asked = text;
    return std::vector<search::Concept>{{"urn:s", "c"}};
  };
  return search::plan(parameters(), query, Limits{});
}

}  // namespace

TEST_CASE("a value that its parameter cannot have is refused, never an empty answer") {
  struct Row {
    const char* type;
    const char* name;
    const char* value;
    const char* text;
  };
  const auto row = GENERATE(
      Row{"Patient", "active", "banana", "the value is true or false"},
      Row{"Patient", "active", "TRUE", "the value is true or false"},
      Row{"Patient", "active", "x|true", "there is no system here to name before a |"},
      Row{"Patient", "telecom", "phone|123", "there is no system here to name before a |"},
      Row{"ValueSet", "version", "|1", "there is no system here to name before a |"},
      Row{"Patient", "_contained", "true",
          "matches are resources, not what they contain; chains look into that"},
      Row{"Patient", "_sort", "_score", "matches have no score here to sort by"},
      Row{"Location", "_sort", "near", "to sort by distance the query needs the place too: near="},
      Row{"Observation", "_sort", "code-value-quantity",
          "a composite has no order; its parts have"},
      Row{"CarePlan", "instantiates-canonical:above", "http://x/1",
          "canonical urls have nothing above them here"},
      Row{"CarePlan", "subject:below", "Patient/1", "what it refers to is in no hierarchy"},
      Row{"Condition", "code:below", "1",
          "the value is system|code: its system is not implied here"});
  CAPTURE(row.name, row.value);
  const auto plan = planned(row.type, {{row.name, row.value}});
  REQUIRE(plan.has_error());
  CHECK(plan.error().text == row.text);
}

TEST_CASE("the system of a code is implied where its element's value set has one alone") {
  std::string asked;
  REQUIRE(planned("Patient", {{"gender:below", "male"}}, &asked));
  CHECK(asked == "http://hl7.org/fhir/administrative-gender|male");
  REQUIRE(planned("Patient", {{"_filter", "gender ss male"}}, &asked));
  CHECK(asked == "http://hl7.org/fhir/administrative-gender|male");
  REQUIRE(planned("Condition", {{"code:below", "urn:x|1"}}, &asked));
  CHECK(asked == "urn:x|1");
}

TEST_CASE("what is escaped is one value, and reads as it was") {
  for (const std::string text : {"", "plain", "a,b", "s|c", "5.4$mg", "C:\\x\\", "\\", ",|$\\"}) {
    CAPTURE(text);
    const auto escaped = search::escape(text);
    CHECK(search::unescape(escaped) == text);
    CHECK(search::well_escaped(escaped));
    for (const char by : {',', '|', '$'})
      CHECK(search::split_escaped(escaped, by) == std::vector<std::string_view>{escaped});
  }
  CHECK(search::escape("s|c,d", "\\,") == "s|c\\,d");
}
