#include "patch/patch.h"
#include "patch/xpath.h"

#include <map>

namespace fingerpost::patch {
namespace {

Error invalid(std::string text) {
  return {Kind::invalid, std::move(text), ""};
}

class Patcher {
 public:
  Patcher(XmlNode& root, const Limits& limits) : root_(root), steps_left_(limits.steps) {}

  Result<void> apply(XmlNode operation) {
    auto* const sel = operation.attribute("sel");
    if (sel == nullptr) return invalid("an operation needs sel");
    LET(const auto place, select(root_, sel->value, steps_left_));
    if (operation.name == "add") return add(place, operation);
    if (operation.name == "replace") return replace(place, operation);
    if (operation.name == "remove") return remove(place);
    return invalid("an operation is add, replace or remove");
  }

 private:
  XmlNode& node_at(const Place& place) {
    return place.parent == nullptr ? root_ : place.parent->children[place.index];
  }

  static std::string text_of(const XmlNode& operation) {
    return operation.children.empty() ? "" : operation.children[0].text;
  }

  Result<void> add(const Place& place, XmlNode& operation) {
    if (!place.attribute.empty()) return invalid("nothing can be added to an attribute");
    auto& node = node_at(place);
    if (const auto* const type = operation.attribute("type")) {
      if (!type->value.starts_with('@')) return invalid("type names an attribute: @name");
      const auto name = type->value.substr(1);
      if (!wire::is_xml_name(name)) return invalid("type names an attribute: @name");
      if (node.attribute(name) != nullptr) return invalid("the attribute is there");
      node.attributes.push_back({"", name, text_of(operation)});
      return {};
    }
    const auto* const pos = operation.attribute("pos");
    const auto where = pos == nullptr ? std::string() : pos->value;
    if (where.empty()) return insert(node, node.children.size(), operation);
    if (where == "prepend") return insert(node, 0, operation);
    if (where != "before" && where != "after") return invalid("pos is before, after or prepend");
    if (place.parent == nullptr) return invalid("a document has one root");
    return insert(*place.parent, place.index + (where == "after" ? 1 : 0), operation);
  }

  static Result<void> insert(XmlNode& parent, std::size_t index, XmlNode& operation) {
    if (parent.written || !parent.element)
      return invalid("nothing can be added in a narrative or a text");
    parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(index),
                           std::make_move_iterator(operation.children.begin()),
                           std::make_move_iterator(operation.children.end()));
    return {};
  }

  Result<void> replace(const Place& place, XmlNode& operation) {
    if (!place.attribute.empty()) {
      place.parent->attribute(place.attribute)->value = text_of(operation);
      return {};
    }
    auto& node = node_at(place);
    if (operation.children.size() != 1 || operation.children[0].element != node.element)
      return invalid("a node is replaced by one of its kind");
    node = std::move(operation.children[0]);
    return {};
  }

  Result<void> remove(const Place& place) {
    if (place.parent == nullptr) return invalid("a document has one root");
    if (!place.attribute.empty())
      std::erase_if(place.parent->attributes,
                    [&](const auto& one) { return one.name == place.attribute; });
    else
      place.parent->children.erase(place.parent->children.begin() +
                                   static_cast<std::ptrdiff_t>(place.index));
    return {};
  }

  XmlNode& root_;
  std::uint64_t steps_left_;
};

}  // namespace

Result<std::string> apply_xml(std::string_view resource, std::string_view operations,
                              const Limits& limits) {
  LET(const auto document, wire::parse_xml(std::string(resource), limits));
  LET(const auto diff, wire::parse_xml(std::string(operations), limits));
  if (wire::XmlView(diff).name() != "diff") return invalid("an XML Patch is a diff element");
  auto root = xml_node(wire::XmlView(document));
  Patcher patcher(root, limits);
  std::map<std::string, int> times;
  std::size_t count = 0;
  for (auto at = wire::XmlView(diff).first(); at; at = at.next()) {
    const std::string name(at.name());
    const auto where = "diff/" + name + "[" + std::to_string(++times[name]) + "]";
    if (++count > limits.patch_operations)
      return Error{Kind::too_costly,
                   "more operations than the limit patch_operations of " +
                       std::to_string(limits.patch_operations),
                   where};
    if (auto done = patcher.apply(xml_node(at)); !done) {
      auto error = std::move(done).error();
      error.where = where;
      return error;
    }
  }
  std::string out;
  write_xml_node(root, "", out);
  if (out.size() > limits.body_bytes)
    return Error{Kind::too_costly, "the result is over the limit body_bytes", ""};
  return out;
}

}  // namespace fingerpost::patch
