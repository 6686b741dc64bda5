#include "wire/xml.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::wire {
namespace {

using Kind = XmlToken::Kind;

bool is_name_start(char c) {
  return is_letter(c) || c == '_';
}

}  // namespace

void write_xml_text(std::string& out, std::string_view text) {
  std::size_t from = 0;
  const auto replace = [&](std::size_t at, std::size_t bytes, std::string_view by) {
    out.append(text, from, at - from);
    out += by;
    from = at + bytes;
  };
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x40 && c != 0xEF) continue;
    if (c == '&') replace(i, 1, "&amp;");
    if (c == '<') replace(i, 1, "&lt;");
    if (c == '>') replace(i, 1, "&gt;");
    if (c == '"') replace(i, 1, "&quot;");
    if (c == '\n') replace(i, 1, "&#10;");
    if (c == '\r') replace(i, 1, "&#13;");
    if (c == '\t') replace(i, 1, "&#9;");
    if (c < 0x20 && c != '\n' && c != '\r' && c != '\t') replace(i, 1, replacement);
    if (const auto three = text.substr(i, 3); three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF")
      replace(i, 3, replacement);
  }
  out.append(text, from);
}

bool is_xml_name(std::string_view text) {
  return !text.empty() && is_name_start(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_name_start(c) || is_digit(c) || c == '-' || c == '.';
         });
}

std::string_view XmlView::operator[](std::string_view attribute) const {
  std::string_view found;
  attributes([&](const XmlToken& name, std::string_view value) {
    if (name.space == 0 && name.view() == attribute) found = value;
  });
  return found;
}

std::string_view XmlView::text() const {
  if (document_ == nullptr) return {};
  auto at = at_ + 1;
  while (kind(at) == Kind::attribute) at += 2;
  return kind(at) == Kind::text ? document_->tokens[at].view() : std::string_view();
}

std::string_view XmlView::source() const {
  if (document_ == nullptr) return {};
  const auto end = document_->tokens[start().after - 1].byte;
  return std::string_view(*document_->source).substr(start().byte, end - start().byte);
}

XmlView XmlView::child(std::string_view name) const {
  XmlView at = first();
  while (at && at.name() != name) at = at.next();
  return at;
}

XmlView XmlView::element_from(std::uint32_t at) const {
  while (at < document_->tokens.size()) {
    switch (kind(at)) {
      case Kind::start:
        return {*document_, at};
      case Kind::attribute:
        at += 2;
        break;
      case Kind::text:
        ++at;
        break;
      default:
        return {};
    }
  }
  return {};
}

}  // namespace fingerpost::wire
