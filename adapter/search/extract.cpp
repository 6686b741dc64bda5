#include "search/extract.h"

#include <string>
#include <utility>

namespace fingerpost::search {
namespace {

// R4 search.html#resolve-expressions: told by the reference's own text where it can be.
bool leads_to(const model::Definitions& definitions, const ContainedTypes& contained, NodeRef at,
              const Step& step) {
  const Names& names = definitions.names();
  const Tree& tree = *at.tree;
  const NodeId reference = tree.child(at.node, names.find("reference"));
  const auto text = reference ? tree.text(reference) : tree.text(at.node);
  if (text.starts_with('#')) {
    const TypeId type = contained.find(text.substr(1));
    return type != no_type && definitions.is_a(type, step.type);
  }
  const auto parts = split_reference(text);
  if (!parts.type.empty()) return parts.type == step.text;
  const NodeId type = tree.child(at.node, names.find("type"));
  return type && tree.text(type) == step.text;
}

bool has_child_text(const Tree& tree, NodeId node, NameId name, std::string_view text) {
  for (NodeId child = tree.child(node, name); child != no_node; child = tree.next_same(child))
    if (tree.text(child) == text) return true;
  return false;
}

void take_step(const model::Definitions& definitions, const Step& step, const Tree& tree,
               const ContainedTypes& contained, const std::vector<NodeId>& from,
               std::vector<NodeId>& to) {
  to.clear();
  if (step.to == Step::To::item) {
    if (step.place < from.size()) to.push_back(from[step.place]);
    return;
  }
  const bool extends = step.to == Step::To::extension;
  const NameId extension = extends ? definitions.names().find("extension") : no_name;
  const NameId url = extends ? definitions.names().find("url") : no_name;
  for (const NodeId node : from) {
    switch (step.to) {
      case Step::To::child:
        for (NodeId child = tree.child(node, step.name); child; child = tree.next_same(child))
          to.push_back(child);
        break;
      case Step::To::of_type:
        if (step.type != no_type && definitions.is_a(tree[node].type, step.type))
          to.push_back(node);
        break;
      case Step::To::where_equals:
        if (has_child_text(tree, node, step.name, step.text)) to.push_back(node);
        break;
      case Step::To::where_leads:
        if (leads_to(definitions, contained, {&tree, node}, step)) to.push_back(node);
        break;
      case Step::To::extension:
        for (NodeId child = tree.child(node, extension); child; child = tree.next_same(child))
          if (has_child_text(tree, child, url, step.text)) to.push_back(child);
        break;
      case Step::To::item:
        break;
    }
  }
}

// Base types first to last: the first that a type is, is its form.
std::vector<std::pair<std::string_view, Form>> forms() {
  return {{"boolean", Form::boolean},
          {"code", Form::code},
          {"id", Form::code},
          {"markdown", Form::text},
          {"string", Form::text},
          {"integer", Form::number},
          {"decimal", Form::number},
          {"date", Form::date},
          {"dateTime", Form::date},
          {"instant", Form::date},
          {"uri", Form::uri},
          {"Coding", Form::coding},
          {"CodeableConcept", Form::codeable_concept},
          {"Identifier", Form::identifier},
          {"ContactPoint", Form::contact_point},
          {"HumanName", Form::human_name},
          {"Address", Form::address},
          {"Period", Form::period},
          {"Timing", Form::timing},
          {"Money", Form::money},
          {"Quantity", Form::quantity},
          {"Range", Form::range},
          {"SampledData", Form::sampled_data},
          {"Reference", Form::reference},
          {"Resource", Form::resource}};
}

}  // namespace

TypeId ContainedTypes::find(std::string_view id) const {
  if (!types_) {
    types_.emplace();
    const NameId id_name = names_.find("id");
    for (NodeId node = tree_.child(tree_.root(), names_.find("contained")); node != no_node;
         node = tree_.next_same(node))
      if (const NodeId its_id = tree_.child(node, id_name))
        types_->try_emplace(tree_.text(its_id), tree_[node].type);
  }
  const auto found = types_->find(id);
  return found == types_->end() ? no_type : found->second;
}

ReferenceText split_reference(std::string_view reference) {
  if (const auto history = reference.find("/_history/"); history != std::string_view::npos)
    reference = reference.substr(0, history);
  const auto slash = reference.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || reference[0] == '#') return {};
  const auto id = reference.substr(slash + 1);
  auto front = reference.substr(0, slash);
  const auto before = front.rfind('/');
  const auto type = before == std::string_view::npos ? front : front.substr(before + 1);
  const auto base = before == std::string_view::npos ? std::string_view{} : front.substr(0, before);
  if (type.empty() || type[0] < 'A' || type[0] > 'Z' || id.empty()) return {};
  return {base, type, id};
}

void walk(const model::Definitions& definitions, const Clause& clause, NodeRef resource,
          const ContainedTypes& contained, std::vector<NodeId>& found, std::vector<NodeId>& spare) {
  found.assign(1, resource.node);
  for (const Step& step : clause.steps) {
    take_step(definitions, step, *resource.tree, contained, found, spare);
    found.swap(spare);
    if (found.empty()) return;
  }
}

ValueNames::ValueNames(const Names& names)
    : code(names.find("code")),
      coding(names.find("coding")),
      currency(names.find("currency")),
      comparator(names.find("comparator")),
      end(names.find("end")),
      event(names.find("event")),
      extension(names.find("extension")),
      family(names.find("family")),
      given(names.find("given")),
      high(names.find("high")),
      id(names.find("id")),
      identifier(names.find("identifier")),
      low(names.find("low")),
      prefix(names.find("prefix")),
      reference(names.find("reference")),
      repeat(names.find("repeat")),
      start(names.find("start")),
      suffix(names.find("suffix")),
      system(names.find("system")),
      text(names.find("text")),
      type(names.find("type")),
      unit(names.find("unit")),
      url(names.find("url")),
      value(names.find("value")),
      line(names.find("line")),
      city(names.find("city")),
      district(names.find("district")),
      state(names.find("state")),
      country(names.find("country")),
      postal_code(names.find("postalCode")),
      bounds(names.find("bounds")),
      contained(names.find("contained")),
      display(names.find("display")),
      latitude(names.find("latitude")),
      longitude(names.find("longitude")),
      div(names.find("div")) {}

Extractor::Extractor(const model::Definitions& definitions)
    : names_(definitions.names()), words_(definitions) {
  forms_.resize(definitions.types().size(), Form::none);
  for (const auto& [name, form] : forms()) {
    const TypeId base = definitions.find(name);
    if (base == no_type) continue;
    for (TypeId type = 1; type < forms_.size(); ++type)
      if (forms_[type] == Form::none && definitions.is_a(type, base)) forms_[type] = form;
  }
}

void Extractor::add(KeyId key, std::vector<Clause> clauses) {
  if (keys_.size() <= key) keys_.resize(std::size_t{key} + 1);
  keys_[key].clauses = std::move(clauses);
}

void Extractor::add_component(KeyId key, Component component) {
  keys_[key].components.push_back(std::move(component));
}

void Extractor::add(KeyId key, path::Expression expression) {
  add(key, std::vector<Clause>{});
  keys_[key].expression = std::move(expression);
}

}  // namespace fingerpost::search
