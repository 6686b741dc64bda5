#include "model/compile_types.h"

#include "base/text.h"

#include <algorithm>
#include <map>

namespace fingerpost::model {
namespace {

constexpr std::string_view core_url = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view stu3_url = "http://hl7.org/fhir/3.0/StructureDefinition/";
constexpr std::string_view system_url = "http://hl7.org/fhirpath/System.";
constexpr std::string_view fhir_type_extension =
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

TypeKind kind_of(wire::JsonView root) {
  const std::pair<std::string_view, TypeKind> kinds[] = {{"primitive-type", TypeKind::primitive},
                                                         {"complex-type", TypeKind::complex},
                                                         {"resource", TypeKind::resource},
                                                         {"logical", TypeKind::logical}};
  for (const auto& [text, kind] : kinds)
    if (root["kind"].text() == text) return kind;
  return TypeKind::unknown;
}

std::string_view last_segment(std::string_view text, char separator) {
  return text.substr(text.rfind(separator) + 1);
}

std::uint16_t cardinality(std::string_view text, std::uint16_t otherwise) {
  if (text == "*") return unbounded;
  const auto number = to_integer(text);
  return number && *number >= 0 && *number < unbounded ? static_cast<std::uint16_t>(*number)
                                                       : otherwise;
}

Binding strength(std::string_view text) {
  const std::pair<std::string_view, Binding> all[] = {{"required", Binding::required},
                                                      {"extensible", Binding::extensible},
                                                      {"preferred", Binding::preferred},
                                                      {"example", Binding::example}};
  for (const auto& [name, value] : all)
    if (name == text) return value;
  return Binding::none;
}

std::string key(Model model, std::string_view name) {
  std::string text(model == Model::stu3 && name.find(':') == std::string_view::npos ? "3 " : "");
  return text += name;
}

}  // namespace

std::string_view without_version(std::string_view canonical) {
  return canonical.substr(0, canonical.find('|'));
}

TypeCompiler::TypeCompiler(Tables& tables, Issues& issues) : tables_(tables), issues_(issues) {
  for (TypeId id = 1; id < tables.types.size(); ++id) {
    const Type& type = tables.types[id];
    by_name_.emplace(key(type.model, tables.names.text(type.name)), id);
    if (type.url != no_name) by_name_.emplace(tables.names.text(type.url), id);
  }
}

TypeId TypeCompiler::find(Model model, std::string_view name) const {
  auto found = by_name_.find(key(model, name));
  if (found == by_name_.end() && name.starts_with(core_url))
    found = by_name_.find(key(model, name.substr(core_url.size())));
  if (found == by_name_.end() && model == Model::logical)  // logical models are built of R4's types
    found = by_name_.find(key(Model::r4, name));
  return found == by_name_.end() ? no_type : found->second;
}

void TypeCompiler::warn(const ParsedFile& file, std::string text) {
  issues_.push_back({Severity::warning, "not-found", file.name, std::move(text)});
}

TypeId TypeCompiler::add_type(Model model, std::string_view name, TypeKind kind) {
  const auto id = static_cast<TypeId>(tables_.types.size());
  Type type;
  type.name = tables_.names.intern(name);
  type.kind = kind;
  type.model = model;
  tables_.types.push_back(type);
  by_name_.emplace(key(model, name), id);
  return id;
}

void TypeCompiler::add(const ParsedFile& file) {
  const auto root = file.root();
  if (root["resourceType"].text() != "StructureDefinition") return;
  if (root["derivation"].text() == "constraint") return;
  const TypeKind kind = kind_of(root);
  if (kind == TypeKind::unknown) return;
  if (kind == TypeKind::logical && file.model != Model::logical) return;
  const auto url = root["url"].text();
  auto name = root["type"].text();
  if (name.empty()) name = root["name"].text();
  name = last_segment(name, '/');
  if (by_name_.contains(key(file.model, name)) || name.empty()) return;
  const TypeId id = add_type(file.model, name, kind);
  std::string canonical(url);
  if (file.model == Model::stu3 && url.starts_with(core_url))
    canonical = std::string(stu3_url) + std::string(url.substr(core_url.size()));
  tables_.types[id].url = tables_.names.intern(canonical);
  tables_.types[id].abstract = root["abstract"].is_true();
  by_name_.emplace(canonical, id);
  definitions_.push_back({&file, id});
}

TypeId TypeCompiler::inherited_base(const Definition& definition) const {
  const auto url = definition.file->root()["baseDefinition"].text();
  return url.empty() ? no_type : find(definition.file->model, url);
}

void TypeCompiler::finish() {
  for (const auto& definition : definitions_)
    tables_.types[definition.type].base = inherited_base(definition);
  for (const auto& definition : definitions_) read_definition(definition);
}

void TypeCompiler::read_definition(const Definition& definition) {
  const auto root = definition.file->root();
  const bool whole = static_cast<bool>(root["snapshot"]["element"]);
  const auto elements = whole ? root["snapshot"]["element"] : root["differential"]["element"];
  // By path: which have children of their own, in the order they appear.
  std::vector<std::pair<std::string, Path>> paths;
  const auto path_of = [&](std::string_view text) {
    return std::find_if(paths.begin(), paths.end(), [&](auto& at) { return at.first == text; });
  };
  elements.each([&](wire::JsonView element) {
    const auto path = element["path"].text();
    const auto dot = path.rfind('.');
    if (dot == std::string_view::npos) {
      paths.emplace_back(path, Path{definition.type, {}});
      const auto [first, count] = read_constraints(element);
      tables_.types[definition.type].first_constraint = first;
      tables_.types[definition.type].constraint_count = count;
      return;
    }
    const auto parent = path.substr(0, dot);
    auto at = path_of(parent);
    if (at == paths.end()) {
      const Model model = definition.file->model;
      const TypeId made = add_type(model, parent, TypeKind::backbone);
      paths.emplace_back(parent, Path{made, {}});
      at = paths.end() - 1;
    }
    if (element["sliceName"]) return;
    at->second.elements.push_back(element);
  });
  for (const auto& [path, parts] : paths) read_path(definition, parts);
}

void TypeCompiler::read_path(const Definition& definition, const Path& path) {
  std::vector<Element> made;
  const bool whole = static_cast<bool>(definition.file->root()["snapshot"]);
  const TypeId base = tables_.types[path.type].base;
  if (!whole && base != no_type) {  // a differential: what is inherited comes first
    const Type& from = tables_.types[base];
    for (std::uint32_t i = 0; i < from.element_count; ++i)
      made.push_back(tables_.elements[from.first_element + i]);
  }
  const bool primitive = tables_.types[path.type].kind == TypeKind::primitive;
  std::vector<std::pair<std::size_t, std::string>> bindings;
  for (const auto& element : path.elements) {
    const auto name = last_segment(element["path"].text(), '.');
    if (primitive && name == "value") continue;  // the node's own text
    const auto binding = element["binding"];
    made.push_back(read_element(definition, path.type, element));
    auto value_set = binding["valueSet"].text();
    if (made.back().binding >= Binding::preferred && !value_set.empty())
      bindings.emplace_back(made.size() - 1, without_version(value_set));
  }
  Type& type = tables_.types[path.type];
  type.first_element = static_cast<std::uint32_t>(tables_.elements.size());
  type.element_count = static_cast<std::uint32_t>(made.size());
  for (auto& [at, value_set] : bindings)
    bound_.push_back({tables_.elements.size() + at, std::move(value_set)});
  tables_.elements.insert(tables_.elements.end(), made.begin(), made.end());
}

Element TypeCompiler::read_element(const Definition& definition, TypeId owner,
                                   wire::JsonView from) {
  Element element;
  const auto path = from["path"].text();
  auto name = last_segment(path, '.');
  element.choice = name.ends_with("[x]");
  if (element.choice) name.remove_suffix(3);
  element.name = tables_.names.intern(name);
  element.min = cardinality(from["min"].text(), 0);
  element.max = cardinality(from["max"].text(), 1);
  element.summary = from["isSummary"].is_true();
  element.modifier = from["isModifier"].is_true();
  from["representation"].each(
      [&](wire::JsonView value) { element.xml_attribute |= value.text() == "xmlAttr"; });
  element.binding = strength(from["binding"]["strength"].text());
  std::tie(element.first_constraint, element.constraint_count) = read_constraints(from);

  std::vector<ElementType> types;
  if (const auto reference = from["contentReference"].text(); !reference.empty()) {
    const auto target = find(definition.file->model, reference.substr(reference.find('#') + 1));
    if (target == no_type) warn(*definition.file, "no type for a contentReference");
    types.push_back({target, 0, 0});
  } else if (const auto own = find(definition.file->model, path);
             own != no_type && tables_.types[own].kind == TypeKind::backbone) {
    tables_.types[own].base = find(definition.file->model, from["type"].first()["code"].text());
    types.push_back({own, 0, 0});
  } else {
    from["type"].each([&](wire::JsonView type) {
      const auto made = read_type(definition, owner, element, type);
      const bool seen = std::any_of(types.begin(), types.end(),
                                    [&](auto& other) { return other.type == made.type; });
      if (made.type != no_type && !seen) types.push_back(made);  // STU3 lists a type per target
      if (made.type != no_type && seen) types.back().target_count = 0;
    });
  }
  element.first_type = static_cast<std::uint32_t>(tables_.element_types.size());
  element.type_count = static_cast<std::uint32_t>(types.size());
  tables_.element_types.insert(tables_.element_types.end(), types.begin(), types.end());
  return element;
}

ElementType TypeCompiler::read_type(const Definition& definition, TypeId owner,
                                    const Element& element, wire::JsonView from) {
  const Model model = definition.file->model;
  auto code = from["code"].text();
  if (code.starts_with(system_url)) {
    std::string_view named = "string";
    from["extension"].each([&](wire::JsonView extension) {
      if (extension["url"].text() != fhir_type_extension) return;
      for (const auto member : {"valueUrl", "valueUri"})
        if (const auto text = extension[member].text(); !text.empty()) named = text;
    });
    code = named;
  }
  const bool of_resource = tables_.types[owner].kind == TypeKind::resource;
  if (of_resource && tables_.names.text(element.name) == "id") code = "id";
  ElementType type;
  type.type = find(model, code);
  if (type.type == no_type && !code.empty())
    warn(*definition.file, "a type is not known: " + std::string(code));
  read_targets(model, from, type);
  return type;
}

void TypeCompiler::read_targets(Model model, wire::JsonView from, ElementType& type) {
  type.first_target = static_cast<std::uint32_t>(tables_.targets.size());
  from["targetProfile"].each([&](wire::JsonView profile) {
    const auto name = last_segment(profile.text(), '/');
    const TypeId target = find(model, name);
    if (target != no_type && name != "Resource") tables_.targets.push_back(target);
  });
  type.target_count = static_cast<std::uint32_t>(tables_.targets.size()) - type.first_target;
}

std::pair<std::uint32_t, std::uint32_t> TypeCompiler::read_constraints(wire::JsonView element) {
  const auto first = static_cast<std::uint32_t>(tables_.constraints.size());
  element["constraint"].each([&](wire::JsonView from) {
    Constraint made;
    made.key = tables_.names.intern(from["key"].text());
    made.error = from["severity"].text() != "warning";
    made.expression = tables_.names.intern(from["expression"].text());
    made.human = tables_.names.intern(from["human"].text());
    tables_.constraints.push_back(made);
  });
  return {first, static_cast<std::uint32_t>(tables_.constraints.size()) - first};
}

}  // namespace fingerpost::model
