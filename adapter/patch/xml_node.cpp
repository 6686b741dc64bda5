#include "patch/xml_node.h"

#include "model/xhtml.h"

#include <algorithm>

namespace fingerpost::patch {
namespace {

using Kind = wire::XmlToken::Kind;

constexpr std::string_view xml_space = "http://www.w3.org/XML/1998/namespace";

void write_attribute(std::string& out, std::string_view name, std::string_view value) {
  ((out += ' ') += name) += "=\"";
  wire::write_xml_text(out, value);
  out += '"';
}

void write_attributes(const XmlNode& node, std::string& out) {
  int prefixes = 0;
  for (const auto& one : node.attributes) {
    if (one.space.empty()) {
      write_attribute(out, one.name, one.value);
    } else if (one.space == xml_space) {
      write_attribute(out, "xml:" + one.name, one.value);
    } else {
      const auto prefix = "a" + std::to_string(++prefixes);
      write_attribute(out, "xmlns:" + prefix, one.space);
      write_attribute(out, prefix + ":" + one.name, one.value);
    }
  }
}

// Reads the element at `at`, and leaves it after its end.
XmlNode read(const wire::XmlDocument& document, std::uint32_t& at) {
  const auto& tokens = document.tokens;
  XmlNode node;
  node.name = tokens[at].view();
  node.space = document.spaces[tokens[at].space];
  if (node.space == model::xhtml_space && tokens[at].declares && !tokens[at].prefixed) {
    const auto after = tokens[at].after;
    node.text = document.source->substr(tokens[at].byte, tokens[after - 1].byte - tokens[at].byte);
    node.written = true;
    at = after;
    return node;
  }
  for (++at; tokens[at].kind == Kind::attribute; at += 2)
    node.attributes.push_back({document.spaces[tokens[at].space], std::string(tokens[at].view()),
                               std::string(tokens[at + 1].view())});
  while (tokens[at].kind != Kind::end) {
    if (tokens[at].kind == Kind::start) {
      node.children.push_back(read(document, at));
    } else {
      XmlNode text;
      text.element = false;
      text.text = tokens[at++].view();
      node.children.push_back(std::move(text));
    }
  }
  ++at;
  return node;
}

}  // namespace

XmlNode::Attribute* XmlNode::attribute(std::string_view wanted) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& one) { return one.name == wanted; });
  return found == attributes.end() ? nullptr : &*found;
}

XmlNode xml_node(const wire::XmlView& element) {
  auto at = static_cast<std::uint32_t>(&element.start() - element.document().tokens.data());
  return read(element.document(), at);
}

void write_xml_node(const XmlNode& node, std::string_view parent_space, std::string& out) {
  if (node.written) {
    out += node.text;
    return;
  }
  if (!node.element) return wire::write_xml_text(out, node.text);
  (out += '<') += node.name;
  if (node.space != parent_space) write_attribute(out, "xmlns", node.space);
  write_attributes(node, out);
  if (node.children.empty()) {
    out += "/>";
    return;
  }
  out += '>';
  for (const auto& child : node.children) write_xml_node(child, node.space, out);
  ((out += "</") += node.name) += '>';
}

}  // namespace fingerpost::patch
