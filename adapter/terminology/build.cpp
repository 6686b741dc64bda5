#include "terminology/build.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace fingerpost::terminology {
namespace {

// What expansions say of a code by extensions; all others stay with their resource.
constexpr std::array passed_on = {
    "http://hl7.org/fhir/StructureDefinition/codesystem-conceptOrder",
    "http://hl7.org/fhir/StructureDefinition/valueset-conceptOrder",
    "http://hl7.org/fhir/StructureDefinition/codesystem-label",
    "http://hl7.org/fhir/StructureDefinition/valueset-label",
    "http://hl7.org/fhir/StructureDefinition/codesystem-ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/valueset-ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status",
    "http://hl7.org/fhir/StructureDefinition/valueset-deprecated",
    "http://hl7.org/fhir/StructureDefinition/valueset-concept-definition",
    "http://hl7.org/fhir/StructureDefinition/valueset-concept-comments",
    "http://hl7.org/fhir/StructureDefinition/codesystem-concept-comments",
    "http://hl7.org/fhir/StructureDefinition/rendering-style",
    "http://hl7.org/fhir/StructureDefinition/rendering-xhtml",
    "http://hl7.org/fhir/StructureDefinition/coding-sctdescid"};

void sort_index(std::vector<IndexRow>& index) {
  std::sort(index.begin(), index.end(), [](const IndexRow& a, const IndexRow& b) {
    return std::pair(a.hash, a.row) < std::pair(b.hash, b.row);
  });
}

}  // namespace

Text Builder::text(std::string_view value) {
  if (value.empty()) return {};
  const auto [known, fresh] = known_.try_emplace(std::string(value));
  if (fresh) {
    known->second = {static_cast<std::uint32_t>(made_.texts.size()),
                     static_cast<std::uint32_t>(value.size())};
    made_.texts.insert(made_.texts.end(), value.begin(), value.end());
  }
  return known->second;
}

Valued Builder::valued(const Tree& tree, NodeId node) {
  if (node == no_node) return {};
  Valued made;
  made.type = text(definitions_.type_name(tree[node].type));
  if (tree.has_value(node)) {
    made.value = text(tree.text(node));
    return made;
  }
  const Elements at{tree};
  made.value = text(at, node, "code");
  made.system = text(at, node, "system");
  return made;
}

Rows Builder::extensions(const Elements& at, NodeId node) {
  Rows made{static_cast<std::uint32_t>(made_.extensions.size()), 0};
  at.each(node, "extension", [&](NodeId extension) {
    const auto url = at.text(extension, "url");
    if (std::find(passed_on.begin(), passed_on.end(), url) == passed_on.end()) return;
    made_.extensions.push_back({text(url), valued(at.tree, at.child(extension, "value"))});
    ++made.count;
  });
  return made;
}

Rows Builder::designations(const Elements& at, NodeId node) {
  std::vector<DesignationRow> rows;
  at.each(node, "designation", [&](NodeId from) {
    DesignationRow row;
    row.language = text(at, from, "language");
    if (const NodeId use = at.child(from, "use"); use != no_node) {
      row.use_system = text(at, use, "system");
      row.use_code = text(at, use, "code");
      row.use_display = text(at, use, "display");
    }
    row.value = text(at, from, "value");
    row.extensions = extensions(at, from);
    rows.push_back(row);
  });
  const Rows made{static_cast<std::uint32_t>(made_.designations.size()),
                  static_cast<std::uint32_t>(rows.size())};
  made_.designations.insert(made_.designations.end(), rows.begin(), rows.end());
  return made;
}

Rows Builder::canonicals(const Elements& at, NodeId node, std::string_view name) {
  Rows made{static_cast<std::uint32_t>(made_.names.size()), 0};
  at.each(node, name, [&](NodeId canonical) {
    made_.names.push_back(text(at.tree.text(canonical)));
    ++made.count;
  });
  return made;
}

Result<void> Builder::add(const Tree& tree, NodeId node) {
  const auto type = definitions_.type_name(tree[node].type);
  if (type == "CodeSystem") {
    add_code_system(tree, node);
  } else if (type == "ValueSet") {
    add_value_set(tree, node, false);
  } else {
    return Error{Kind::unsupported, "this is neither a CodeSystem nor a ValueSet", ""};
  }
  return {};
}

std::shared_ptr<const Content> Builder::finish() && {
  for (std::uint32_t row = 0; row < made_.code_systems.size(); ++row)
    made_.code_system_index.push_back({hash64(view(made_.code_systems[row].url)), row, 0});
  for (std::uint32_t row = 0; row < made_.value_sets.size(); ++row)
    if (!made_.value_sets[row].is_contained)
      made_.value_set_index.push_back({hash64(view(made_.value_sets[row].url)), row, 0});
  sort_index(made_.code_system_index);
  sort_index(made_.value_set_index);
  const auto tables = std::make_shared<Tables<Grown>>(std::move(made_));
  auto content = std::make_shared<Content>();
  std::vector<const void*> starts;
  std::vector<std::size_t> sizes;
  tables->each([&](auto& table) { starts.push_back(table.data()), sizes.push_back(table.size()); });
  std::size_t at = 0;
  content->each([&]<class Row>(std::span<const Row>& table) {
    table = {static_cast<const Row*>(starts[at]), sizes[at]};
    ++at;
  });
  content->owner = tables;
  return content;
}

}  // namespace fingerpost::terminology
