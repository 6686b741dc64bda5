#include "store/sqlite_values.h"

#include "search/extract.h"
#include "search/search.h"
#include "search/token.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace fingerpost::store {
namespace {

// To look at so many takes about as long as to sort a few thousand resources.
constexpr std::size_t most_values = 1000;

// The text of which this is the hash, among those that the resource sorts by. A text in any letter
// case has the hash of another text: of those there may be several.
std::optional<std::string> text_of(const search::HashKey& key, std::uint64_t hash,
                                   const Candidate& one, search::KeyId lead) {
  for (const auto& row : one.values.texts) {
    if (row.key != lead || row.text.size() >= search::sort_bytes) continue;
    const std::string_view text = row.text;
    if (hash == search::code_hash(key, text) || hash == search::hash(key, text)) return row.text;
    const auto parts = search::split_reference(text);
    if (parts.base.empty() && !parts.type.empty() &&
        hash == search::reference_hash(key, parts.type, parts.id))
      return row.text;
    const auto bar = text.find('|');
    if (bar != std::string_view::npos && hash == search::hash(key, text.substr(0, bar)))
      return row.text.substr(0, bar);
  }
  return {};
}

// What says only that a resource of some type is contained there: no value.
bool is_contained_type(const search::HashKey& key, std::uint64_t hash, const Candidate& one) {
  return std::any_of(one.values.contained.begin(), one.values.contained.end(),
                     [&](const search::ContainedRows& inner) {
                       return hash == search::contained_type_hash(key, inner.type);
                     });
}

struct Found {
  std::uint64_t hash = 0;
  std::int64_t row = 0;  // one of its resources
};

// Nothing: there are too many.
Result<std::optional<std::vector<Found>>> distinct(StatementCache& statements, search::KeyId lead) {
  LET(Statement* const least,
      statements.get("SELECT hash, row FROM by_hash WHERE key = ? ORDER BY hash LIMIT 1"));
  LET(bool there, least->first(lead));
  std::vector<Found> found;
  if (there) found.push_back({static_cast<std::uint64_t>(least->integer(0)), least->integer(1)});
  least->reset();
  while (there) {
    LET(Statement* const next,
        statements.get("SELECT hash, row FROM by_hash WHERE key = ? AND hash > ? ORDER BY hash "
                       "LIMIT 1"));
    LET(there, next->first(lead, found.back().hash));
    if (there) found.push_back({static_cast<std::uint64_t>(next->integer(0)), next->integer(1)});
    next->reset();
    if (found.size() > most_values) return std::optional<std::vector<Found>>{};
  }
  return std::optional(std::move(found));
}

}  // namespace

bool sorts_by_values(const search::Plan& asked) {
  if (asked.sort.empty() || asked.sort[0].by != search::SortKey::By::key) return false;
  const auto kind = asked.parameters->key(asked.sort[0].key).kind;
  return kind == model::SearchType::token || kind == model::SearchType::reference;
}

Result<std::optional<std::vector<ValueHash>>> values_in_order(StatementCache& statements,
                                                              Fetcher& fetcher,
                                                              const search::Plan& asked,
                                                              search::KeyId lead) {
  using Values = std::vector<ValueHash>;
  const auto& key = asked.parameters->hash_key();
  LET(const auto found, distinct(statements, lead));
  if (!found) return std::optional<Values>{};
  Values values;
  for (const Found& one : *found) {
    LET(const auto resource, fetcher.any_by_row(one.row));
    // Else it is a value of what is contained there.
    if (!resource || !resource->refers(lead, one.hash)) continue;
    if (is_contained_type(key, one.hash, *resource)) continue;
    const auto text = text_of(key, one.hash, *resource, lead);
    if (!text) return std::optional<Values>{};
    search::SortedValue value;
    value.is = search::SortedValue::Is::text;
    value.text = *text;
    values.push_back({search::sort_value(asked.sort[0], value), one.hash});
  }
  std::sort(values.begin(), values.end(),
            [](const ValueHash& a, const ValueHash& b) { return a.value < b.value; });
  const auto twice =
      std::adjacent_find(values.begin(), values.end(),
                         [](const ValueHash& a, const ValueHash& b) { return a.value == b.value; });
  if (twice != values.end()) return std::optional<Values>{};
  return std::optional(std::move(values));
}

}  // namespace fingerpost::store
