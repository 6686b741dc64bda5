// XML 1.0 (fifth edition) with Namespaces 1.0. Sections in the comments are XML's.

#include "base/text.h"
#include "wire/xml.h"
#include "wire/xml_names.h"

#include <algorithm>
#include <utility>

namespace fingerpost::wire {
namespace {

using Kind = XmlToken::Kind;

constexpr std::string_view xml_space = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xmlns_space = "http://www.w3.org/2000/xmlns/";
constexpr std::string_view white_space = " \t\r\n";
constexpr std::size_t most_declared = 256;

struct Name {
  std::string_view prefix, local;
  bool operator==(const Name&) const = default;
};

struct Attribute {
  Name name;
  std::string_view value;
  std::size_t at = 0;
  std::uint16_t space = 0;
};

// Section 4.6, and character references (4.1): what stands between "&" and ";". Nothing is appended
// and the answer is false when that is no reference.
bool append_reference(std::string& out, std::string_view name) {
  constexpr std::pair<std::string_view, char> entities[] = {
      {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [entity, character] : entities)
    if (name == entity) return out += character, true;
  const bool hex = name.starts_with("#x");
  const auto digits = name.substr(std::min<std::size_t>(name.size(), hex ? 2 : 1));
  if (!name.starts_with('#') || digits.empty()) return false;
  char32_t code = 0;
  for (const char c : digits) {
    const char low = to_lower(c);
    if (!is_digit(c) && !(hex && low >= 'a' && low <= 'f')) return false;
    const auto digit = static_cast<char32_t>(is_digit(c) ? c - '0' : low - 'a' + 10);
    code = code * (hex ? 16 : 10) + digit;
    if (code > 0x10FFFF) return false;
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
  if (surrogate || control || code == 0xFFFE || code == 0xFFFF) return false;
  append_utf8(out, code);
  return true;
}

class Reader {
 public:
  Reader(XmlDocument& document, std::string& texts, const Limits& limits)
      : document_(document), source_(*document.source), texts_(texts), limits_(limits) {
    document_.spaces = {"", std::string(xml_space)};
    declared_ = {{"", 0, 0}, {"xml", 1, 0}};
  }

  // False when refused; error() then says why.
  bool read() {
    if (source_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (rest().starts_with("<?xml") && rest().size() > 5 && is_space(rest()[5]) && !declaration())
      return false;
    if (!outside()) return false;
    if (at_ == source_.size()) return refuse("no element is there");
    if (source_[at_] != '<') return refuse("text stands outside the root element");
    if (!start_tag()) return false;
    while (!open_.empty())
      if (!content()) return false;
    if (!outside()) return false;
    return at_ == source_.size() || refuse("something stands after the root element");
  }

  Error error() const {
    const auto before = source_.substr(0, refused_at_);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto from = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto column = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(from),
                                      before.end(), [](char c) { return (c & 0xC0) != 0x80; });
    return {fingerpost::Kind::invalid, refusal_,
            "line " + std::to_string(line) + ", column " + std::to_string(column + 1)};
  }

  bool refuse_at(std::size_t at, const char* why) {
    refusal_ = why;
    refused_at_ = at;
    return false;
  }

 private:
  enum class Within { text, cdata, attribute };
  struct Declared {
    std::string_view prefix;
    std::uint16_t space;
    std::size_t depth;  // of the element it stands on
  };
  struct Open {
    std::uint32_t token;
    Name name;
  };

  bool refuse(const char* why) { return refuse_at(at_, why); }
  std::string_view rest() const { return source_.substr(at_); }
  bool next_is(char c) const { return at_ < source_.size() && source_[at_] == c; }
  bool take(std::string_view text) {
    if (!rest().starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  bool take_space() {
    const auto from = at_;
    while (at_ < source_.size() && is_space(source_[at_])) ++at_;
    return at_ != from;
  }
  // What stands before `end`, which is passed.
  bool take_until(std::string_view end, std::string_view& text) {
    const auto found = source_.find(end, at_);
    if (found == std::string_view::npos) return refuse("this is never ended");
    text = source_.substr(at_, found - at_);
    at_ = found + end.size();
    return true;
  }

  bool read_name(Name& name) {
    auto size = name_size(rest());
    name.prefix = {};
    if (size != 0 && at_ + size < source_.size() && source_[at_ + size] == ':') {
      name.prefix = source_.substr(at_, size);
      at_ += size + 1;
      size = name_size(rest());
    }
    if (size == 0) return refuse("a name must stand here");
    name.local = source_.substr(at_, size);
    at_ += size;
    return true;
  }

  // Section 2.8: version, encoding and standalone, in this order. The encoding's name is not
  // obeyed.
  bool declaration() {
    at_ += 5;
    const auto part = [&](std::string_view name, std::string_view otherwise) {
      const auto from = at_;
      std::string_view value;
      if (take_space() && take(name)) return read_literal(value) ? value : std::string_view();
      at_ = from;
      return otherwise;
    };
    const auto version = part("version", "");
    const auto encoding = part("encoding", "UTF-8");
    const auto alone = part("standalone", "no");
    take_space();
    const bool right = version.starts_with("1.") && version.size() > 2 &&
                       std::all_of(version.begin() + 2, version.end(), is_digit) &&
                       !encoding.empty() && is_letter(encoding[0]) && is_xml_name(encoding) &&
                       (alone == "yes" || alone == "no");
    return (right && take("?>")) || refuse("the XML declaration is malformed");
  }

  // Section 3.3.1 Eq, and the quoted text after it, as written.
  bool read_literal(std::string_view& value) {
    take_space();
    if (!take("=")) return refuse("an attribute has no \"=\"");
    take_space();
    if (!next_is('"') && !next_is('\'')) return refuse("an attribute's value is not in quotes");
    const char quote = source_[at_++];
    return take_until({&quote, 1}, value);
  }

  // Comments, processing instructions and white space.
  bool outside() {
    for (;;) {
      take_space();
      if (!next_is('<') || (!rest().starts_with("<?") && !rest().starts_with("<!"))) return true;
      if (!aside()) return false;
    }
  }

  // Sections 2.5, 2.6, 2.8: a comment, a processing instruction; a DOCTYPE is refused.
  bool aside() {
    const auto from = at_;
    std::string_view text;
    if (take("<!--")) {
      if (!take_until("--", text)) return false;
      return take(">") || refuse("a comment holds \"--\"");
    }
    if (!take("<?"))
      return refuse(rest().starts_with("<!DOCTYPE") ? "a DOCTYPE is not taken"
                                                    : "no markup begins so");
    const auto size = name_size(rest());
    const auto target = rest().substr(0, size);
    if (size == 0 || equal_ignoring_case(target, "xml"))
      return refuse_at(from, "a processing instruction has no such name");
    at_ += size;
    if (!rest().starts_with("?>") && !take_space())
      return refuse("a processing instruction is malformed");
    return take_until("?>", text);
  }

  bool content() {
    const auto lt = std::min(source_.find('<', at_), source_.size());
    if (!characters(source_.substr(at_, lt - at_))) return false;
    at_ = lt;
    if (lt == source_.size()) return refuse("an element is never ended");
    const char second = lt + 1 < source_.size() ? source_[lt + 1] : '\0';
    if (second == '/') return end_text() && end_tag();
    if (second != '!' && second != '?') return end_text() && start_tag();
    if (!take("<![CDATA[")) return aside();
    std::string_view text;
    return take_until("]]>", text) && add_text(text, Within::cdata);
  }

  // Section 2.4.
  bool characters(std::string_view text) {
    const auto end = text.find("]]>");
    if (end != std::string_view::npos) return refuse_at(at_ + end, "a text holds \"]]>\"");
    return add_text(text, Within::text);
  }

  // A text that comments or CDATA sections divide is one: from its second piece on in texts_.
  bool add_text(std::string_view piece, Within within) {
    const bool plain = piece.find('\r') == std::string_view::npos &&
                       (within == Within::cdata || piece.find('&') == std::string_view::npos);
    if (plain && text_.empty()) return text_ = piece, true;
    if (!copied_) {
      text_from_ = texts_.size();
      texts_ += text_;
      copied_ = true;
    }
    if (plain) texts_ += piece;
    if (!plain && !decode(piece, within)) return false;
    text_ = std::string_view(texts_).substr(text_from_);
    return true;
  }

  // White space alone is layout.
  bool end_text() {
    const auto text = std::exchange(text_, {});
    copied_ = false;
    return text.find_first_not_of(white_space) == std::string_view::npos || add(Kind::text, text);
  }

  // Sections 2.11, 3.3.3 and 4.1: line ends become one, references what they stand for, and white
  // space in an attribute blanks. Appended to texts_, which never moves: it holds no more than the
  // source.
  bool decode(std::string_view text, Within within) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '&' && within != Within::cdata) {
        const auto end = text.find(';', i);
        if (end == std::string_view::npos ||
            !append_reference(texts_, text.substr(i + 1, end - i - 1)))
          return refuse_at(place_of(text) + i, "a reference to no character that is known");
        i = end;
        continue;
      }
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
      const char plain = c == '\r' ? '\n' : c;
      texts_ += within == Within::attribute && is_space(plain) ? ' ' : plain;
    }
    return true;
  }

  // Section 3.1.
  bool start_tag() {
    const auto from = at_++;
    if (static_cast<int>(open_.size()) >= limits_.depth)
      return refuse_at(from, "nested deeper than the limit depth");
    Open opened;
    opened.token = static_cast<std::uint32_t>(document_.tokens.size());
    if (!read_name(opened.name)) return false;
    attributes_.clear();
    for (bool space = take_space(); !next_is('>') && !next_is('/'); space = take_space()) {
      if (!space) return refuse("white space, or the end of the tag, must stand here");
      if (!read_attribute()) return false;
    }
    const bool empty = take("/");
    if (!take(">")) return refuse("the end of the tag must stand here");
    open_.push_back(opened);
    if (!declare() || !add_start(from) || !add_attributes()) return false;
    return !empty || close();
  }

  bool read_attribute() {
    auto& attribute = attributes_.emplace_back();
    attribute.at = at_;
    std::string_view raw;
    if (!read_name(attribute.name) || !read_literal(raw)) return false;
    const auto lt = raw.find('<');
    if (lt != std::string_view::npos)
      return refuse_at(place_of(raw) + lt, "a value of an attribute holds \"<\"");
    attribute.value = raw;
    const bool plain = std::none_of(raw.begin(), raw.end(), [](char c) {
      return c == '&' || c == '\t' || c == '\n' || c == '\r';
    });
    if (plain) return true;
    const auto start = texts_.size();
    if (!decode(raw, Within::attribute)) return false;
    attribute.value = std::string_view(texts_).substr(start);
    return true;
  }

  static bool is_declaration(const Name& name) {
    return name.prefix == "xmlns" || (name.prefix.empty() && name.local == "xmlns");
  }

  // Namespaces 1.0, section 3.
  bool declare() {
    for (const auto& [name, value, at, unused] : attributes_) {
      if (!is_declaration(name)) continue;
      const auto prefix = name.prefix.empty() ? std::string_view() : name.local;
      const bool reserved =
          prefix == "xmlns" || value == xmlns_space || (prefix == "xml") != (value == xml_space);
      if (reserved || (!prefix.empty() && value.empty()))
        return refuse_at(at, "this prefix cannot be declared so");
      const auto found = std::find(document_.spaces.begin(), document_.spaces.end(), value);
      const auto space = static_cast<std::uint16_t>(found - document_.spaces.begin());
      if (found == document_.spaces.end()) document_.spaces.emplace_back(value);
      if (document_.spaces.size() > most_declared || declared_.size() > most_declared)
        return refuse_at(at, "too many namespaces");
      declared_.push_back({prefix, space, open_.size()});
    }
    return true;
  }

  bool find_space(std::string_view prefix, std::size_t at, std::uint16_t& space) {
    const auto found = std::find_if(declared_.rbegin(), declared_.rend(),
                                    [&](const Declared& one) { return one.prefix == prefix; });
    if (found == declared_.rend()) return refuse_at(at, "a prefix is not declared");
    space = found->space;
    return true;
  }

  bool add_start(std::size_t from) {
    const auto name = open_.back().name;
    if (!add(Kind::start, name.local)) return false;
    auto& token = document_.tokens.back();
    token.byte = static_cast<std::uint32_t>(from);
    token.prefixed = !name.prefix.empty();
    return find_space(name.prefix, from, token.space);
  }

  bool add_attributes() {
    for (auto& attribute : attributes_) {
      const auto& name = attribute.name;
      auto& start = document_.tokens[open_.back().token];
      start.declares |= name == Name{"", "xmlns"};
      start.prefixed |= !name.prefix.empty() && !is_declaration(name) && name.prefix != "xml";
      attribute.space = 0;  // without a prefix in none, not in the default
      if (is_declaration(name)) {
        attribute.space = 0xFFFF;
        continue;
      }
      if (!name.prefix.empty() && !find_space(name.prefix, attribute.at, attribute.space))
        return false;
      if (!add(Kind::attribute, name.local)) return false;
      document_.tokens.back().space = attribute.space;
      if (!add(Kind::value, attribute.value)) return false;
    }
    return attributes_.size() < 2 || are_unique();
  }

  // Of two with one name the later is told.
  bool are_unique() {
    const auto key = [](const Attribute& one) { return std::pair(one.space, one.name.local); };
    std::sort(attributes_.begin(), attributes_.end(), [&](const auto& a, const auto& b) {
      return std::pair(key(a), a.at) < std::pair(key(b), b.at);
    });
    const auto twice =
        std::adjacent_find(attributes_.begin(), attributes_.end(),
                           [&](const auto& a, const auto& b) { return key(a) == key(b); });
    return twice == attributes_.end() || refuse_at((twice + 1)->at, "an attribute stands twice");
  }

  bool end_tag() {
    at_ += 2;
    const auto from = at_;
    Name name;
    if (!read_name(name)) return false;
    if (!(name == open_.back().name))
      return refuse_at(from, "an end tag of another element than the one that is open");
    take_space();
    if (!take(">")) return refuse("the end of the tag must stand here");
    return close();
  }

  bool close() {
    if (!add(Kind::end, "")) return false;
    document_.tokens.back().byte = static_cast<std::uint32_t>(at_);
    auto& done = document_.tokens[open_.back().token];
    done.after = static_cast<std::uint32_t>(document_.tokens.size());
    open_.pop_back();
    if (done.prefixed && !open_.empty()) document_.tokens[open_.back().token].prefixed = true;
    while (declared_.back().depth > open_.size()) declared_.pop_back();
    return true;
  }

  bool add(Kind kind, std::string_view text) {
    if (document_.tokens.size() >= limits_.nodes) return refuse("more values than the limit nodes");
    if (text.size() > limits_.string_bytes) return refuse("a text is over the limit string_bytes");
    auto& token = document_.tokens.emplace_back();
    if (!text.empty()) token.text = text.data();
    token.size = static_cast<std::uint32_t>(text.size());
    token.kind = kind;
    return true;
  }

  std::size_t place_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - source_.data());
  }

  XmlDocument& document_;
  std::string_view source_;
  std::string& texts_;
  const Limits& limits_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::vector<Declared> declared_;     // innermost last
  std::vector<Attribute> attributes_;  // of the element that is read
  std::string_view text_;              // that stands before the next tag
  std::size_t text_from_ = 0;          // in texts_, when it is copied there
  bool copied_ = false;
  const char* refusal_ = nullptr;
  std::size_t refused_at_ = 0;
};

}  // namespace

Result<XmlDocument> parse_xml(std::string source, const Limits& limits) {
  if (source.size() > limits.body_bytes || source.size() > 0x7fff'0000)
    return Error{fingerpost::Kind::invalid, "the document is over the limit body_bytes", ""};
  if (!is_utf8(source) || source.find('\0') != std::string::npos)
    return Error{fingerpost::Kind::invalid, "the document is not UTF-8", ""};
  XmlDocument document;
  document.source = std::make_shared<const std::string>(std::move(source));
  const auto texts = std::make_shared<std::string>();
  texts->reserve(document.source->size());
  document.texts = texts;
  document.tokens.reserve(document.source->size() / 24 + 4);
  Reader reader(document, *texts, limits);
  const auto refused = refused_character(*document.source);
  const bool read = refused == std::string::npos
                        ? reader.read()
                        : reader.refuse_at(refused, "a character that XML does not allow");
  if (!read) return reader.error();
  return document;
}

}  // namespace fingerpost::wire
