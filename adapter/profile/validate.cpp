#include "profile/validate.h"

#include "model/json.h"
#include "model/primitives.h"
#include "profile/active_content.h"
#include "profile/issue_limit.h"
#include "profile/members.h"

#include <array>
#include <string>
#include <vector>

namespace fingerpost::profile {
namespace {

using model::Binding;
using model::Definitions;
using model::Element;
using model::TypeKind;

class Walk {
 public:
  Walk(const Definitions& definitions, const Tree& tree, const Limits& limits)
      : definitions_(definitions), tree_(tree), limits_(limits), names_(definitions) {}

  void resource(NodeId node) {
    if (definitions_.type(tree_[node].type).kind < TypeKind::resource)
      return report(node, Severity::error, "structure", "is not a resource");
    children(node);
  }

  Issues take() && { return std::move(issues_); }

 private:
  // The names that bindings and references ask for.
  struct Known {
    explicit Known(const Definitions& definitions)
        : coding(definitions.names().find("coding")),
          system(definitions.names().find("system")),
          code(definitions.names().find("code")),
          reference(definitions.names().find("reference")) {}
    NameId coding, system, code, reference;
  };

  void report(NodeId node, Severity severity, const char* code, std::string text,
              std::string_view member = "") {
    if (is_full(issues_, limits_, severity)) return;
    if (issues_.size() == limits_.issues) text = "more issues than the limit issues";
    std::string place = model::location(definitions_, tree_, node);
    if (!member.empty()) (place += '.') += member;
    issues_.push_back({severity, code, std::move(place), std::move(text)});
  }

  void children(NodeId node) {
    const TypeId type = tree_[node].type;
    const auto elements = definitions_.elements(type);
    const std::size_t mark = counts_.size();
    counts_.resize(mark + elements.size());
    MemberElements members(definitions_, type);
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
      const Element* element = members.of(tree_[at].name);
      if (element == nullptr) continue;  // read_json has said so
      ++counts_[mark + static_cast<std::size_t>(element - elements.data())];
      one(*element, at);
    }
    for (std::size_t i = 0; i < elements.size(); ++i)
      cardinality(node, elements[i], counts_[mark + i]);
    counts_.resize(mark);
  }

  void cardinality(NodeId node, const Element& element, std::size_t count) {
    const auto name = [&] { return definitions_.names().text(element.name); };
    if (count < element.min)
      report(node, Severity::error, "required", "needs at least " + std::to_string(element.min),
             name());
    if (element.max != model::unbounded && count > element.max)
      report(node, Severity::error, "structure",
             "may be given at most " + std::to_string(element.max) + " time(s)", name());
  }

  void one(const Element& element, NodeId node) {
    const TypeId type = tree_[node].type;
    if (type == no_type) return;
    const auto kind = definitions_.type(type).kind;
    if (!allowed(element, type))
      report(node, Severity::error, "structure",
             "may not be of type " + std::string(definitions_.type_name(type)));
    if (kind == TypeKind::primitive) {
      primitive(node, type);
    } else if (kind != TypeKind::resource && tree_.first_child(node) == no_node) {
      report(node, Severity::error, "invariant", "must have a value or children (ele-1)");
    }
    if (element.binding == Binding::required) bound(element, node, type);
    if (type == definitions_.common().reference) reference(element, node);
    // A primitive needs none.
    if (kind != TypeKind::primitive || tree_.first_child(node) != no_node) children(node);
  }

  bool allowed(const Element& element, TypeId type) const {
    for (const auto& may : definitions_.types_of(element))
      if (definitions_.is_a(type, may.type)) return true;
    return element.type_count == 0;
  }

  void primitive(NodeId node, TypeId type) {
    if (!tree_.has_value(node)) {
      if (tree_.first_child(node) == no_node)
        report(node, Severity::error, "invariant", "must have a value or children (ele-1)");
      return;
    }
    if (!model::matches(definitions_.primitive(type), tree_.text(node)))
      report(node, Severity::error, "value",
             "is not a valid " + std::string(definitions_.type_name(type)));
    if (type == definitions_.common().xhtml && has_active_content(tree_.text(node)))
      report(node, Severity::error, "invariant", std::string(active_content_text));
  }

  void bound(const Element& element, NodeId node, TypeId type) {
    if (!definitions_.value_sets()[element.value_set].complete)
      return report(node, Severity::information, "not-supported",
                    "the codes of its required value set are not at hand: not checked");
    const auto& set = definitions_.value_sets()[element.value_set];
    const auto& common = definitions_.common();
    bool found = false;
    if (type == common.codeable_concept) {
      found = tree_.child(node, names_.coding) == no_node;  // text alone is judged elsewhere
      for (NodeId at = tree_.child(node, names_.coding); at != no_node; at = tree_.next_same(at))
        found |= in_set(set, at);
    } else if (type == common.coding || definitions_.is_a(type, common.quantity)) {
      found = in_set(set, node);
    } else {
      found = !tree_.has_value(node) || definitions_.contains(set, "", tree_.text(node));
    }
    if (!found)
      report(node, Severity::error, "code-invalid",
             "is not among the codes of " + std::string(definitions_.names().text(set.url)));
  }

  bool in_set(const model::ValueSet& set, NodeId coding) const {
    const NodeId system = tree_.child(coding, names_.system);
    const NodeId code = tree_.child(coding, names_.code);
    if (code == no_node) return false;
    const auto system_text = system == no_node ? std::string_view() : tree_.text(system);
    return definitions_.contains(set, system_text, tree_.text(code));
  }

  // A literal reference names its type: "Patient/1", "http://…/Patient/1/_history/2".
  void reference(const Element& element, NodeId node) {
    const NodeId literal = tree_.child(node, names_.reference);
    if (literal == no_node) return;
    const TypeId type = referenced_type(tree_.text(literal));
    if (type == no_type) return;
    for (const auto& may : definitions_.types_of(element)) {
      if (may.type != definitions_.common().reference) continue;
      const auto targets = definitions_.targets(may.first_target, may.target_count);
      if (targets.empty()) return;
      for (const TypeId target : targets)
        if (definitions_.is_a(type, target)) return;
      report(literal, Severity::error, "structure",
             "may not refer to a " + std::string(definitions_.type_name(type)));
    }
  }

  TypeId referenced_type(std::string_view text) const {
    if (text.starts_with('#') || text.starts_with("urn:")) return no_type;
    if (const auto history = text.find("/_history/"); history != std::string_view::npos)
      text = text.substr(0, history);
    const auto slash = text.rfind('/');
    if (slash == std::string_view::npos) return no_type;
    text = text.substr(0, slash);
    const TypeId type = definitions_.find(text.substr(text.rfind('/') + 1));
    return definitions_.type(type).kind == TypeKind::resource ? type : no_type;
  }

  const Definitions& definitions_;
  const Tree& tree_;
  const Limits& limits_;
  Known names_;
  Issues issues_;
  std::vector<std::uint32_t> counts_;  // of the open objects' elements, innermost last
};

}  // namespace

Issues validate(const Definitions& definitions, const Tree& tree, NodeId node,
                const Limits& limits) {
  Walk walk(definitions, tree, limits);
  walk.resource(node);
  return std::move(walk).take();
}

}  // namespace fingerpost::profile
