// Tokens: codes, identifiers, and the sets of codes that a modifier names.

#include "search/extract.h"
#include "search/fold.h"
#include "search/token.h"
#include "search/values.h"

namespace fingerpost::search {
namespace {

// More than these are no longer looked up one by one in the index.
constexpr std::size_t most_led = 1000;

// The system of a code by the value sets that its elements are bound to, when they know but one.
std::string implied_system(const Parameters& parameters, KeyId id, std::string_view code) {
  const auto& definitions = parameters.definitions();
  const Names& names = definitions.names();
  const Key& key = parameters.key(id);
  std::string_view found;
  for (const Clause& clause : parameters.extractor().clauses(id)) {
    const auto* element = end_element(definitions, definitions.find(key.type), clause);
    if (element == nullptr || element->value_set == 0) continue;
    for (const auto& one : definitions.codes(definitions.value_sets()[element->value_set])) {
      if (names.text(one.code) != code) continue;
      if (!found.empty() && found != names.text(one.system)) return {};
      found = names.text(one.system);
    }
  }
  return std::string(found);
}

}  // namespace

Result<void> add_token(const ValueContext& context, std::string_view value, unsigned forms,
                       Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  const auto parts = split_escaped(value, '|');
  if (parts.size() > 2) return context.bad("a token has one bar: system|code");
  const std::string first = unescape(parts[0]);
  if (parts.size() == 1) {
    if (forms == token_boolean && first != "true" && first != "false")
      return context.bad("the value is true or false");
    const auto add = [&](std::uint64_t hash) {
      criterion.hashes.push_back(hash);
      criterion.lead.hashes.push_back(hash);
    };
    if ((forms & ~unsigned{token_folded}) != 0) add(code_hash(key, first));
    if ((forms & token_folded) != 0) add(folded_code_hash(key, fold(first)));
    return {};
  }
  if ((forms & token_coded) == 0) return context.bad("there is no system here to name before a |");
  const std::string code = unescape(parts[1]);
  if (first.empty() && code.empty()) return context.bad("a token needs a system or a code");
  if (first.empty()) {
    criterion.hashes.push_back(bare_code_hash(key, code));
  } else if (code.empty()) {
    criterion.hashes.push_back(system_hash(key, first));
  } else {
    criterion.hashes.push_back(system_code_hash(key, first, code));
  }
  if (code.empty()) criterion.lead.whole = false;
  if (!code.empty()) criterion.lead.hashes.push_back(code_hash(key, code));
  return {};
}

// R4 search.html#token: the system and the code of the type, and the value.
Result<void> add_typed_identifier(const ValueContext& context, std::string_view value,
                                  Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  const auto parts = split_escaped(value, '|');
  if (parts.size() != 3 || parts[1].empty() || parts[2].empty())
    return context.bad("the value of :of-type is system|code|value");
  const std::string identifier = unescape(parts[2]);
  criterion.hashes.push_back(of_type_hash(key, unescape(parts[0]), unescape(parts[1]), identifier));
  criterion.lead.hashes.push_back(code_hash(key, identifier));
  return {};
}

Result<void> add_concepts(const ValueContext& context, Relation relation, std::string_view value,
                          Criterion& criterion) {
  if (!context.query.resolve)
    return Error{Kind::unsupported, "there is no terminology to ask", std::string(context.where)};
  std::string text = unescape(value);
  const bool of_codes = relation != Relation::in;
  if (of_codes && text.find('|') == std::string::npos)
    text = implied_system(context.parameters, criterion.key, text) + "|" + text;
  if (of_codes && text.starts_with('|'))
    return context.bad("the value is system|code: its system is not implied here");
  auto concepts = context.query.resolve(relation, text);
  if (!concepts)
    return Error{concepts.error().kind, concepts.error().text, std::string(context.where)};
  const HashKey& key = context.parameters.hash_key();
  if (concepts->size() > most_led) criterion.lead.whole = false;
  for (const Concept& one : *concepts) {
    criterion.hashes.push_back(one.system.empty() ? code_hash(key, one.code)
                                                  : system_code_hash(key, one.system, one.code));
    if (criterion.lead.whole) criterion.lead.hashes.push_back(code_hash(key, one.code));
  }
  return {};
}

}  // namespace fingerpost::search
