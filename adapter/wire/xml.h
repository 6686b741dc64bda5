// XML text as a flat list of tokens, and XML text written piece by piece. No meaning.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::wire {

struct XmlToken {
  enum class Kind : std::uint8_t { start, attribute, value, text, end };
  const char* text = "";  // start, attribute: local name; value, text: without references
  std::uint32_t size = 0;
  std::uint32_t after = 0;  // start: index of the token after its end
  std::uint32_t byte = 0;   // start: of its "<"; end: after its ">"
  std::uint16_t space = 0;  // start, attribute: in XmlDocument::spaces
  Kind kind = Kind::end;
  bool declares = false;  // start: it has an xmlns="…" of its own
  bool prefixed = false;  // start: its name, or one of an element within, was written a:b

  std::string_view view() const { return {text, size}; }
};

// One document. An element is: start, (attribute, value)*, (element | text)*, end. Text is joined;
// where it is white space alone it is left out, as are comments and processing instructions.
struct XmlDocument {
  std::shared_ptr<const std::string> source;
  std::shared_ptr<const std::string> texts;  // what the tokens view
  std::vector<std::string> spaces;           // namespace names; [0] is "": none
  std::vector<XmlToken> tokens;              // never empty
};

// XML 1.0 with namespaces, UTF-8 only, whatever the declaration says. Refused with Kind::invalid
// and `where` "line N, column N": what is not well formed, a DOCTYPE (and with it every entity but
// the five), an undeclared prefix, depth, node and string limits.
Result<XmlDocument> parse_xml(std::string source, const Limits& limits);

// Appends an attribute's value or a text, escaping what XML demands and what an attribute would
// lose. A character that XML 1.0 cannot hold becomes U+FFFD.
void write_xml_text(std::string& out, std::string_view text);

// Whether the text can name an element without a prefix (ASCII letters, digits, "_", "-", ".").
bool is_xml_name(std::string_view text);

// An element of a document. A view: the document must outlive it. An absent element is an empty
// view, and everything asked of an empty view is empty again.
class XmlView {
 public:
  XmlView() = default;
  explicit XmlView(const XmlDocument& document) : document_(&document) {}

  explicit operator bool() const { return document_ != nullptr; }
  const XmlDocument& document() const { return *document_; }
  std::string_view name() const { return document_ ? start().view() : std::string_view(); }
  std::string_view space() const {
    return document_ ? std::string_view(document_->spaces[start().space]) : std::string_view();
  }
  // Of an attribute without a namespace; "" when it is not there.
  std::string_view operator[](std::string_view attribute) const;
  // The text that stands directly in the element, when it is in one piece.
  std::string_view text() const;
  // The element as it was written.
  std::string_view source() const;
  const XmlToken& start() const { return document_->tokens[at_]; }

  // Calls visit(const XmlToken& name, std::string_view value) for each attribute.
  template <class Visit>
  void attributes(Visit&& visit) const {
    if (document_ == nullptr) return;
    for (auto at = at_ + 1; kind(at) == XmlToken::Kind::attribute; at += 2)
      visit(document_->tokens[at], document_->tokens[at + 1].view());
  }

  // Calls visit(XmlView) for each child element.
  template <class Visit>
  void each(Visit&& visit) const {
    for (XmlView at = first(); at; at = at.next()) visit(at);
  }

  XmlView first() const { return document_ ? element_from(at_ + 1) : XmlView(); }
  XmlView next() const { return document_ ? element_from(start().after) : XmlView(); }
  XmlView child(std::string_view name) const;  // the first of that name

 private:
  XmlView(const XmlDocument& document, std::uint32_t at) : document_(&document), at_(at) {}
  XmlToken::Kind kind(std::uint32_t at) const { return document_->tokens[at].kind; }
  XmlView element_from(std::uint32_t at) const;

  const XmlDocument* document_ = nullptr;
  std::uint32_t at_ = 0;
};

}  // namespace fingerpost::wire
