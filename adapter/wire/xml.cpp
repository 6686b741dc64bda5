#include "wire/xml.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <expat.h>

namespace fingerpost::wire {
namespace {

using Kind = XmlToken::Kind;

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view xml_space = "http://www.w3.org/XML/1998/namespace";

std::string place(XML_Parser parser) {
  return "line " + std::to_string(XML_GetCurrentLineNumber(parser)) + ", column " +
         std::to_string(XML_GetCurrentColumnNumber(parser) + 1);
}

// Collects tokens, resolves prefixes, and stops the parser as soon as a limit is passed.
class Collector {
 public:
  Collector(XML_Parser parser, XmlDocument& document, std::string& texts, const Limits& limits)
      : parser_(parser), document_(document), texts_(texts), limits_(limits) {
    document_.spaces = {"", std::string(xml_space)};
    declared_ = {{"", 0, 0}, {"xml", 1, 0}};
  }

  const char* refusal() const { return refusal_; }
  const std::string& refused_at() const { return refused_at_; }
  void refuse(const char* why) {
    if (refusal_ != nullptr) return;
    refusal_ = why;
    refused_at_ = place(parser_);
    XML_StopParser(parser_, XML_FALSE);
  }

  void start(const char* name, const char** attributes) {
    if (refusal_ != nullptr) return;
    close_text();
    if (static_cast<int>(open_.size()) >= limits_.depth)
      return refuse("nested deeper than the limit depth");
    for (const char** at = attributes; *at != nullptr; at += 2) declare(at[0], at[1]);
    open_.push_back(static_cast<std::uint32_t>(document_.tokens.size()));
    add_name(Kind::start, name);
    if (refusal_ != nullptr) return;
    document_.tokens.back().byte = static_cast<std::uint32_t>(XML_GetCurrentByteIndex(parser_));
    for (const char** at = attributes; *at != nullptr; at += 2) {
      if (is_declaration(at[0])) {
        document_.tokens[open_.back()].declares |= at[0][5] == '\0';
        continue;
      }
      add_name(Kind::attribute, at[0]);
      if (refusal_ != nullptr || !add(Kind::value, at[1])) return;
    }
  }

  void end() {
    if (refusal_ != nullptr) return;
    close_text();
    if (!add(Kind::end, "")) return;
    const auto byte = XML_GetCurrentByteIndex(parser_) + XML_GetCurrentByteCount(parser_);
    document_.tokens.back().byte = static_cast<std::uint32_t>(byte);
    const auto done = open_.back();
    open_.pop_back();
    document_.tokens[done].after = static_cast<std::uint32_t>(document_.tokens.size());
    if (document_.tokens[done].prefixed && !open_.empty())
      document_.tokens[open_.back()].prefixed = true;
    while (declared_.back().depth > open_.size()) declared_.pop_back();
  }

  void text(std::string_view part) {
    if (refusal_ != nullptr) return;
    auto& last = document_.tokens.back();
    if (last.kind != Kind::text || last.text + last.size != texts_.data() + texts_.size()) {
      add(Kind::text, part);
    } else if (last.size + part.size() > limits_.string_bytes) {
      refuse("a text is over the limit string_bytes");
    } else {
      texts_ += part;
      last.size += static_cast<std::uint32_t>(part.size());
    }
  }

 private:
  struct Declared {
    std::string prefix;
    std::uint16_t space;
    std::size_t depth;  // of the element it stands on
  };

  static bool is_declaration(const char* name) {
    return std::strncmp(name, "xmlns", 5) == 0 && (name[5] == '\0' || name[5] == ':');
  }

  void declare(const char* name, const char* uri) {
    if (!is_declaration(name)) return;
    if (declared_.size() > most_declared) return refuse("too many namespaces");
    const auto found = std::find(document_.spaces.begin(), document_.spaces.end(), uri);
    const auto space = static_cast<std::uint16_t>(found - document_.spaces.begin());
    if (found == document_.spaces.end()) {
      if (document_.spaces.size() > most_declared) return refuse("too many namespaces");
      document_.spaces.emplace_back(uri);
    }
    declared_.push_back({name[5] == ':' ? name + 6 : "", space, open_.size() + 1});
  }

  void add_name(Kind kind, std::string_view name) {
    const auto colon = name.find(':');
    const auto prefix =
        colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
    if (!add(kind, colon == std::string_view::npos ? name : name.substr(colon + 1))) return;
    if (kind == Kind::attribute && prefix.empty()) return;  // none, not the default
    const auto found = std::find_if(declared_.rbegin(), declared_.rend(),
                                    [&](const Declared& one) { return one.prefix == prefix; });
    if (found == declared_.rend()) return refuse("a prefix is not declared");
    document_.tokens.back().space = found->space;
    if (!prefix.empty() && found->space != 1) document_.tokens[open_.back()].prefixed = true;
  }

  bool add(Kind kind, std::string_view text) {
    if (document_.tokens.size() >= limits_.nodes) refuse("more values than the limit nodes");
    if (text.size() > limits_.string_bytes) refuse("a text is over the limit string_bytes");
    if (refusal_ != nullptr) return false;
    const auto from = texts_.size();
    texts_ += text;  // never more than the source, so it never moves
    XmlToken token;
    token.text = texts_.data() + from;
    token.size = static_cast<std::uint32_t>(text.size());
    token.kind = kind;
    document_.tokens.push_back(token);
    return true;
  }

  // White space alone is layout.
  void close_text() {
    if (document_.tokens.empty() || document_.tokens.back().kind != Kind::text) return;
    if (document_.tokens.back().view().find_first_not_of(white_space) == std::string_view::npos)
      document_.tokens.pop_back();
  }

  static constexpr std::size_t most_declared = 256;

  XML_Parser parser_;
  XmlDocument& document_;
  std::string& texts_;
  const Limits& limits_;
  std::vector<std::uint32_t> open_;
  std::vector<Declared> declared_;  // innermost last
  const char* refusal_ = nullptr;
  std::string refused_at_;
};

Collector& collector(void* data) {
  return *static_cast<Collector*>(data);
}

void set_handlers(XML_Parser parser, Collector& into) {
  XML_SetUserData(parser, &into);
  XML_SetElementHandler(
      parser,
      [](void* data, const char* name, const char** attributes) {
        collector(data).start(name, attributes);
      },
      [](void* data, const char*) { collector(data).end(); });
  XML_SetCharacterDataHandler(parser, [](void* data, const char* text, int size) {
    collector(data).text({text, static_cast<std::size_t>(size)});
  });
  XML_SetStartDoctypeDeclHandler(parser,
                                 [](void* data, const char*, const char*, const char*, int) {
                                   collector(data).refuse("a DOCTYPE is not taken");
                                 });
}

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

bool is_name_start(char c) {
  return is_letter(c) || c == '_';
}

}  // namespace

Result<XmlDocument> parse_xml(std::string source, const Limits& limits) {
  if (source.size() > limits.body_bytes || source.size() > 0x7fff'0000)
    return Error{fingerpost::Kind::invalid, "the document is over the limit body_bytes", ""};
  // A NUL would make the parser try UTF-16, whatever it is told.
  if (!is_utf8(source) || source.find('\0') != std::string::npos)
    return Error{fingerpost::Kind::invalid, "the document is not UTF-8", ""};
  const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreate("UTF-8"));
  if (!parser) return Error{fingerpost::Kind::fault, "no memory for a parser", ""};
  XmlDocument document;
  auto kept = std::make_shared<std::string>(std::move(source));
  auto texts = std::make_shared<std::string>();
  texts->reserve(kept->size());
  document.tokens.reserve(kept->size() / 24 + 4);
  Collector into(parser.get(), document, *texts, limits);
  set_handlers(parser.get(), into);
  const auto status =
      XML_Parse(parser.get(), kept->data(), static_cast<int>(kept->size()), XML_TRUE);
  if (into.refusal() != nullptr)
    return Error{fingerpost::Kind::invalid, into.refusal(), into.refused_at()};
  if (status != XML_STATUS_OK)
    return Error{fingerpost::Kind::invalid, XML_ErrorString(XML_GetErrorCode(parser.get())),
                 place(parser.get())};
  document.source = std::move(kept);
  document.texts = std::move(texts);
  return document;
}

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
