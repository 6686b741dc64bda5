#include "base/text.h"
#include "search/extract.h"
#include "search/search.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fingerpost::search {
namespace {

// Concrete R4 resource types that are one of the parameter's bases.
std::vector<TypeId> types_of(const model::Definitions& definitions,
                             const model::SearchParameter& parameter) {
  std::vector<TypeId> found;
  const auto bases = definitions.targets(parameter.first_base, parameter.base_count);
  for (TypeId id = 1; id < definitions.types().size(); ++id) {
    const model::Type& type = definitions.type(id);
    if (type.kind != model::TypeKind::resource || type.model != model::Model::r4 || type.abstract)
      continue;
    const bool is = std::any_of(bases.begin(), bases.end(),
                                [&](TypeId base) { return definitions.is_a(id, base); });
    if (is) found.push_back(id);
  }
  return found;
}

std::vector<std::string_view> names_of(const model::Definitions& definitions,
                                       const std::vector<TypeId>& types) {
  std::vector<std::string_view> names;
  for (const TypeId type : types) names.push_back(definitions.type_name(type));
  return names;
}

// Where the elements allow fewer types than the definition, which may be about many resources.
std::vector<std::string_view> targets_of(const model::Definitions& definitions,
                                         const model::SearchParameter& parameter, TypeId type,
                                         const std::vector<Clause>& clauses) {
  const auto given = definitions.targets(parameter.first_target, parameter.target_count);
  const std::vector<TypeId> wanted(given.begin(), given.end());
  std::vector<TypeId> possible;
  if (clauses.empty()) return names_of(definitions, wanted);
  for (const Clause& clause : clauses) {
    const auto targets = reference_targets(definitions, type, clause);
    if (targets.empty()) return names_of(definitions, wanted);
    possible.insert(possible.end(), targets.begin(), targets.end());
  }
  std::vector<TypeId> both;
  for (const TypeId target : wanted)
    if (std::find(possible.begin(), possible.end(), target) != possible.end())
      both.push_back(target);
  return names_of(definitions, both.empty() ? wanted : both);
}

bool is_plain(const std::vector<Clause>& clauses) {
  return std::none_of(clauses.begin(), clauses.end(), [](const Clause& clause) {
    return clause.steps.back().to == Step::To::where_leads;
  });
}

// Whether every node of these clauses is one of those, which are plain.
bool are_among(const std::vector<Clause>& these, const std::vector<Clause>& those) {
  return std::all_of(these.begin(), these.end(), [&](Clause clause) {
    while (!clause.steps.empty() && clause.steps.back().to == Step::To::where_leads)
      clause.steps.pop_back();
    return std::find(those.begin(), those.end(), clause) != those.end();
  });
}

bool is_offered(model::SearchType type) {
  return type != model::SearchType::composite && type != model::SearchType::special;
}

}  // namespace

Parameters::Parameters(const model::Definitions& definitions, const HashKey& hash_key)
    : definitions_(definitions),
      hash_key_(hash_key),
      keys_(1),
      extractor_(std::make_unique<Extractor>(definitions)) {
  extractor_->add(0, std::vector<Clause>{});
}
Parameters::~Parameters() = default;

Result<std::unique_ptr<const Parameters>> Parameters::compile(const model::Definitions& definitions,
                                                              const HashKey& hash_key) {
  std::unique_ptr<Parameters> made(new Parameters(definitions, hash_key));
  for (const auto& parameter : definitions.search_parameters()) made->add(parameter);
  made->add_identifier_forms();
  if (made->keys_.size() > 0xffff)
    return Error{Kind::unsupported, "more search parameters than can be numbered", ""};
  made->sort_by_type();
  made->find_leads();
  return std::unique_ptr<const Parameters>(std::move(made));
}

void Parameters::add(const model::SearchParameter& parameter) {
  const Names& names = definitions_.names();
  const auto expression = names.text(parameter.expression);
  const auto code = names.text(parameter.code);
  if (!is_offered(parameter.type) || expression.empty() || code == "_lastUpdated" || code == "_id")
    return;
  for (const TypeId type : types_of(definitions_, parameter)) {
    Key key;
    key.type = definitions_.type_name(type);
    key.code = code;
    key.name = std::string(key.type) + "." + std::string(code);
    // Two definitions of one code: the first stands.
    if (!known_.insert(key.name).second) continue;
    auto clauses = parse_expression(definitions_, expression, type);
    path::Expression compiled;
    if (!clauses) {
      path::CompileOptions options;
      options.start = type;
      auto made = path::compile(expression, definitions_, options);
      if (!made) {
        left_out_.push_back(key.name);
        continue;
      }
      compiled = *std::move(made);
      clauses = std::vector<Clause>{};
    } else if (clauses->empty()) {
      continue;
    }
    key.url = names.text(parameter.url);
    key.kind = parameter.type;
    key.meaning = hash64(expression);
    if (key.kind == model::SearchType::reference)
      key.targets = targets_of(definitions_, parameter, type, *clauses);
    const auto id = static_cast<KeyId>(keys_.size());
    if (compiled) {
      extractor_->add(id, std::move(compiled));
    } else {
      extractor_->add(id, std::move(*clauses));
    }
    keys_.push_back(std::move(key));
  }
}

// Reference.identifier is searched as a token, under a key of its own.
void Parameters::add_identifier_forms() {
  const std::size_t plain = keys_.size();
  for (std::size_t id = 1; id < plain; ++id) {
    if (keys_[id].kind != model::SearchType::reference) continue;
    Key form = keys_[id];
    form.name += ":identifier";
    form.code = {};
    form.kind = model::SearchType::token;
    keys_[id].identifier = static_cast<KeyId>(keys_.size());
    extractor_->add(static_cast<KeyId>(keys_.size()), std::vector<Clause>{});
    keys_.push_back(std::move(form));
  }
}

void Parameters::sort_by_type() {
  for (std::size_t id = 1; id < keys_.size(); ++id)
    if (!keys_[id].code.empty()) by_type_.push_back(static_cast<KeyId>(id));
  std::sort(by_type_.begin(), by_type_.end(), [&](KeyId a, KeyId b) {
    return std::pair(keys_[a].type, keys_[a].code) < std::pair(keys_[b].type, keys_[b].code);
  });
  std::sort(left_out_.begin(), left_out_.end());
  known_.clear();
}

void Parameters::find_leads() {
  for (std::size_t id = 1; id < keys_.size(); ++id) keys_[id].lead = static_cast<KeyId>(id);
  for (const KeyId id : by_type_) {
    Key& key = keys_[id];
    key.lead = lead_of(id);
    if (key.identifier != 0) keys_[key.identifier].lead = keys_[key.lead].identifier;
  }
}

// Of the plain ones that have all its nodes the one with the most, which is its own lead then.
KeyId Parameters::lead_of(KeyId id) const {
  const auto& own = extractor_->clauses(id);
  const model::SearchType kind = keys_[id].kind;
  if (kind != model::SearchType::token && kind != model::SearchType::reference) return id;
  if (own.empty()) return id;
  KeyId best = id;
  std::size_t most = is_plain(own) ? own.size() : 0;
  for (const KeyId other : of_type(keys_[id].type)) {
    const auto& theirs = extractor_->clauses(other);
    if (keys_[other].kind != kind || theirs.size() < most || !is_plain(theirs)) continue;
    if ((theirs.size() == most && other >= best) || !are_among(own, theirs)) continue;
    best = other;
    most = theirs.size();
  }
  return best;
}

std::span<const KeyId> Parameters::of_type(std::string_view type) const {
  const auto less = [&](KeyId id, std::string_view wanted) { return keys_[id].type < wanted; };
  const auto more = [&](std::string_view wanted, KeyId id) { return wanted < keys_[id].type; };
  const auto first = std::lower_bound(by_type_.begin(), by_type_.end(), type, less);
  const auto last = std::upper_bound(first, by_type_.end(), type, more);
  return {by_type_.data() + (first - by_type_.begin()), static_cast<std::size_t>(last - first)};
}

KeyId Parameters::find(std::string_view type, std::string_view code) const {
  const auto keys = of_type(type);
  const auto less = [&](KeyId id, std::string_view wanted) { return keys_[id].code < wanted; };
  const auto at = std::lower_bound(keys.begin(), keys.end(), code, less);
  return at != keys.end() && keys_[*at].code == code ? *at : KeyId{0};
}

}  // namespace fingerpost::search
