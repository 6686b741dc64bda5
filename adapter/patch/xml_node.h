// An XML document as nodes that can be changed.

#pragma once

#include "wire/xml.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::patch {

// An element, or a text. XHTML is kept as it was written, in one piece.
struct XmlNode {
  struct Attribute {
    std::string space, name, value;
  };

  bool element = true;
  std::string space, name;  // of an element
  std::vector<Attribute> attributes;
  std::vector<XmlNode> children;
  std::string text;      // of a text, or a written element
  bool written = false;  // text is markup, to be written as it stands

  Attribute* attribute(std::string_view wanted);
};

XmlNode xml_node(const wire::XmlView& element);
// Without prefixes: an element that is in another namespace than its parent says so itself.
void write_xml_node(const XmlNode& node, std::string_view parent_space, std::string& out);

}  // namespace fingerpost::patch
