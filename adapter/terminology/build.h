// From CodeSystem and ValueSet resources to Content.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "terminology/content.h"
#include "terminology/elements.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fingerpost::terminology {

class Builder {
 public:
  explicit Builder(const model::Definitions& definitions) : definitions_(definitions) {}

  // The CodeSystem or ValueSet at `node`; R5's elements are understood where they say more.
  // Kind::unsupported: it is neither.
  Result<void> add(const Tree& tree, NodeId node);

  bool empty() const { return made_.code_systems.empty() && made_.value_sets.empty(); }
  std::shared_ptr<const Content> finish() &&;

 private:
  Text text(std::string_view value);
  Text text(const Elements& at, NodeId node, std::string_view name) {
    return text(at.text(node, name));
  }
  std::string_view view(Text at) const { return {made_.texts.data() + at.at, at.size}; }
  Valued valued(const Tree& tree, NodeId node);
  Rows extensions(const Elements& at, NodeId node);
  Rows designations(const Elements& at, NodeId node);
  Rows canonicals(const Elements& at, NodeId node, std::string_view name);

  // The code system being added.
  struct System {
    std::string abstract_property = "notSelectable";
    std::string inactive_property = "inactive";
    std::string status_property = "status";
    std::uint32_t first = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;  // parent, child
    struct Relation {
      std::uint32_t of;
      std::string_view code;
      bool is_parent;
    };
    std::vector<Relation> relations;  // by properties: resolved when all codes are known
  };
  void add_code_system(const Tree& tree, NodeId node);
  Rows property_definitions(const Elements& at, NodeId node, System& system);
  void add_concepts(const Elements& at, NodeId node, std::uint32_t parent, System& system);
  Rows properties(const Elements& at, NodeId node, System& system, ConceptRow& row);
  void resolve(const CodeSystemRow& row, System& system);
  void link(Rows concepts, System& system);

  void add_value_set(const Tree& tree, NodeId node, bool is_contained);
  std::string header_of(const Tree& tree, NodeId node) const;
  Rows includes(const Elements& at, NodeId compose, std::string_view name);
  Rows slots_of_listed(Rows listed);
  IncludeRow include(const Elements& at, NodeId node);
  Rows expanded(const Elements& at, NodeId node);
  Operator operation(const Elements& at, NodeId filter) const;
  Rows parameters(const Elements& at, NodeId compose);
  Rows supplements(const Elements& at, NodeId node);

  const model::Definitions& definitions_;
  Tables<Grown> made_;
  std::unordered_map<std::string, Text> known_;
};

}  // namespace fingerpost::terminology
