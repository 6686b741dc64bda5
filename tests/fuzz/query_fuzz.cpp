// A search, "Type?name=value&…": what strict handling takes, lenient handling takes as the same
// search; and planning it again gives it again.
#include "fuzz/fuzz.h"
#include "support/parameters.h"

using namespace fingerpost;

namespace {

std::vector<search::Pair> pairs_of(std::string_view text) {
  std::vector<search::Pair> pairs;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    const auto equals = pair.find('=');
    pairs.emplace_back(pair.substr(0, equals),
                       equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
  }
  return pairs;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto mark = text.find('?');
  if (mark == std::string_view::npos) return 0;
  const auto pairs = pairs_of(text.substr(mark + 1));
  search::Query query;
  query.type = text.substr(0, mark);
  query.pairs = &pairs;
  query.base_url = "http://localhost/fhir";
  query.resolve = [](search::Relation, std::string_view name) {
    return Result<std::vector<search::Concept>>({{"urn:test", std::string(name)}, {"", "x"}});
  };
  const auto limits = fuzz::bounds();
  const auto strict = search::plan(test::parameters(), query, limits);
  query.handling = search::Handling::lenient;
  const auto lenient = search::plan(test::parameters(), query, limits);
  if (!strict) return 0;
  fuzz::require(lenient.has_value(), "lenient handling takes what strict handling takes");
  fuzz::require(lenient->fingerprint == strict->fingerprint && lenient->ignored.empty(),
                "and as the same search");
  return 0;
}
