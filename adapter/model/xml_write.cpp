#include "model/xhtml.h"
#include "model/xml.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace fingerpost::model {
namespace {

class Writer {
 public:
  Writer(const Definitions& definitions, const Tree& tree, std::string& out, Pretty pretty)
      : definitions_(definitions), tree_(tree), out_(out), pretty_(pretty == Pretty::yes) {}

  void resource(NodeId node, std::string_view declaration) {
    const auto name = definitions_.type_name(tree_[node].type);
    ((out_ += '<') += name) += declaration;
    element_content(node, name);
  }

 private:
  struct Child {
    std::size_t order;
    const Element* element;
    NodeId node;
  };

  static constexpr auto unknown_order = std::numeric_limits<std::size_t>::max();

  // The open objects' children, innermost last, each object's in its definition's order.
  std::size_t collect(NodeId node) {
    const TypeId type = tree_[node].type;
    const auto elements = definitions_.elements(type);
    const std::size_t mark = children_.size();
    bool sorted = true;
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
      const Element* element = definitions_.element(type, tree_[at].name);
      const auto order =
          element == nullptr ? unknown_order : static_cast<std::size_t>(element - elements.data());
      sorted = sorted && (children_.size() == mark || children_.back().order <= order);
      children_.push_back({order, element, at});
    }
    if (!sorted)
      std::stable_sort(children_.begin() + static_cast<std::ptrdiff_t>(mark), children_.end(),
                       [](const Child& a, const Child& b) { return a.order < b.order; });
    return mark;
  }

  // From inside the start tag to the end tag.
  void element_content(NodeId node, std::string_view name) {
    const std::size_t mark = collect(node);
    const std::size_t end = children_.size();
    for (std::size_t i = mark; i < end; ++i)
      if (is_attribute(children_[i])) attribute(name_of(children_[i]), children_[i].node);
    if (tree_.has_value(node)) attribute("value", node);
    bool any = false;
    ++depth_;
    for (std::size_t i = mark; i < end; ++i) {
      const Child child = children_[i];
      if (is_attribute(child) || is_gap(child.node)) continue;
      if (!any) out_ += '>';
      any = true;
      line();
      one(child);
    }
    --depth_;
    children_.resize(mark);
    if (!any) {
      out_ += "/>";
      return;
    }
    line();
    ((out_ += "</") += name) += '>';
  }

  void one(const Child& child) {
    const TypeId type = tree_[child.node].type;
    if (definitions_.primitive(type) == Primitive::xhtml) return narrative(child.node);
    const auto name = name_of(child);
    (out_ += '<') += name;
    if (definitions_.type(type).kind < TypeKind::resource || child.element == nullptr)
      return element_content(child.node, name);
    out_ += '>';
    ++depth_;
    line();
    resource(child.node, "");
    --depth_;
    line();
    ((out_ += "</") += name) += '>';
  }

  std::string_view name_of(const Child& child) const {
    if (child.element != nullptr)
      return definitions_.json_name(*child.element, tree_[child.node].type);
    const auto name = tree_.name_text(child.node);
    return wire::is_xml_name(name) ? name : std::string_view("unknown");
  }

  bool is_attribute(const Child& child) const {
    return child.element != nullptr && child.element->xml_attribute;
  }

  // A gap in a JSON list, which XML has no place for.
  bool is_gap(NodeId node) const {
    return tree_[node].shape == Shape::null && tree_.first_child(node) == no_node;
  }

  void attribute(std::string_view name, NodeId node) {
    ((out_ += ' ') += name) += "=\"";
    wire::write_xml_text(out_, tree_.text(node));
    out_ += '"';
  }

  // A div as it stands; whatever else it is, as text in one: it would end the document around it,
  // or be no narrative when it is read again.
  void narrative(NodeId node) {
    const auto div = div_of(tree_.text(node));
    if (div.kind != Div::Kind::other) {
      out_ += div.markup;
      return;
    }
    ((out_ += "<div xmlns=\"") += xhtml_space) += "\">";
    wire::write_xml_text(out_, tree_.text(node));
    out_ += "</div>";
  }

  void line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
  }

  const Definitions& definitions_;
  const Tree& tree_;
  std::string& out_;
  bool pretty_;
  int depth_ = 0;
  std::vector<Child> children_;
};

}  // namespace

void write_xml(const Definitions& definitions, const Tree& tree, NodeId node, std::string& out,
               Pretty pretty) {
  Writer(definitions, tree, out, pretty).resource(node, " xmlns=\"http://hl7.org/fhir\"");
}

}  // namespace fingerpost::model
