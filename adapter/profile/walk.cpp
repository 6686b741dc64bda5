#include "profile/walk.h"

#include "model/json.h"
#include "profile/issue_limit.h"
#include "profile/members.h"

#include <algorithm>
#include <array>
#include <string>

namespace fingerpost::profile {

using model::Binding;
using model::TypeKind;

Words::Words(const Names& names) {
  const std::pair<NameId Words::*, std::string_view> table[] = {
      {&Words::coding, "coding"},
      {&Words::system, "system"},
      {&Words::code, "code"},
      {&Words::display, "display"},
      {&Words::version, "version"},
      {&Words::reference, "reference"},
      {&Words::type, "type"},
      {&Words::extension, "extension"},
      {&Words::modifier_extension, "modifierExtension"},
      {&Words::url, "url"},
      {&Words::value, "value"},
      {&Words::id, "id"},
      {&Words::meta, "meta"},
      {&Words::profile, "profile"},
      {&Words::contained, "contained"},
      {&Words::text, "text"},
      {&Words::div, "div"},
      {&Words::status, "status"},
      {&Words::entry, "entry"},
      {&Words::resource, "resource"},
      {&Words::full_url, "fullUrl"},
      {&Words::request, "request"},
      {&Words::response, "response"},
      {&Words::method, "method"},
      {&Words::identifier, "identifier"},
      {&Words::version_id, "versionId"},
      {&Words::last_updated, "lastUpdated"},
      {&Words::security, "security"},
      {&Words::data, "data"},
      {&Words::size, "size"},
      {&Words::content_type, "contentType"},
      {&Words::title, "title"},
      {&Words::questionnaire, "questionnaire"},
      {&Words::language, "language"},
  };
  for (const auto& [member, name] : table) this->*member = names.find(name);
}

Validator::Parts::Parts(const model::Definitions& definitions_,
                        const terminology::Terminology* terminology_)
    : definitions(definitions_),
      terminology(terminology_),
      registry(definitions_),
      invariants(definitions_),
      words(definitions_.names()),
      attachment(definitions_.find("Attachment")),
      element_definition(definitions_.find("ElementDefinition")),
      operation_outcome(definitions_.find("OperationOutcome")),
      structure_definition(definitions_.find("StructureDefinition")),
      questionnaire(definitions_.find("Questionnaire")),
      questionnaire_response(definitions_.find("QuestionnaireResponse")),
      observation(definitions_.find("Observation")) {
  constexpr std::string_view names[] = {"left", "right"};
  path::CompileOptions two;
  two.variables = names;
  less = path::compile("%left < %right", definitions, two).value();
  const auto sets = definitions.value_sets();
  for (std::uint32_t i = 1; i < sets.size(); ++i)
    if (sets[i].complete) value_sets.emplace(definitions.names().text(sets[i].url), i);
}

Validator::Validator(const model::Definitions& definitions,
                     const terminology::Terminology* terminology)
    : parts_(std::make_unique<Parts>(definitions, terminology)) {}
Validator::~Validator() = default;
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;
Registry& Validator::registry() {
  return parts_->registry;
}
const Registry& Validator::registry() const {
  return parts_->registry;
}

Issues Validator::validate(const Tree& tree, NodeId node, const Options& options,
                           const Limits& limits) const {
  Walk walk(*parts_, tree, options, limits);
  walk.document(node);
  return std::move(walk).take();
}

Walk::Walk(const Validator::Parts& parts, const Tree& tree, const Options& options,
           const Limits& limits)
    : parts_(parts),
      definitions_(parts.definitions),
      registry_(options.registry ? *options.registry : parts.registry),
      codes_(options.terminology ? options.terminology : parts.terminology),
      tree_(tree),
      options_(options),
      limits_(limits),
      words_(parts.words),
      environment_(limits),
      steps_left_(limits.validation_steps) {
  environment_.now = options.now.empty() ? "2000-01-01T00:00:00Z" : std::string_view(options.now);
  environment_.out_of_time = options.out_of_time;
  environment_.resolve = [this](std::string_view text, NodeRef) {
    const auto found = options_.resolve ? options_.resolve(text) : NodeRef{};
    if (!found) lacking_ = "a reference's target, which is not at hand";
    return found;
  };
  environment_.member_of = [this](const path::Value& value, std::string_view set) {
    return member_of(value, set);
  };
  environment_.subsumes = [this](NodeRef general, NodeRef special) {
    return subsumes(general, special);
  };
  // The evaluation that asks goes on afterwards, with its own variables and texts.
  const auto aside = [this](auto ask) -> Result<bool> {
    constexpr int most = 8;  // each may be as deep on the stack as an expression may be
    if (asked_ >= most)
      return Error{Kind::too_costly, "more than 8 profiles ask each other in expressions", ""};
    const auto resource = environment_.resource;
    const auto variables = environment_.variables;
    ++asked_;
    auto answer = ask();
    --asked_;
    environment_.resource = resource;
    environment_.variables = variables;
    return answer;
  };
  environment_.in_slice = [this, aside](NodeRef at, std::string_view structure,
                                        std::string_view name) {
    return aside([&] { return is_of_slice(at, structure, name); });
  };
  environment_.conforms_to = [this, aside](NodeRef at, std::string_view url) -> Result<bool> {
    if (const TypeId type = definitions_.find(url); type != no_type)
      return definitions_.is_a((*at.tree)[at.node].type, type);
    const Profile* profile = registry_.profile(url);
    if (profile == nullptr) return Error{Kind::not_found, "the profile is not known", ""};
    return aside([&] {
      return at.tree == &tree_ ? Result<bool>(conforms(*profile, at.node))
                               : conforms_elsewhere(*profile, at);
    });
  };
}

void Walk::report(NodeId node, Severity severity, const char* code, std::string text,
                  std::string_view member) {
  if (severity <= Severity::error) failed_ = true;
  if (quiet_ || is_full(issues_, limits_, severity)) return;
  if (issues_.size() == limits_.issues) text = "more issues than the limit issues";
  std::string place = model::location(definitions_, tree_, node);
  if (!member.empty()) (place += '.') += member;
  issues_.push_back({severity, code, std::move(place), std::move(text)});
}

void Walk::look_at_time(std::uint64_t steps) {
  constexpr std::uint64_t often = 65'536;
  steps_timed_ += steps;
  if (steps_timed_ < often) return;
  steps_timed_ = 0;
  if (!options_.out_of_time()) return;
  steps_left_ = 0;
  over_ = failed_ = true;
}

void Walk::document(NodeId node) {
  if (definitions_.type(tree_[node].type).kind < TypeKind::resource)
    return error(node, "structure", "is not a resource");
  resource(node);
  for (const auto& profile : options_.profiles) conform(node, profile, true);
  tell_flaws();
  if (over_)
    issues_.push_back({Severity::error, "too-costly", model::location(definitions_, tree_, node),
                       "takes more work than the limit validation_steps: not all was checked"});
}

void Walk::resource(NodeId node) {
  children(node);
  if (definitions_.type(tree_[node].type).kind < TypeKind::resource) return;
  for (const auto index : parts_.invariants.of_type(tree_[node].type))
    invariant(parts_.invariants[index], node, "", At::root);
  own_rules(node);
  if (!options_.claimed) return;
  claimed_profiles(node);
  if (tree_[node].type == parts_.observation) vital_sign(node);
}

void Walk::children(NodeId node) {
  const TypeId type = tree_[node].type;
  const auto elements = definitions_.elements(type);
  const std::size_t mark = counts_.size();
  counts_.resize(mark + elements.size());
  MemberElements members(definitions_, type);
  for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
    const Element* element = members.of(tree_[at].name);
    if (element == nullptr) continue;  // the reader has said so
    if (!step()) break;
    const auto index = static_cast<std::size_t>(element - elements.data());
    ++counts_[mark + index];
    if (element->name == words_.id) element_id(node, at);
    one(*element, index, type, at);
  }
  for (std::size_t i = 0; i < elements.size() && !over_; ++i)
    if (const auto count = counts_[mark + i]; count < elements[i].min || count > elements[i].max)
      cardinality(node, elements[i], count);
  counts_.resize(mark);
}

void Walk::cardinality(NodeId node, const Element& element, std::size_t count) {
  if (count < element.min)
    error(node, "required", "needs at least " + std::to_string(element.min),
          definitions_.names().text(element.name));
  if (element.max != model::unbounded && count > element.max)
    error(node, "structure", "may be given at most " + std::to_string(element.max) + " time(s)",
          definitions_.names().text(element.name));
}

void Walk::one(const Element& element, std::size_t index, TypeId owner, NodeId node) {
  const TypeId type = tree_[node].type;
  if (type == no_type) return;
  const auto kind = definitions_.type(type).kind;
  if (!allowed(element, type))
    error(node, "structure", "may not be of type " + std::string(definitions_.type_name(type)));
  const auto& common = definitions_.common();
  if (kind == TypeKind::resource) {
    if (options_.contained || element.name != words_.contained) resource(node);
    return;
  }
  if (kind == TypeKind::primitive) {
    primitive(node, type);
  } else if (!has_content(node)) {
    error(node, "invariant", "ele-1: must have a value or children");
  }
  if (element.binding >= Binding::preferred) bound(element, node, type);
  if (type == common.reference) reference(element, node);
  if (type == common.extension) extension(node, element.name == words_.modifier_extension);
  if (type == common.narrative) narrative(node);
  if (type == parts_.attachment) attachment(node);
  if (type == common.coding || type == common.identifier) system(node);
  if (type == common.coding) code_of_system(node);
  if (definitions_.is_a(type, common.quantity)) {
    unit(node);
    bound_by_type(node, type);
  }
  if (tree_.first_child(node) != no_node) children(node);
  invariants(node, parts_.invariants.of_type(type));
  invariants(node, parts_.invariants.of_element(definitions_.type(owner).first_element, index));
}

bool Walk::allowed(const Element& element, TypeId type) const {
  for (const auto& may : definitions_.types_of(element))
    if (type == may.type || definitions_.is_a(type, may.type)) return true;
  return element.type_count == 0;
}

// An element's id is one of its kind in its resource, and has no blanks (R4 element.html). Those of
// an ElementDefinition stand in the differential and in the snapshot alike.
void Walk::element_id(NodeId element, NodeId id) {
  const TypeId type = tree_[element].type;
  if (definitions_.type(type).kind >= TypeKind::resource || !tree_.has_value(id)) return;
  const auto text = tree_.text(id);
  if (text.find(' ') != std::string_view::npos) error(id, "value", "an id has no blanks");
  if (type == parts_.element_definition) return;
  NodeId resource = tree_.parent(element);
  while (tree_.parent(resource) != no_node &&
         definitions_.type(tree_[resource].type).kind < TypeKind::resource)
    resource = tree_.parent(resource);
  if (!element_ids_.emplace(resource, text).second)
    error(id, "structure", "another element of the resource has the same id");
}

// Anything but an id (ele-1).
bool Walk::has_content(NodeId node) const {
  for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at))
    if (tree_[at].name != words_.id) return true;
  return false;
}

bool Walk::is_true(const path::Collection& result) {
  return result.size() == 1 && result.front().kind() == path::Value::Kind::boolean &&
         result.front().boolean();
}

bool Walk::is_false_node(const path::Collection& result) const {
  if (result.size() != 1 || !result.front().is_node()) return false;
  const NodeRef node = result.front().node();
  return (*node.tree)[node.node].shape == Shape::boolean && node.tree->text(node.node) == "false";
}

void Walk::invariants(NodeId node, std::span<const std::uint32_t> list) {
  for (const auto index : list) invariant(parts_.invariants[index], node, "", At::element);
}

Walk::Evaluated Walk::evaluate(const path::Expression& expression, NodeId node) {
  const char* const outer = std::exchange(lacking_, nullptr);
  auto result = path::evaluate(expression, NodeRef{&tree_, node}, environment_);
  return {std::move(result), std::exchange(lacking_, outer)};
}

void Walk::invariant(const Invariant& invariant, NodeId node, std::string_view source, At at) {
  const NodeId outer = tree_.parent(node);
  environment_.resource = {};
  if (at == At::element && outer != no_node &&
      definitions_.type(tree_[node].type).kind == TypeKind::resource)
    environment_.resource = NodeRef{&tree_, container_of(outer)};
  if (asked_ == 0) environment_.arena.clear();
  const auto [result, lacking] = evaluate(invariant.expression, node);
  if (!result || result->size() > 1)
    return report(
        node, Severity::warning,
        !result && result.error().kind == Kind::too_costly ? "too-costly" : "not-supported",
        "the invariant " + invariant.key + " could not be evaluated: not checked");
  if (lacking != nullptr && !is_true(*result))
    return report(node, Severity::information, "not-supported",
                  "the invariant " + invariant.key + " asks for " + lacking + ": not checked");
  // R4 elementdefinition.html#constraint: it must evaluate to true, so what gives nothing is
  // broken. One item that is no boolean counts as true (FHIRPath, singleton evaluation of
  // collections).
  const bool broken =
      result->empty() || is_false_node(*result) ||
      (result->front().kind() == path::Value::Kind::boolean && !result->front().boolean());
  if (!broken) return;
  const bool error = invariant.error && !invariant.best_practice;
  std::string text = invariant.key + ": " + invariant.human;
  if (!source.empty()) (text += " (") += std::string(source) + ")";
  report(node, error ? Severity::error : Severity::warning, "invariant", std::move(text));
}

std::optional<bool> Walk::less(NodeRef left, NodeRef right) {
  const path::Value values[] = {left, right};
  environment_.variables = values;
  const auto result = path::evaluate(parts_.less, left, environment_);
  environment_.variables = {};
  if (!result || result->size() != 1 || result->front().kind() != path::Value::Kind::boolean)
    return std::nullopt;
  return result->front().boolean();
}

}  // namespace fingerpost::profile
