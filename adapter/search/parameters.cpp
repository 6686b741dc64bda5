#include "base/text.h"
#include "model/json.h"
#include "search/extract.h"
#include "search/search.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace fingerpost::search {
namespace {

// Goes up whenever the same parameter gives other rows than before: those of older programs are
// made again then.
constexpr std::uint64_t rows_version = 2;

// Concrete R4 resource types that are one of the parameter's bases.
std::vector<TypeId> types_of(const model::Definitions& definitions,
                             const std::vector<TypeId>& bases) {
  std::vector<TypeId> found;
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
                                         const std::vector<TypeId>& wanted, TypeId type,
                                         const std::vector<Clause>& clauses) {
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
    return clause.steps.empty() || clause.steps.back().to == Step::To::where_leads;
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

TokenForm token_form(Form form) {
  switch (form) {
    case Form::text:
    case Form::contact_point:
      return token_folded;
    case Form::boolean:
      return token_boolean;
    case Form::uri:
      return token_uri;
    default:
      return token_coded;
  }
}

std::uint8_t token_forms(const model::Definitions& definitions, const Extractor& extractor,
                         TypeId type, const std::vector<Clause>& clauses) {
  if (clauses.empty()) return token_any;
  unsigned forms = 0;
  for (const Clause& clause : clauses) {
    if (!clause.steps.empty() && clause.steps.back().to == Step::To::of_type) {
      forms |= token_form(extractor.form(clause.steps.back().type));
      continue;
    }
    const auto types = end_types(definitions, type, clause);
    if (types.empty()) return token_any;
    for (const auto& one : types) forms |= token_form(extractor.form(one.type));
  }
  return static_cast<std::uint8_t>(forms);
}

ParameterText text_of(const model::Definitions& definitions, const model::SearchParameter& from) {
  const Names& names = definitions.names();
  ParameterText made;
  made.url = names.text(from.url);
  made.code = names.text(from.code);
  made.kind = from.type;
  made.expression = names.text(from.expression);
  const auto bases = definitions.targets(from.first_base, from.base_count);
  made.bases.assign(bases.begin(), bases.end());
  const auto targets = definitions.targets(from.first_target, from.target_count);
  made.targets.assign(targets.begin(), targets.end());
  return made;
}

bool is_offered(const ParameterText& parameter) {
  if (parameter.expression.empty() || parameter.kind == model::SearchType::composite) return false;
  if (parameter.kind == model::SearchType::special) return parameter.code == "near";
  return parameter.code != "_lastUpdated" && parameter.code != "_id";
}

Error fixed() {
  return {Kind::unsupported, "these search parameters are fixed", ""};
}

Error code_is_taken() {
  return {Kind::invalid, "there is a parameter of this code", "SearchParameter.code"};
}

// The published definition as a tree; nothing when it cannot be read.
std::optional<Tree> read_source(const model::Definitions& definitions,
                                const model::Source& source) {
  auto read = model::read_json(definitions, std::string(definitions.text(source)), Limits{});
  if (!read) return {};
  return std::move(read->tree);
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

Result<std::unique_ptr<const Parameters>> Parameters::compile(
    const model::Definitions& definitions, const HashKey& hash_key,
    std::span<const ParameterText> custom) {
  std::unique_ptr<Parameters> made(new Parameters(definitions, hash_key));
  for (const auto& parameter : definitions.search_parameters())
    made->add(text_of(definitions, parameter), false);
  made->add_composites();
  made->add_compartments();
  made->finish(1);
  made->own_ = made->keys_.size();
  LET_DONE(made->add_custom({custom.begin(), custom.end()}));
  return std::unique_ptr<const Parameters>(std::move(made));
}

Parameters::Parameters(const std::shared_ptr<const Parameters>& base)
    : definitions_(base->definitions_),
      hash_key_(base->hash_key_),
      keys_(base->keys_),
      left_out_(base->left_out_),
      known_(base->known_),
      kind_of_url_(base->kind_of_url_),
      fingerprint_(base->fingerprint_),
      own_(base->own_),
      base_(base),
      compartments_(base->compartments_),
      extractor_(std::make_unique<Extractor>(*base->extractor_)) {}

// The definitions' keys have the same numbers in all of them.
Result<std::shared_ptr<const Parameters>> Parameters::with(
    std::vector<ParameterText> custom) const {
  const auto base = base_ ? base_ : weak_from_this().lock();
  if (!base) return fixed();
  std::shared_ptr<Parameters> made(new Parameters(base));
  LET_DONE(made->add_custom(std::move(custom)));
  return std::shared_ptr<const Parameters>(std::move(made));
}

// All keys have the same numbers in both.
Result<std::shared_ptr<const Parameters>> Parameters::without(std::span<const KeyId> keys) const {
  const auto base = base_ ? base_ : weak_from_this().lock();
  if (!base) return fixed();
  std::shared_ptr<Parameters> made(new Parameters(base));
  made->lacking_ = lacking_;
  made->lacking_.insert(made->lacking_.end(), keys.begin(), keys.end());
  LET_DONE(made->add_custom(custom_));
  for (const auto id : made->lacking_)
    made->fingerprint_ = hash64("without " + made->keys_[id].name, made->fingerprint_);
  return std::shared_ptr<const Parameters>(std::move(made));
}

Result<void> Parameters::add_custom(std::vector<ParameterText> custom) {
  custom_ = std::move(custom);
  for (const auto& parameter : custom_) {
    if (parameter.kind == model::SearchType::composite) {
      add_composite(parameter, true);
    } else {
      add(parameter, true);
    }
  }
  finish(own_);
  if (keys_.size() > 0xffff)
    return Error{Kind::unsupported, "more search parameters than can be numbered",
                 "SearchParameter.base"};
  return {};
}

// Once the keys from `first` on are all there.
void Parameters::finish(std::size_t first) {
  add_other_forms(first);
  sort_by_type();
  find_leads(first);
  find_meanings(first);
  for (std::size_t id = first; id < keys_.size(); ++id)
    fingerprint_ = hash64(keys_[id].name, fingerprint_ ^ keys_[id].meaning);
}

void Parameters::leave_out(const ParameterText& parameter, const std::string& name, bool custom,
                           Error why) {
  left_out_.push_back(name + ": " + why.text);
  if (!custom) return;
  why.text = name + ": " + why.text;
  refused_.emplace(parameter.id, std::move(why));
}

Key Parameters::new_key(const ParameterText& parameter, TypeId type, bool custom) {
  Key key;
  key.type = definitions_.type_name(type);
  key.code = keep(parameter.code);
  key.url = keep(parameter.url);
  key.name = std::string(key.type) + "." + parameter.code;
  key.kind = parameter.kind;
  key.custom = custom;
  key.meaning = custom ? custom_meaning(parameter) : hash64(parameter.expression, rows_version);
  return key;
}

// A client may give another type to the same expression.
std::uint64_t Parameters::custom_meaning(const ParameterText& parameter) const {
  const auto kind_text = [](model::SearchType kind) {
    return std::to_string(static_cast<int>(kind)) + " ";
  };
  auto text = kind_text(parameter.kind) + parameter.expression;
  for (const auto target : parameter.targets)
    text += " " + std::string(definitions_.type_name(target));
  for (const auto& component : parameter.components) {
    const auto kind = kind_of_url_.find(component.definition);
    text += "\n" + component.expression + " ";
    if (kind != kind_of_url_.end()) text += kind_text(kind->second);
  }
  return hash64(text, rows_version);
}

void Parameters::add(const ParameterText& parameter, bool custom) {
  kind_of_url_.emplace(parameter.url, parameter.kind);
  if (custom && parameter.kind == model::SearchType::special)
    return leave_out(
        parameter, parameter.code, true,
        {Kind::invalid, "special parameters are of the server alone", "SearchParameter.type"});
  if (!is_offered(parameter)) return;
  for (const TypeId type : types_of(definitions_, parameter.bases)) {
    Key key = new_key(parameter, type, custom);
    // Two definitions of one code: the first stands.
    if (!known_.insert(key.name).second) {
      if (custom) leave_out(parameter, key.name, true, code_is_taken());
      continue;
    }
    const std::string name = key.name;
    if (auto done = add_key(parameter, type, std::move(key)); !done)
      leave_out(parameter, name, custom,
                {Kind::invalid, done.error().text, "SearchParameter.expression"});
  }
}

Result<void> Parameters::add_key(const ParameterText& parameter, TypeId type, Key key) {
  auto clauses = parse_expression(definitions_, parameter.expression, type);
  path::Expression compiled;
  if (!clauses) {
    path::CompileOptions options;
    options.start = type;
    LET(compiled, path::compile(parameter.expression, definitions_, options));
    clauses = std::vector<Clause>{};
  } else if (clauses->empty()) {
    if (!key.custom) return {};
    return Error{Kind::invalid, "the expression is about no resource of this type", ""};
  }
  if (key.kind == model::SearchType::reference) {
    key.targets = targets_of(definitions_, parameter.targets, type, *clauses);
    key.canonical = std::any_of(clauses->begin(), clauses->end(), [&](const Clause& clause) {
      return ends_at_uri(definitions_, type, clause);
    });
  }
  if (key.kind == model::SearchType::token)
    key.token_forms = token_forms(definitions_, *extractor_, type, *clauses);
  const auto id = static_cast<KeyId>(keys_.size());
  if (compiled) {
    extractor_->add(id, std::move(compiled));
  } else {
    extractor_->add(id, std::move(*clauses));
  }
  keys_.push_back(std::move(key));
  return {};
}

void Parameters::add_composites() {
  for (const auto& source : definitions_.sources()) {
    if (definitions_.names().text(source.kind) != "SearchParameter") continue;
    const auto tree = read_source(definitions_, source);
    if (!tree) continue;
    if (const auto parameter = read_parameter(definitions_, {&*tree, tree->root()}))
      add_composite(*parameter, false);
  }
}

// Each component as the parameter that it names is read; where R4's own definitions name one of
// another type than the element has (DocumentReference.relationship), as the element is.
void Parameters::add_composite(const ParameterText& parameter, bool custom) {
  for (const TypeId type : types_of(definitions_, parameter.bases)) {
    Key key = new_key(parameter, type, custom);
    const std::string name = key.name;
    if (known_.contains(name)) {
      if (custom) leave_out(parameter, name, true, code_is_taken());
      continue;
    }
    if (auto done = add_components(parameter, type, std::move(key)); !done)
      leave_out(parameter, name, custom, done.error());
  }
}

Result<void> Parameters::add_components(const ParameterText& parameter, TypeId type, Key key) {
  const Error unclear{Kind::invalid, "its components cannot be read", "SearchParameter.component"};
  const auto elements = parse_expression(definitions_, parameter.expression, type);
  if (!elements || elements->empty()) return unclear;
  std::vector<Component> components;
  for (const auto& part : parameter.components) {
    constexpr std::string_view root = "%resource.";
    Component component;
    component.from_resource = part.expression.starts_with(root);
    const auto expression =
        std::string_view(part.expression).substr(component.from_resource ? root.size() : 0);
    auto clauses = parse_expression(definitions_, expression, type);
    const auto kind = kind_of_url_.find(part.definition);
    if (!clauses || clauses->empty() || kind == kind_of_url_.end()) return unclear;
    component.kind = kind->second;
    component.clauses = *std::move(clauses);
    if (component.kind == model::SearchType::reference && part.expression == "code")
      component.kind = model::SearchType::token;
    else if (component.kind == model::SearchType::token && part.expression == "target")
      component.kind = model::SearchType::reference;
    components.push_back(std::move(component));
  }
  known_.insert(key.name);
  const auto id = static_cast<KeyId>(keys_.size());
  extractor_->add(id, *elements);
  for (auto& component : components) {
    key.components.push_back(component.kind);
    extractor_->add_component(id, std::move(component));
  }
  keys_.push_back(std::move(key));
  return {};
}

void Parameters::add_compartments() {
  const Names& names = definitions_.names();
  for (const auto& source : definitions_.sources()) {
    if (names.text(source.kind) != "CompartmentDefinition") continue;
    if (names.text(source.url).ends_with("/example")) continue;
    const auto read = read_source(definitions_, source);
    if (!read) continue;
    const Tree& tree = *read;
    const auto text = [&](NodeId node, std::string_view name) {
      const NodeId found = tree.child(node, names.find(name));
      return found ? std::string(tree.text(found)) : std::string();
    };
    const std::string whose = text(tree.root(), "code");
    for (NodeId at = tree.child(tree.root(), names.find("resource")); at; at = tree.next_same(at)) {
      std::vector<std::string> by;
      for (NodeId one = tree.child(at, names.find("param")); one; one = tree.next_same(one))
        by.emplace_back(tree.text(one));
      const std::string type = text(at, "code");
      if (type == whose) by.emplace_back("{def}");
      if (!by.empty()) compartments_[{whose, type}] = std::move(by);
    }
  }
}

const std::vector<std::string>* Parameters::compartment(std::string_view whose,
                                                        std::string_view type) const {
  const auto at = compartments_.find(std::pair<std::string, std::string>(whose, type));
  return at == compartments_.end() ? nullptr : &at->second;
}

bool Parameters::is_compartment(std::string_view whose) const {
  return compartment(whose, whose) != nullptr;
}

// Reference.identifier is searched as a token, and the words beside a code as a string, each under
// a key of its own.
void Parameters::add_other_forms(std::size_t first) {
  const std::size_t plain = keys_.size();
  const auto add_form = [&](std::size_t id, const char* name, model::SearchType kind) {
    Key form = keys_[id];
    form.name += name;
    form.code = {};
    form.kind = kind;
    form.token_forms = token_coded;
    extractor_->add(static_cast<KeyId>(keys_.size()), std::vector<Clause>{});
    keys_.push_back(std::move(form));
    return static_cast<KeyId>(keys_.size() - 1);
  };
  for (std::size_t id = first; id < plain; ++id) {
    if (keys_[id].kind == model::SearchType::reference)
      keys_[id].identifier = add_form(id, ":identifier", model::SearchType::token);
    else if (keys_[id].kind == model::SearchType::token)
      keys_[id].text = add_form(id, ":text", model::SearchType::string);
  }
}

void Parameters::sort_by_type() {
  const auto is_lacking = [this](std::size_t id) {
    return std::find(lacking_.begin(), lacking_.end(), id) != lacking_.end();
  };
  by_type_.clear();
  for (std::size_t id = 1; id < keys_.size(); ++id)
    if (!keys_[id].code.empty() && !is_lacking(id)) by_type_.push_back(static_cast<KeyId>(id));
  std::sort(by_type_.begin(), by_type_.end(), [&](KeyId a, KeyId b) {
    return std::pair(keys_[a].type, keys_[a].code) < std::pair(keys_[b].type, keys_[b].code);
  });
  std::sort(left_out_.begin(), left_out_.end());
}

void Parameters::find_leads(std::size_t first) {
  for (std::size_t id = first; id < keys_.size(); ++id) keys_[id].lead = static_cast<KeyId>(id);
  for (const KeyId id : by_type_) {
    if (id < first) continue;
    Key& key = keys_[id];
    if (key.kind == model::SearchType::composite) {
      key.lead = lead_of_composite(id);
      continue;
    }
    key.lead = lead_of(id);
    if (key.text != 0) keys_[key.text].lead = 0;
    if (key.identifier != 0) keys_[key.identifier].lead = keys_[key.lead].identifier;
  }
}

// Of the plain ones that have all its nodes the one with the most, which is its own lead then. A
// client's parameter leads to nothing but itself: it may go again.
KeyId Parameters::lead_of(KeyId id) const {
  const auto& own = extractor_->clauses(id);
  const model::SearchType kind = keys_[id].kind;
  if (kind != model::SearchType::token && kind != model::SearchType::reference) return id;
  if (own.empty() || keys_[id].custom) return id;
  KeyId best = id;
  std::size_t most = is_plain(own) ? own.size() : 0;
  for (const KeyId other : of_type(keys_[id].type)) {
    const auto& theirs = extractor_->clauses(other);
    if (keys_[other].kind != kind || theirs.size() < most || !is_plain(theirs)) continue;
    if (keys_[other].custom) continue;
    if ((theirs.size() == most && other >= best) || !are_among(own, theirs)) continue;
    best = other;
    most = theirs.size();
  }
  return best;
}

// The token parameter that has every code of the first component: "code" for "code-value-quantity".
// Where there is none, the composite has rows of them itself.
KeyId Parameters::lead_of_composite(KeyId id) const {
  const Component& first = extractor_->components(id).front();
  if (first.kind != model::SearchType::token) return 0;
  std::vector<Clause> whole;
  const auto starts = first.from_resource ? std::vector<Clause>(1) : extractor_->clauses(id);
  for (const Clause& start : starts) {
    for (const Clause& rest : first.clauses) {
      whole.push_back(start);
      whole.back().steps.insert(whole.back().steps.end(), rest.steps.begin(), rest.steps.end());
    }
  }
  for (const KeyId other : of_type(keys_[id].type)) {
    const auto& theirs = extractor_->clauses(other);
    if (keys_[other].kind != model::SearchType::token || theirs.empty() || !is_plain(theirs))
      continue;
    if (!keys_[other].custom && are_among(whole, theirs)) return keys_[other].lead;
  }
  return id;
}

// Which rows stand in the index, and under which key, is part of what a key means.
void Parameters::find_meanings(std::size_t first) {
  for (std::size_t id = first; id < keys_.size(); ++id)
    keys_[id].meaning = hash64(keys_[keys_[id].lead].name, keys_[id].meaning);
}

std::span<const KeyId> Parameters::of_type(std::string_view type) const {
  const auto less = [&](KeyId id, std::string_view wanted) { return keys_[id].type < wanted; };
  const auto more = [&](std::string_view wanted, KeyId id) { return wanted < keys_[id].type; };
  const auto first = std::lower_bound(by_type_.begin(), by_type_.end(), type, less);
  const auto last = std::upper_bound(first, by_type_.end(), type, more);
  return {by_type_.data() + (first - by_type_.begin()), static_cast<std::size_t>(last - first)};
}

KeyId Parameters::main(KeyId id) const {
  const Key& key = keys_[id];
  if (id == 0 || !key.code.empty()) return id;
  const std::string_view name = key.name;
  const auto begin = key.type.size() + 1;
  return find(key.type, name.substr(begin, name.find(':') - begin));
}

KeyId Parameters::find(std::string_view type, std::string_view code) const {
  const auto keys = of_type(type);
  const auto less = [&](KeyId id, std::string_view wanted) { return keys_[id].code < wanted; };
  const auto at = std::lower_bound(keys.begin(), keys.end(), code, less);
  return at != keys.end() && keys_[*at].code == code ? *at : KeyId{0};
}

}  // namespace fingerpost::search
