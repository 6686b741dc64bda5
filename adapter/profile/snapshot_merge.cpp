#include "profile/snapshot_merge.h"

#include "profile/equal.h"
#include "profile/view.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace fingerpost::profile {
namespace {

template <std::size_t Size>
bool among(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Merge {
 public:
  Merge(const model::Definitions& definitions, const Tree& differential, Tree& into, NodeId target,
        Budget& budget)
      : definitions_(definitions),
        differential_(differential),
        into_(into),
        target_(target),
        budget_(budget) {}

  void run(NodeId from) {
    std::set<NameId> done;
    for (NodeId at = differential_.first_child(from); at != no_node; at = differential_.next(at)) {
      if (!done.insert(differential_[at].name).second) continue;
      property(View(differential_, from), View(differential_, at), differential_.name_text(at));
    }
  }

 private:
  void property(View element, View first, std::string_view name) {
    constexpr std::array<std::string_view, 2> own{"id", "path"};
    constexpr std::array<std::string_view, 6> added{"alias",   "condition", "example",
                                                    "mapping", "code",      "extension"};
    constexpr std::array<std::string_view, 3> texts{"definition", "comment", "requirements"};
    if (among(own, name)) return;
    if (among(added, name)) return element.each(name, [&](View at) { add(at); });
    if (name == "constraint") return element.each(name, [&](View at) { constrain(at); });
    if (name == "binding" || name == "slicing") return refine(first, name);
    if (among(texts, name) && first.text().starts_with("...")) return lengthen(first, name);
    drop(into_, target_, name);
    element.each(name, [&](View at) { copy(at); });
  }

  void copy(View at) {
    if (budget_.charge_copy(differential_, at.node()))
      into_.copy(differential_, at.node(), target_);
  }

  void add(View at) {
    if (budget_.over) return;
    bool there = false;
    constexpr std::uint64_t comparison = 32;  // as dear as so many looks at a row
    const auto weight = Budget::weight(differential_, at.node());
    View(into_, target_).each(at.name(), [&](View other) {
      there = there || !budget_.charge(comparison + weight / 16) ||
              equal({&into_, other.node()}, {&differential_, at.node()});
    });
    if (!there) copy(at);
  }

  void constrain(View constraint) {
    if (budget_.over) return;
    NodeId same = no_node;
    View(into_, target_).each("constraint", [&](View other) {
      if (budget_.charge(1) && other["key"].text() == constraint["key"].text()) same = other.node();
    });
    if (same != no_node) into_.remove(same);
    copy(constraint);
  }

  // What is not said again of a binding or a slicing stays as the base has it.
  void refine(View from, std::string_view name) {
    const View base = View(into_, target_)[name];
    if (!base) return copy(from);
    std::set<NameId> done;
    from.children([&](View part) {
      const NameId part_name = differential_[part.node()].name;
      if (done.insert(part_name).second) drop(into_, base.node(), part.name());
      if (budget_.charge_copy(differential_, part.node()))
        into_.copy(differential_, part.node(), base.node());
    });
  }

  // "...": the text is the base's, and this after it.
  void lengthen(View text, std::string_view name) {
    std::string whole(View(into_, target_)[name].text());
    if (!whole.empty()) whole += "\r\n";
    whole += text.text().substr(3);
    put(definitions_, into_, target_, name, whole);
  }

  const model::Definitions& definitions_;
  const Tree& differential_;
  Tree& into_;
  NodeId target_;
  Budget& budget_;
};

}  // namespace

void merge_element(const model::Definitions& definitions, const Tree& differential, NodeId from,
                   Tree& into, NodeId target, Budget& budget) {
  Merge(definitions, differential, into, target, budget).run(from);
}

void drop(Tree& tree, NodeId node, std::string_view name) {
  const NameId id = tree.names().find(name);
  std::vector<NodeId> same;
  for (NodeId at = tree.child(node, id); at != no_node; at = tree.next_same(at)) same.push_back(at);
  for (const NodeId at : same) tree.remove(at);
}

void put(const model::Definitions& definitions, Tree& tree, NodeId node, std::string_view name,
         std::string_view text) {
  drop(tree, node, name);
  const NameId id = tree.names().find(name);
  const auto* element = definitions.element(tree[node].type, id);
  const auto types =
      element ? definitions.types_of(*element) : std::span<const model::ElementType>();
  const TypeId type = types.empty() ? no_type : types[0].type;
  const auto primitive = definitions.primitive(type);
  const bool number =
      primitive >= model::Primitive::integer && primitive <= model::Primitive::decimal;
  tree.set(tree.add(node, id, type),
           number                                   ? Shape::number
           : primitive == model::Primitive::boolean ? Shape::boolean
                                                    : Shape::string,
           text);
}

}  // namespace fingerpost::profile
