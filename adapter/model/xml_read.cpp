#include "base/text.h"
#include "model/read_notes.h"
#include "model/xhtml.h"
#include "model/xml.h"

#include <algorithm>
#include <utility>

namespace fingerpost::model {
namespace {

using wire::XmlToken;
using wire::XmlView;

constexpr std::string_view fhir_space = "http://hl7.org/fhir";
constexpr std::string_view schema_space = "http://www.w3.org/2001/XMLSchema-instance";

// RFC 8259's number, which every decimal and integer of FHIR is but for a leading "+".
bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  const bool zero = at < text.size() && text[at] == '0';
  const auto whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.' && (++at, digits() == 0)) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

class Reader {
 public:
  Reader(const Definitions& definitions, ReadTree& into, const Limits& limits, Model model)
      : definitions_(definitions), into_(into), limits_(limits), model_(model) {}

  Result<void> root(const XmlView& element) {
    if (element.space() != fhir_space)
      return Error{Kind::invalid, "the root is not in the namespace " + std::string(fhir_space),
                   ""};
    const TypeId type = resource_named(definitions_, model_, element.name());
    if (type == no_type) return Error{Kind::invalid, "the root is no known resource", ""};
    into_.tree.set_type(into_.tree.root(), type);
    content(element, into_.tree.root());
    return {};
  }

 private:
  void report(NodeId node, std::string_view member, const char* code, std::string text) {
    note(definitions_, into_, limits_, node, member, code, std::move(text));
  }

  void content(const XmlView& element, NodeId node) {
    attributes(element, node);
    if (!element.text().empty()) report(node, "", "structure", "text is not taken here");
    const TypeId type = into_.tree[node].type;
    const Element* last = nullptr;
    element.each([&](const XmlView& child) { last = one(child, node, type, last); });
    if (into_.tree[node].shape == Shape::object && into_.tree.first_child(node) == no_node)
      report(node, "", "structure", "an element must not be empty");
  }

  // Gives the element of the definition that was read, or the one before it.
  const Element* one(const XmlView& child, NodeId node, TypeId type, const Element* last) {
    const NameId name = definitions_.names().find(child.name());
    const Member member = name == no_name ? Member{} : definitions_.member(type, name);
    const bool xhtml =
        member.element != nullptr && definitions_.primitive(member.type) == Primitive::xhtml;
    const bool right_space = child.space() == (xhtml ? xhtml_space : fhir_space);
    if (member.element == nullptr || member.element->xml_attribute || !right_space) {
      if (type != no_type) report(node, shown(child.name()), "structure", "no such element here");
      unknown(child, node);
      return last;
    }
    const auto& element = *member.element;
    if (last != nullptr && &element < last)
      report(node, definitions_.names().text(name), "structure",
             "stands after an element that it must precede");
    if (last == &element && !element.repeats())
      report(node, definitions_.names().text(name), "structure", "must not be repeated");
    const NodeId made = into_.tree.add_grouped(node, element.name, member.type);
    if (xhtml) {
      narrative(child, made);
    } else if (definitions_.type(member.type).kind >= TypeKind::resource) {
      resource(child, made);
    } else {
      if (definitions_.type(member.type).kind == TypeKind::primitive)
        into_.tree.set_view(made, Shape::null, "");
      content(child, made);
    }
    return &element;
  }

  void attributes(const XmlView& element, NodeId node) {
    const TypeId type = into_.tree[node].type;
    const bool primitive = definitions_.type(type).kind == TypeKind::primitive;
    element.attributes([&](const XmlToken& token, std::string_view value) {
      if (token.space == 0 && primitive && token.view() == "value")
        return value_of(value, node, definitions_.primitive(type));
      if (element.document().spaces[token.space] == schema_space) return;  // where a schema is
      const NameId name = token.space == 0 ? definitions_.names().find(token.view()) : no_name;
      const Member member = name == no_name ? Member{} : definitions_.member(type, name);
      if (member.element != nullptr && member.element->xml_attribute) {
        const NodeId made = into_.tree.add(node, member.element->name, member.type);
        return value_of(value, made, definitions_.primitive(member.type));
      }
      if (type != no_type) report(node, shown(token.view()), "structure", "no such attribute here");
      const NodeId made = into_.tree.add(node, into_.tree.local_name(token.view()), no_type);
      into_.tree.set_view(made, Shape::string, value);
    });
  }

  void value_of(std::string_view value, NodeId node, Primitive type) {
    if (value.empty()) report(node, "", "structure", "a value must not be empty");
    if (type == Primitive::boolean && (value == "true" || value == "false"))
      return into_.tree.set_view(node, Shape::boolean, value);
    if (type >= Primitive::integer && type <= Primitive::decimal) {
      const auto plain = value.substr(value.starts_with('+') ? 1 : 0);
      if (is_json_number(plain)) return into_.tree.set_view(node, Shape::number, plain);
    }
    into_.tree.set_view(node, Shape::string, value);
  }

  // <contained><Patient>…</Patient></contained>
  void resource(const XmlView& wrapper, NodeId node) {
    const XmlView inside = wrapper.first();
    const TypeId type = inside.space() == fhir_space
                            ? resource_named(definitions_, model_, inside.name())
                            : no_type;
    if (!inside || inside.next())
      report(node, "", "structure", "must hold one resource");
    else if (type == no_type)
      report(node, shown(inside.name()), "structure", "is no known resource");
    into_.tree.set_type(node, type);
    if (type != no_type) content(inside, node);
  }

  // As it was written; an element that needs a declaration from outside gets it.
  void narrative(const XmlView& div, NodeId node) {
    const auto source = div.source();
    if (div.start().prefixed)
      report(node, "", "structure", "XHTML is written without namespace prefixes");
    const auto name_end = source.find_first_of(" \t\r\n/>");
    if (div.start().declares) return into_.tree.set_view(node, Shape::string, source);
    std::string whole(source);
    whole.insert(name_end, " xmlns=\"" + std::string(xhtml_space) + "\"");
    into_.tree.set(node, Shape::string, whole);
  }

  // What no definition knows is kept by its own names, so that it can be reported and written back.
  void unknown(const XmlView& element, NodeId node) {
    const NodeId made = into_.tree.add(node, into_.tree.local_name(element.name()), no_type);
    const auto text = element.text();
    if (!text.empty()) into_.tree.set_view(made, Shape::string, text);
    element.attributes([&](const XmlToken& token, std::string_view value) {
      if (token.view() == "value") return into_.tree.set_view(made, Shape::string, value);
      const NodeId extra = into_.tree.add(made, into_.tree.local_name(token.view()), no_type);
      into_.tree.set_view(extra, Shape::string, value);
    });
    element.each([&](const XmlView& child) { unknown(child, made); });
  }

  const Definitions& definitions_;
  ReadTree& into_;
  const Limits& limits_;
  Model model_;
};

}  // namespace

Result<ReadTree> read_xml(const Definitions& definitions, const XmlView& element,
                          const Limits& limits, Model model) {
  ReadTree read{Tree(definitions.names()), {}};
  const auto& document = element.document();
  read.tree.reserve(document.tokens.size() / 4);
  read.tree.keep(document.source);
  read.tree.keep(document.texts);
  Reader reader(definitions, read, limits, model);
  LET_DONE(reader.root(element));
  return read;
}

Result<ReadTree> read_xml(const Definitions& definitions, std::string source, const Limits& limits,
                          Model model) {
  LET(const auto document, wire::parse_xml(std::move(source), limits));
  return read_xml(definitions, XmlView(document), limits, model);
}

Result<ReadTree> read_resource(const Definitions& definitions, std::string source,
                               const Limits& limits, Model model) {
  const auto first = source.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  const bool xml = first != std::string::npos && source[first] == '<';
  return xml ? read_xml(definitions, std::move(source), limits, model)
             : read_json(definitions, std::move(source), limits, model);
}

}  // namespace fingerpost::model
