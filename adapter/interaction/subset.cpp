#include "interaction/subset.h"

#include "interaction/commit.h"
#include "interaction/query.h"
#include "model/json.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

using search::Summary;

// R4 v3-ObservationValue
constexpr std::string_view tag_system = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
constexpr std::string_view tag_code = "SUBSETTED";

class Cut {
 public:
  Cut(const Context& context, const Subset& subset, Tree& tree)
      : definitions_(context.definitions), subset_(subset), tree_(tree) {}

  void run() {
    drop(tree_.root(), [this](const model::Element* element, std::string_view name) {
      return stays(element, name);
    });
    if (subset_.elements.empty() && subset_.summary == Summary::yes)
      for (auto node = tree_.first_child(tree_.root()); node != no_node; node = tree_.next(node))
        summarize(node);
    tag();
  }

 private:
  template <class Stays>
  void drop(NodeId parent, Stays stays) {
    for (auto node = tree_.first_child(parent); node != no_node;) {
      const auto next = tree_.next(node);
      const auto* element = definitions_.element(tree_[parent].type, tree_[node].name);
      if (!stays(element, tree_.name_text(node))) tree_.remove(node);
      node = next;
    }
  }

  static bool mandatory(const model::Element* element) {
    return element != nullptr && (element->min > 0 || element->modifier);
  }

  bool stays(const model::Element* element, std::string_view name) const {
    if (subset_.elements.empty() && subset_.summary == Summary::data) return name != "text";
    if (name == "id" || name == "meta" || mandatory(element)) return true;
    if (!subset_.elements.empty())
      return std::find(subset_.elements.begin(), subset_.elements.end(), name) !=
             subset_.elements.end();
    if (subset_.summary == Summary::text) return name == "text";
    return element != nullptr && element->summary;
  }

  // Backbone elements have parts that are no summary; those of data types all are.
  void summarize(NodeId node) {
    if (definitions_.type(tree_[node].type).kind != model::TypeKind::backbone) return;
    drop(node, [](const model::Element* element, std::string_view) {
      return mandatory(element) || (element != nullptr && element->summary);
    });
    for (auto below = tree_.first_child(node); below != no_node; below = tree_.next(below))
      summarize(below);
  }

  NodeId add(NodeId parent, std::string_view name, TypeId type) {
    return tree_.add_grouped(parent, tree_.names().find(name), type);
  }

  void tag() {
    const auto& common = definitions_.common();
    auto meta = child(tree_, tree_.root(), "meta");
    if (meta == no_node) meta = add(tree_.root(), "meta", common.meta);
    for (auto node = child(tree_, meta, "tag"); node != no_node; node = tree_.next_same(node))
      if (child_text(tree_, node, "code") == tag_code &&
          child_text(tree_, node, "system") == tag_system)
        return;
    const auto coding = add(meta, "tag", common.coding);
    tree_.set(add(coding, "system", common.uri), Shape::string, tag_system);
    tree_.set(add(coding, "code", common.code), Shape::string, tag_code);
  }

  const model::Definitions& definitions_;
  const Subset& subset_;
  Tree& tree_;
};

}  // namespace

Result<Subset> subset_of(const search::Plan& plan) {
  Subset subset{plan.summary, plan.elements};
  if (!subset.elements.empty() && subset.summary != Summary::no)
    return Error{Kind::invalid, "_elements and _summary cannot both be asked for", "_elements"};
  if (subset.summary == Summary::text && !plan.includes.empty())
    return Error{Kind::invalid, "_summary=text takes no includes", "_summary"};
  return subset;
}

Result<Subset> subset_of(const Context& context, std::string_view type,
                         const std::vector<search::Pair>& pairs) {
  std::vector<search::Pair> own;
  for (const auto& pair : pairs)
    if (pair.first == "_summary" || pair.first == "_elements") own.push_back(pair);
  if (own.empty()) return Subset{};
  LET(const auto plan, plan_of(context, type, own));
  if (plan.summary == Summary::count)
    return Error{Kind::invalid, "_summary=count is for searches", "_summary"};
  return subset_of(plan);
}

Result<std::string> cut_down(const Context& context, const Subset& subset, std::string body) {
  if (subset.whole()) return body;
  LET(auto read, model::read_json(context.definitions, std::move(body), context.limits));
  Cut(context, subset, read.tree).run();
  std::string out;
  model::write_json(context.definitions, read.tree, read.tree.root(), out);
  return out;
}

}  // namespace fingerpost::interaction
