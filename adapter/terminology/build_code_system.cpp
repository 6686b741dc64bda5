// R4 codesystem.html.

#include "base/text.h"
#include "terminology/build.h"
#include "terminology/slots.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

Whole whole_named(std::string_view code) {
  if (code == "complete") return Whole::complete;
  if (code == "fragment") return Whole::fragment;
  if (code == "example") return Whole::example;
  if (code == "supplement") return Whole::supplement;
  return Whole::not_present;
}

}  // namespace

void Builder::add_code_system(const Tree& tree, NodeId node) {
  const Elements at{tree};
  CodeSystemRow row;
  row.url = text(at, node, "url");
  row.version = text(at, node, "version");
  row.name = text(at, node, "name");
  row.language = text(at, node, "language");
  row.supplements = text(at, node, "supplements");
  row.value_set = text(at, node, "valueSet");
  row.whole = whole_named(at.text(node, "content"));
  row.case_sensitive = at.text(node, "caseSensitive") != "false";
  System system;
  row.property_definitions = property_definitions(at, node, system);
  system.first = static_cast<std::uint32_t>(made_.concepts.size());
  add_concepts(at, node, no_row, system);
  row.concepts = {system.first, static_cast<std::uint32_t>(made_.concepts.size()) - system.first};
  row.slots = slots_of(made_.slots, row.concepts.count, [&](std::uint32_t place) {
    return view(made_.concepts[system.first + place].code);
  });
  resolve(row, system);
  link(row.concepts, system);
  made_.code_systems.push_back(row);
}

// A code system may give the properties of R4 codesystem-concept-properties codes of its own.
Rows Builder::property_definitions(const Elements& at, NodeId node, System& system) {
  constexpr std::string_view known = "http://hl7.org/fhir/concept-properties#";
  Rows made{static_cast<std::uint32_t>(made_.property_definitions.size()), 0};
  at.each(node, "property", [&](NodeId property) {
    const auto code = at.text(property, "code");
    const auto uri = at.text(property, "uri");
    made_.property_definitions.push_back({text(code), text(uri), text(at, property, "type")});
    ++made.count;
    if (!uri.starts_with(known)) return;
    const auto means = uri.substr(known.size());
    if (means == "notSelectable") system.abstract_property = code;
    if (means == "inactive") system.inactive_property = code;
    if (means == "status") system.status_property = code;
  });
  return made;
}

// One that says no code can be meant by nobody: what stands below it belongs to its parent.
void Builder::add_concepts(const Elements& at, NodeId node, std::uint32_t parent, System& system) {
  at.each(node, "concept", [&](NodeId from) {
    if (at.text(from, "code").empty()) return add_concepts(at, from, parent, system);
    const auto place = static_cast<std::uint32_t>(made_.concepts.size()) - system.first;
    if (parent != no_row) system.edges.emplace_back(parent, place);
    ConceptRow row;
    row.code = text(at, from, "code");
    row.display = text(at, from, "display");
    row.definition = text(at, from, "definition");
    made_.concepts.push_back(row);
    row.properties = properties(at, from, system, row);
    row.designations = designations(at, from);
    row.extensions = extensions(at, from);
    made_.concepts[system.first + place] = row;
    add_concepts(at, from, place, system);
  });
}

Rows Builder::properties(const Elements& at, NodeId node, System& system, ConceptRow& row) {
  Rows made{static_cast<std::uint32_t>(made_.properties.size()), 0};
  const auto place = static_cast<std::uint32_t>(made_.concepts.size()) - 1 - system.first;
  at.each(node, "property", [&](NodeId property) {
    const auto code = at.text(property, "code");
    const NodeId value_node = at.child(property, "value");
    const auto value = value_node == no_node ? std::string_view() : at.tree.text(value_node);
    made_.properties.push_back({text(code), valued(at.tree, value_node)});
    ++made.count;
    if (code == system.abstract_property || code == "abstract") row.abstract |= value == "true";
    if (code == system.inactive_property) row.inactive |= value == "true";
    if (code == system.status_property) row.inactive |= value == "retired" || value == "inactive";
    const bool is_parent = code == "parent" || code == "subsumedBy";
    if (is_parent || code == "child") system.relations.push_back({place, value, is_parent});
  });
  return made;
}

void Builder::resolve(const CodeSystemRow& row, System& system) {
  for (const auto& relation : system.relations) {
    const auto other = find_slot(made_.slots, row.slots, relation.code, [&](std::uint32_t place) {
      return same_code(view(made_.concepts[system.first + place].code), relation.code,
                       row.case_sensitive);
    });
    if (other == no_row || other == relation.of) continue;
    if (relation.is_parent) {
      system.edges.emplace_back(other, relation.of);
    } else {
      system.edges.emplace_back(relation.of, other);
    }
  }
}

// The lists of parents and of children, from the pairs.
void Builder::link(Rows concepts, System& system) {
  auto& edges = system.edges;
  const auto lay = [&](auto from, auto to, auto list) {
    std::sort(edges.begin(), edges.end(), [&](const auto& a, const auto& b) {
      return std::pair(a.*from, a.*to) < std::pair(b.*from, b.*to);
    });
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    for (const auto& edge : edges) {
      Rows& rows = made_.concepts[concepts.first + edge.*from].*list;
      if (rows.count == 0) rows.first = static_cast<std::uint32_t>(made_.links.size());
      made_.links.push_back(edge.*to);
      ++rows.count;
    }
  };
  using Edge = std::pair<std::uint32_t, std::uint32_t>;
  lay(&Edge::first, &Edge::second, &ConceptRow::children);
  lay(&Edge::second, &Edge::first, &ConceptRow::parents);
}

}  // namespace fingerpost::terminology
