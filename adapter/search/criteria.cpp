#include "search/criteria.h"

#include "base/text.h"
#include "search/token.h"
#include "search/words_query.h"

#include <algorithm>
#include <iterator>

namespace fingerpost::search {
namespace {

using model::SearchType;

constexpr std::string_view modifiers[] = {"missing", "exact",   "contains",  "not",    "text",
                                          "in",      "below",   "above",     "not-in", "type",
                                          "iterate", "of-type", "identifier"};

constexpr std::string_view controls[] = {
    "_id",      "_lastUpdated", "_count", "_sort", "_include", "_revinclude", "_total", "_text",
    "_content", "_summary",     "_list",  "_has",  "_filter",  "_elements",   "_query", "_type"};

Error invalid(std::string_view where, std::string text) {
  return {Kind::invalid, std::move(text), std::string(where)};
}
Error unsupported(std::string_view where, std::string text) {
  return {Kind::unsupported, std::move(text), std::string(where)};
}

// R4 search.html#uri: url|version.
bool names_version(const Key& key, std::string_view modifier, std::string_view value) {
  return key.kind == SearchType::uri && key.code == "url" && modifier.empty() &&
         value.find('|') != std::string_view::npos;
}
// R4 search.html#reference, :below of canonicals: versions are in their texts alone.
bool is_below_versions(const Key& key, std::string_view modifier, std::string_view value) {
  return key.canonical && modifier == "below" && value.find('|') != std::string_view::npos;
}
// R4 search.html#mimetype
bool is_mime(const Key& key) {
  return key.code == "contenttype" && key.kind == SearchType::token;
}

Result<bool> missing_value(std::string_view name, std::string_view value) {
  if (value == "true" || value == "false") return value == "true";
  return invalid(name, "the value of :missing is true or false");
}

// Collects the nearest of several names.
struct Nearest {
  std::string_view wanted;
  std::string_view name;
  int distance = 1000;

  void consider(std::string_view candidate) {
    const int edits = edit_distance(candidate, wanted);
    if (edits >= distance) return;
    distance = edits;
    name = candidate;
  }
  std::string text() const {
    const bool near = distance <= 3 && static_cast<std::size_t>(distance) * 3 <= wanted.size() + 2;
    return near && !name.empty() ? "; the nearest is " + std::string(name) : "";
  }
};

}  // namespace

std::pair<std::string_view, std::string_view> split_modifier(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return {name, {}};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

bool is_resource(const model::Definitions& definitions, std::string_view name) {
  const TypeId id = definitions.find(name);
  if (id == no_type || definitions.type_name(id) != name) return false;
  const auto& type = definitions.type(id);
  return type.kind == model::TypeKind::resource && type.model == model::Model::r4 && !type.abstract;
}

Error CriterionMaker::no_such(std::string_view what, std::string_view where) {
  unknown_ = true;
  return invalid(where, "there is no such " + std::string(what));
}

Error CriterionMaker::no_such_parameter(std::string_view type, std::string_view where,
                                        std::string_view code) {
  Nearest nearest{code, {}};
  if (code.size() <= 64) {
    for (const KeyId key : parameters_.of_type(type)) nearest.consider(parameters_.key(key).code);
    for (const auto name : controls) nearest.consider(name);
  }
  return no_such("search parameter" + nearest.text(), where);
}

Error CriterionMaker::bad_modifier(std::string_view name, std::string_view modifier) {
  if (std::find(std::begin(modifiers), std::end(modifiers), modifier) != std::end(modifiers))
    return unsupported(name, "the modifier does not go with this type of parameter");
  Nearest nearest{modifier, {}};
  if (modifier.size() <= 64)
    for (const auto one : modifiers) nearest.consider(one);
  return no_such("modifier" + nearest.text(), name);
}

Result<Criterion> CriterionMaker::make(std::string_view type, std::string_view name,
                                       std::string_view value) {
  unknown_ = false;
  return follow(type, name,
                [&](std::string_view at, std::string_view last) { return leaf(at, last, value); });
}

Result<Criterion> CriterionMaker::follow(std::string_view type, std::string_view path,
                                         const Leaf& leaf, int hops) {
  if (hops > limits_.chain_depth)
    return invalid(path, "the chain is longer than the limit chain_depth of " +
                             std::to_string(limits_.chain_depth));
  if (path.starts_with("_has:")) return has(type, path.substr(5), leaf, hops);
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return leaf(type, path);
  const auto rest = path.substr(dot + 1);
  return chain(type, path.substr(0, dot),
               [&](std::string_view target) { return follow(target, rest, leaf, hops + 1); });
}

// R4 search.html#chaining: subject:Patient.name, or subject.name for every type that has a name.
Result<Criterion> CriterionMaker::chain(std::string_view type, std::string_view link,
                                        const Inner& inner) {
  const auto [code, modifier] = split_modifier(link);
  const KeyId id = parameters_.find(type, code);
  if (id == 0) return no_such_parameter(type, link, code);
  const Key& key = parameters_.key(id);
  if (key.kind != SearchType::reference) return invalid(link, "only a reference can be chained");
  if (!modifier.empty()) {
    if (!is_resource(parameters_.definitions(), modifier))
      return no_such("type of resource to chain to", link);
    return one_target(key, id, modifier, inner);
  }
  if (key.targets.empty() || key.targets[0] == "Resource")
    return invalid(link, "the chain needs a type: " + std::string(code) + ":Type");
  Criterion any;
  any.test = Criterion::Test::any;
  std::optional<Error> why;
  for (const auto target : key.targets) {
    auto one = one_target(key, id, target, inner);
    if (one) {
      any.parts.push_back(*std::move(one));
    } else if (!unknown_) {
      return one;
    } else if (!why) {
      why = one.error();
    }
  }
  if (any.parts.empty()) return *why;
  unknown_ = false;
  if (any.parts.size() == 1) return std::move(any.parts[0]);
  return any;
}

Result<Criterion> CriterionMaker::one_target(const Key& key, KeyId id, std::string_view target,
                                             const Inner& inner) {
  Criterion made;
  made.test = Criterion::Test::chain;
  made.key = id;
  made.lead = {key.lead, {contained_type_hash(parameters_.hash_key(), target)}};
  made.target = std::string(target);
  if (key.canonical) made.url_key = parameters_.find(target, "url");
  LET(auto passed, inner(target));
  made.parts.push_back(std::move(passed));
  return made;
}

// R4 search.html#has: _has:Type:reference:parameter; `name` comes without its "_has:".
Result<Criterion> CriterionMaker::has(std::string_view type, std::string_view name,
                                      const Leaf& leaf, int hops) {
  const auto [source, rest] = split_modifier(name);
  const auto [code, inner_name] = split_modifier(rest);
  if (inner_name.empty()) return invalid("_has", "the name is _has:Type:reference:parameter");
  if (!is_resource(parameters_.definitions(), source)) return no_such("type of resource", "_has");
  const KeyId id = parameters_.find(source, code);
  if (id == 0) return no_such_parameter(source, "_has", code);
  const Key& key = parameters_.key(id);
  if (key.kind != SearchType::reference)
    return invalid("_has", "the name is _has:Type:reference:parameter");
  const bool fits =
      key.targets.empty() || std::any_of(key.targets.begin(), key.targets.end(), [&](auto target) {
        return target == type || target == "Resource";
      });
  if (!fits) return invalid("_has", "that reference cannot lead to the type that is searched");
  Criterion made;
  made.test = Criterion::Test::has;
  made.key = id;
  made.lead.key = key.lead;
  made.target = std::string(source);
  LET(auto inner, follow(source, inner_name, leaf, hops + 1));
  made.parts.push_back(std::move(inner));
  return made;
}

Result<Criterion> CriterionMaker::leaf(std::string_view type, std::string_view name,
                                       std::string_view value) {
  const auto [code, modifier] = split_modifier(name);
  if (is_own(code)) return own(type, code, modifier, value);
  if (code == "_list") return listed(value);
  if (code == "_text") return worded(WordsOf::narrative, name, value);
  if (code == "_content") return worded(WordsOf::content, name, value);
  if (code == "_contained" || code == "_containedType")
    return unsupported(name, "matches are resources, not what they contain; chains look into that");
  if (code == "_query") return unsupported(name, "there are no named queries");
  if (modifier == "missing") return missing(type, name, value);
  const KeyId key = parameters_.find(type, code);
  if (key == 0) return no_such_parameter(type, name, code);
  return of_key(key, name, modifier, value);
}

Result<Criterion> CriterionMaker::missing(std::string_view type, std::string_view name,
                                          std::string_view value) {
  const auto code = split_modifier(name).first;
  const KeyId key = parameters_.find(type, code);
  if (key == 0) return no_such_parameter(type, name, code);
  LET(const bool missing, missing_value(name, value));
  if (parameters_.key(key).kind == SearchType::composite)
    return unsupported(name, "the modifier does not go with this type of parameter");
  Criterion made;
  made.test = Criterion::Test::missing;
  made.key = key;
  made.negated = !missing;
  return made;
}

Result<Criterion> CriterionMaker::own(std::string_view type, std::string_view code,
                                      std::string_view modifier, std::string_view value) {
  Criterion made;
  if (modifier == "missing") {  // every resource has it
    LET(const bool missing, missing_value(code, value));
    made.test = missing ? Criterion::Test::any : Criterion::Test::all;
    return made;
  }
  made.negated = modifier == "not" && code == "_id";
  if (!modifier.empty() && !made.negated) return bad_modifier(code, modifier);
  const ValueContext of = context(code);
  LET(const auto alternatives, or_values(code, value));
  for (const auto alternative : alternatives) {
    if (code == "_id") {
      made.hashes.push_back(reference_hash(parameters_.hash_key(), type, unescape(alternative)));
    } else {
      LET_DONE(add_date(of, alternative, made));
    }
  }
  made.test = code == "_id" ? Criterion::Test::id : Criterion::Test::last_updated;
  std::sort(made.hashes.begin(), made.hashes.end());
  return made;
}

// R4 search.html#list: what a List names.
Result<Criterion> CriterionMaker::listed(std::string_view value) {
  if (value.starts_with('$')) return unsupported("_list", "there are no functional lists");
  if (value.starts_with("List/")) value.remove_prefix(5);
  const KeyId id = parameters_.find("List", "item");
  if (id == 0) return unsupported("_list", "lists cannot be searched");
  Criterion made;
  made.test = Criterion::Test::has;
  made.key = id;
  made.lead.key = parameters_.key(id).lead;
  made.target = "List";
  LET(auto list, own("List", "_id", {}, value));
  made.parts.push_back(std::move(list));
  return made;
}

Result<Criterion> CriterionMaker::worded(WordsOf of, std::string_view name,
                                         std::string_view value) {
  if (name.find(':') != std::string_view::npos)
    return bad_modifier(name, split_modifier(name).second);
  return read_words(of, value, limits_, name);
}

bool CriterionMaker::modifier_fits(SearchType kind, std::string_view modifier) const {
  if (modifier.empty()) return true;
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), modifier) != names.end();
  };
  switch (kind) {
    case SearchType::token:
      return is({"not", "text", "in", "not-in", "above", "below", "of-type"});
    case SearchType::string:
      return is({"exact", "contains"});
    case SearchType::uri:
      return is({"below", "above"});
    case SearchType::reference:
      return is({"identifier", "below", "above"}) ||
             is_resource(parameters_.definitions(), modifier);
    default:
      return false;
  }
}

Result<std::vector<std::string_view>> CriterionMaker::or_values(std::string_view name,
                                                                std::string_view value) {
  auto values = split_escaped(value, ',');
  if (values.size() > limits_.or_values)
    return invalid(name,
                   "more values than the limit or_values of " + std::to_string(limits_.or_values));
  for (const auto one : values) {
    if (one.empty()) return invalid(name, "the value is empty");
    if (!well_escaped(one)) return invalid(name, "a \\ stands before one of \\ , $ | only");
  }
  return values;
}

Result<Criterion> CriterionMaker::of_key(KeyId id, std::string_view name, std::string_view modifier,
                                         std::string_view value) {
  const Key& key = parameters_.key(id);
  if (!modifier_fits(key.kind, modifier)) return bad_modifier(name, modifier);
  Criterion made;
  made.key = id;
  if (modifier == "identifier") made.key = key.identifier;
  if (modifier == "text") made.key = key.text;
  made.negated = modifier == "not" || modifier == "not-in";
  made.test = test_of(parameters_.key(made.key).kind);
  // The rows of canonical urls with their versions are hashes.
  if (names_version(key, modifier, value)) made.test = Criterion::Test::hash;
  if ((is_mime(key) && modifier == "below") || is_below_versions(key, modifier, value))
    made.test = Criterion::Test::text;
  const ValueContext of = context(name);
  LET(const auto alternatives, or_values(name, value));
  for (const auto alternative : alternatives) LET_DONE(add_value(of, modifier, alternative, made));
  finish(parameters_, made);
  return made;
}

Result<Criterion> CriterionMaker::compartment(std::string_view type,
                                              const Compartment& whose) const {
  const auto* by = parameters_.compartment(whose.type, type);
  if (by == nullptr)
    return invalid("",
                   "resources of this type are in no compartment of a " + std::string(whose.type));
  const std::uint64_t hash = reference_hash(parameters_.hash_key(), whose.type, whose.id);
  Criterion any;
  any.test = Criterion::Test::any;
  for (const auto& code : *by) {
    Criterion one;
    one.hashes = {hash};
    if (code == "{def}") {
      one.test = Criterion::Test::id;
    } else {
      one.key = parameters_.find(type, code);
      if (one.key == 0) continue;
      one.lead = {parameters_.key(one.key).lead, {hash}};
    }
    any.parts.push_back(std::move(one));
  }
  return any;
}

}  // namespace fingerpost::search
