// R4 valueset.html.

#include "model/json.h"
#include "terminology/build.h"
#include "terminology/slots.h"

#include <array>

namespace fingerpost::terminology {
namespace {

constexpr std::string_view op_extension =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.compose.include.filter.op";
constexpr std::string_view parameter_extension =
    "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter";
constexpr std::string_view supplement_extension =
    "http://hl7.org/fhir/StructureDefinition/valueset-supplement";

struct NamedOperator {
  std::string_view code;
  Operator op;
};
constexpr std::array operators = {NamedOperator{"=", Operator::equal},
                                  NamedOperator{"is-a", Operator::is_a},
                                  NamedOperator{"descendent-of", Operator::descendent_of},
                                  NamedOperator{"is-not-a", Operator::is_not_a},
                                  NamedOperator{"regex", Operator::regex},
                                  NamedOperator{"in", Operator::in},
                                  NamedOperator{"not-in", Operator::not_in},
                                  NamedOperator{"generalizes", Operator::generalizes},
                                  NamedOperator{"exists", Operator::exists},
                                  NamedOperator{"child-of", Operator::child_of},
                                  NamedOperator{"descendent-leaf", Operator::descendent_leaf}};

bool in_header(std::string_view name) {
  return name != "compose" && name != "expansion" && name != "contained" && name != "text";
}

}  // namespace

void Builder::add_value_set(const Tree& tree, NodeId node, bool is_contained) {
  const Elements at{tree};
  ValueSetRow row;
  row.url = text(at, node, "url");
  row.version = text(at, node, "version");
  row.id = text(at, node, "id");
  row.language = text(at, node, "language");
  row.header = text(header_of(tree, node));
  row.supplements = supplements(at, node);
  row.is_contained = is_contained;
  if (const NodeId compose = at.child(node, "compose"); compose != no_node) {
    std::string json;
    model::write_json(definitions_, tree, compose, json);
    row.compose = text(json);
    const auto inactive = at.text(compose, "inactive");
    row.inactive =
        inactive.empty() ? Inactive::not_said : (inactive == "true" ? Inactive::yes : Inactive::no);
    row.parameters = parameters(at, compose);
    row.includes = includes(at, compose, "include");
    row.excludes = includes(at, compose, "exclude");
  } else if (const NodeId expansion = at.child(node, "expansion"); expansion != no_node) {
    row.includes = expanded(at, expansion);
  }
  const auto self = made_.value_sets.size();
  made_.value_sets.push_back(row);
  Rows contained{static_cast<std::uint32_t>(made_.value_sets.size()), 0};
  if (!is_contained)  // R4: what is contained contains nothing itself
    at.each(node, "contained", [&](NodeId other) {
      if (definitions_.type_name(tree[other].type) != "ValueSet") return;
      add_value_set(tree, other, true);
      ++contained.count;
    });
  made_.value_sets[self].contained = contained;
}

std::string Builder::header_of(const Tree& tree, NodeId node) const {
  Tree header(tree.names());
  header.set_type(header.root(), tree[node].type);
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
    if (in_header(tree.name_text(at))) header.copy(tree, at, header.root());
  std::string json;
  model::write_json(definitions_, header, header.root(), json);
  return json;
}

Rows Builder::supplements(const Elements& at, NodeId node) {
  Rows made{static_cast<std::uint32_t>(made_.names.size()), 0};
  at.each(node, "extension", [&](NodeId extension) {
    if (at.text(extension, "url") != supplement_extension) return;
    made_.names.push_back(text(at, extension, "value"));
    ++made.count;
  });
  return made;
}

Rows Builder::parameters(const Elements& at, NodeId compose) {
  Rows made{static_cast<std::uint32_t>(made_.named.size()), 0};
  at.each(compose, "extension", [&](NodeId extension) {
    if (at.text(extension, "url") != parameter_extension) return;
    NamedRow row;
    at.each(extension, "extension", [&](NodeId part) {
      const auto url = at.text(part, "url");
      if (url == "name") row.name = text(at, part, "value");
      if (url == "value") row.value = text(at, part, "value");
    });
    made_.named.push_back(row);
    ++made.count;
  });
  return made;
}

Rows Builder::includes(const Elements& at, NodeId compose, std::string_view name) {
  std::vector<IncludeRow> rows;
  at.each(compose, name, [&](NodeId node) { rows.push_back(include(at, node)); });
  const Rows made{static_cast<std::uint32_t>(made_.includes.size()),
                  static_cast<std::uint32_t>(rows.size())};
  made_.includes.insert(made_.includes.end(), rows.begin(), rows.end());
  return made;
}

IncludeRow Builder::include(const Elements& at, NodeId node) {
  IncludeRow row;
  row.system = text(at, node, "system");
  row.version = text(at, node, "version");
  row.value_sets = canonicals(at, node, "valueSet");
  row.listed.first = static_cast<std::uint32_t>(made_.listed.size());
  at.each(node, "concept", [&](NodeId from) {
    ListedRow listed;
    listed.code = text(at, from, "code");
    listed.display = text(at, from, "display");
    listed.designations = designations(at, from);
    listed.extensions = extensions(at, from);
    made_.listed.push_back(listed);
    ++row.listed.count;
  });
  row.slots = slots_of_listed(row.listed);
  row.filters.first = static_cast<std::uint32_t>(made_.filters.size());
  at.each(node, "filter", [&](NodeId filter) {
    FilterRow made;
    made.property = text(at, filter, "property");
    made.value = text(at, filter, "value");
    made.op = operation(at, filter);
    made_.filters.push_back(made);
    ++row.filters.count;
  });
  return row;
}

Rows Builder::slots_of_listed(Rows listed) {
  return slots_of(made_.slots, listed.count, [&](std::uint32_t place) {
    return view(made_.listed[listed.first + place].code);
  });
}

// An operator of R5 that R4 lacks stands in R4 as an extension of the code.
Operator Builder::operation(const Elements& at, NodeId filter) const {
  const NodeId node = at.child(filter, "op");
  if (node == no_node) return Operator::unknown;
  auto code = at.tree.text(node);
  at.each(node, "extension", [&](NodeId extension) {
    if (at.text(extension, "url") == op_extension) code = at.text(extension, "value");
  });
  for (const auto& known : operators)
    if (known.code == code) return known.op;
  return Operator::unknown;
}

// A value set that only has its expansion is what that lists.
Rows Builder::expanded(const Elements& at, NodeId expansion) {
  struct Part {
    std::string_view system, version;
    std::vector<NodeId> nodes;
  };
  std::vector<Part> parts;
  const auto gather = [&](const auto& self, NodeId node) -> void {
    at.each(node, "contains", [&](NodeId entry) {
      const auto system = at.text(entry, "system");
      const auto version = at.text(entry, "version");
      if (at.child(entry, "code") != no_node && at.text(entry, "abstract") != "true") {
        if (parts.empty() || parts.back().system != system || parts.back().version != version)
          parts.push_back({system, version, {}});
        parts.back().nodes.push_back(entry);
      }
      self(self, entry);
    });
  };
  gather(gather, expansion);
  Rows made{static_cast<std::uint32_t>(made_.includes.size()), 0};
  for (const auto& part : parts) {
    IncludeRow row;
    row.system = text(part.system);
    row.version = text(part.version);
    row.listed = {static_cast<std::uint32_t>(made_.listed.size()),
                  static_cast<std::uint32_t>(part.nodes.size())};
    for (const NodeId entry : part.nodes) {
      ListedRow listed;
      listed.code = text(at, entry, "code");
      listed.display = text(at, entry, "display");
      listed.designations = designations(at, entry);
      made_.listed.push_back(listed);
    }
    row.slots = slots_of_listed(row.listed);
    made_.includes.push_back(row);
    ++made.count;
  }
  return made;
}

}  // namespace fingerpost::terminology
