// What R4 asks of single values beyond their types: texts, URNs, units, attachments, systems (R4
// datatypes.html).

#include "model/primitives.h"
#include "profile/walk.h"
#include "terminology/grammar.h"

#include <algorithm>
#include <string>

namespace fingerpost::profile {

namespace {

// False for a uri that says it is a UUID or an OID and is not written as one (R4
// datatypes.html#uri); a canonical may have a version and a fragment after it. Cases are alike in a
// UUID's URN (RFC 4122 section 3).
bool is_urn(std::string_view text, model::Primitive type) {
  if (!text.starts_with("urn:") || type < model::Primitive::uri) return true;
  if (type == model::Primitive::canonical) text = text.substr(0, text.find_first_of("|#"));
  std::string lower(text.substr(0, std::string_view("urn:uuid:").size() + 37));
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  if (text.starts_with("urn:uuid:")) return model::matches(model::Primitive::uuid, lower);
  return !text.starts_with("urn:oid:") || model::matches(model::Primitive::oid, text);
}

}  // namespace

void Walk::primitive(NodeId node, TypeId type) {
  if (!tree_.has_value(node)) {
    if (!has_content(node)) error(node, "invariant", "ele-1: must have a value or children");
    return;
  }
  if (!model::matches(definitions_.primitive(type), tree_.text(node)))
    error(node, "value", "is not a valid " + std::string(definitions_.type_name(type)));
  if (!is_urn(tree_.text(node), definitions_.primitive(type)))
    error(node, "value", "is not a valid URN of its kind");
  constexpr std::size_t most = 1'048'576;  // R4 datatypes.html#string
  const auto& common = definitions_.common();
  const auto size = tree_.text(node).size();
  if (size > most && type != common.base64_binary && type != common.xhtml)
    error(node, "value", "is longer than a megabyte");
  if (!options_.markup_in_text) text_of(node, type);
  if (!options_.example_urls && definitions_.primitive(type) == model::Primitive::url &&
      tree_.text(node).find("example.org") != std::string_view::npos)
    error(node, "value", "leads to a place for examples");
}

// Whether it looks like the start of a tag: "<b>", "</a", "<script". "<5" and "a < b" do not.
void Walk::text_of(NodeId node, TypeId type) {
  const auto& common = definitions_.common();
  if (type != common.string && type != common.markdown) return;
  const auto text = tree_.text(node);
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
    if ((letter || next == '/' || next == '!') && text.find('>', at) != std::string_view::npos)
      return error(node, "invalid", "holds what looks like an HTML tag");
  }
}

// A unit of UCUM is one that its grammar takes (R4 datatypes.html#quantity).
void Walk::unit(NodeId quantity) {
  const NodeId system = tree_.child(quantity, words_.system);
  const NodeId code = tree_.child(quantity, words_.code);
  if (system == no_node || code == no_node || !tree_.has_value(code)) return;
  if (terminology::well_formed(tree_.text(system), tree_.text(code)) == false)
    error(code, "code-invalid", "is not a code of its system");
}

// A relative system says nothing to whoever does not know what it is relative to. R4 does not
// forbid it in words.
void Walk::system(NodeId node) {
  const NodeId system = tree_.child(node, words_.system);
  if (system == no_node || !tree_.has_value(system)) return;
  if (tree_.text(system).find(':') == std::string_view::npos)
    report(system, Severity::warning, "value", "a system is to be an absolute URI");
}

// An attachment's size is that of its data (R4 datatypes.html#Attachment).
void Walk::attachment(NodeId node) {
  const NodeId data = tree_.child(node, words_.data);
  const NodeId size = tree_.child(node, words_.size);
  if (data == no_node || size == no_node || !tree_.has_value(data)) return;
  std::size_t characters = 0;
  for (const char c : tree_.text(data)) characters += !is_space(c) && c != '=';
  if (std::to_string(characters * 3 / 4) != tree_.text(size))
    error(node, "structure", "the size stated is not that of the data");
}

}  // namespace fingerpost::profile
