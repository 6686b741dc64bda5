// Tokens: codes, identifiers, and the sets of codes that a modifier names.

#include "search/token.h"
#include "search/values.h"

namespace fingerpost::search {
namespace {

// More than these are no longer looked up one by one in the index.
constexpr std::size_t most_led = 1000;

}  // namespace

Result<void> add_token(const ValueContext& context, std::string_view value, Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  const auto parts = split_escaped(value, '|');
  if (parts.size() > 2) return context.bad("a token has one bar: system|code");
  const std::string first = unescape(parts[0]);
  if (parts.size() == 1) {
    criterion.hashes.push_back(code_hash(key, first));
    criterion.lead.hashes.push_back(criterion.hashes.back());
    return {};
  }
  const std::string code = unescape(parts[1]);
  if (first.empty() && code.empty()) return context.bad("a token needs a system or a code");
  if (first.empty()) {
    criterion.hashes.push_back(bare_code_hash(key, code));
  } else if (code.empty()) {
    criterion.hashes.push_back(system_hash(key, first));
  } else {
    criterion.hashes.push_back(system_code_hash(key, first, code));
  }
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
  auto concepts = context.query.resolve(relation, unescape(value));
  if (!concepts)
    return Error{concepts.error().kind, concepts.error().text, std::string(context.where)};
  const HashKey& key = context.parameters.hash_key();
  for (const Concept& one : *concepts) {
    criterion.hashes.push_back(one.system.empty() ? code_hash(key, one.code)
                                                  : system_code_hash(key, one.system, one.code));
    if (concepts->size() <= most_led) criterion.lead.hashes.push_back(code_hash(key, one.code));
  }
  return {};
}

}  // namespace fingerpost::search
