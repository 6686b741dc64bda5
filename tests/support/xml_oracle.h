// Expat as the oracle of our XML reader: what both say of a document.

#pragma once

#include "wire/xml.h"

#include <algorithm>
#include <expat.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace fingerpost::test {

// A document as one line: <space\nlocal attribute=value …>text</>.
class Expat {
 public:
  std::optional<std::string> read(const std::string& text) {
    const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(
        XML_ParserCreateNS("UTF-8", '\n'), XML_ParserFree);
    parser_ = parser.get();
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, start, [](void* data, const char*) {
      self(data).flush();
      self(data).out_ += "</>";
    });
    XML_SetCharacterDataHandler(parser_, [](void* data, const char* part, int size) {
      self(data).text_.append(part, static_cast<std::size_t>(size));
    });
    XML_SetStartDoctypeDeclHandler(parser_,
                                   [](void* data, const char*, const char*, const char*, int) {
                                     XML_StopParser(self(data).parser_, XML_FALSE);
                                   });
    const auto status = XML_Parse(parser_, text.data(), static_cast<int>(text.size()), XML_TRUE);
    return status == XML_STATUS_OK ? std::optional(out_) : std::nullopt;
  }

 private:
  static Expat& self(void* data) { return *static_cast<Expat*>(data); }
  static void start(void* data, const char* name, const char** attributes) {
    self(data).flush();
    auto& out = self(data).out_;
    out += "<" + std::string(name);
    for (const char** at = attributes; *at != nullptr; at += 2)
      out += " " + std::string(at[0]) + "=" + at[1];
    out += ">";
  }
  void flush() {
    if (text_.find_first_not_of(" \t\r\n") != std::string::npos) out_ += text_;
    text_.clear();
  }

  XML_Parser parser_ = nullptr;
  std::string out_, text_;
};

// Ours, in the same form.
inline std::optional<std::string> read_by_us(const std::string& text) {
  Limits limits;  // Expat has none
  limits.depth = 1 << 20;
  const auto document = wire::parse_xml(text, limits);
  if (!document) return {};
  std::string out;
  bool open = false;
  const auto close = [&] {
    if (std::exchange(open, false)) out += ">";
  };
  for (const auto& token : document->tokens) {
    const auto& space = document->spaces[token.space];
    const std::string name = (space.empty() ? "" : space + "\n") + std::string(token.view());
    switch (token.kind) {
      case wire::XmlToken::Kind::start:
        close();
        out += "<" + name;
        open = true;
        break;
      case wire::XmlToken::Kind::attribute:
        out += " " + name + "=";
        break;
      case wire::XmlToken::Kind::value:
        out += token.view();
        break;
      case wire::XmlToken::Kind::text:
        close();
        out += token.view();
        break;
      case wire::XmlToken::Kind::end:
        close();
        out += "</>";
    }
  }
  return out;
}

// Where Expat takes what the standards do not: versions other than 1.N, colons in the targets of
// processing instructions (Namespaces 1.0, section 7).
inline bool is_lax(const std::string& text) {
  const auto decl = text.substr(0, std::min(text.size(), text.find("?>")));
  if (decl.starts_with("<?xml") && decl.find("\"1.0\"") == std::string::npos) return true;
  for (auto at = text.find("<?"); at != std::string::npos; at = text.find("<?", at + 1)) {
    const auto target = text.substr(at, text.find_first_of(" \t\r\n?", at + 2) - at);
    if (target.find(':') != std::string::npos) return true;
  }
  return false;
}

}  // namespace fingerpost::test
