#include "profile/active_link.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace fingerpost::profile {
namespace {

constexpr std::array<std::string_view, 6> schemes{
    "javascript:", "jscript:", "livescript:", "mhtml:", "mocha:", "vbscript:"};

// Of the media type of a data: link: documents that may hold scripts, and scripts.
constexpr std::array<std::string_view, 11> documents{
    "html",    "/xml", "+xml",     "/xsl",     "javascript", "ecmascript",
    "jscript", "svg",  "vbscript", "message/", "multipart/"};

constexpr std::array<std::string_view, 3> running{"-moz-binding", "behavior:", "@import"};
constexpr std::array<std::string_view, 4> fetching{"url", "image", "image-set", "src"};

// What HTML calls the characters of ASCII that count in links and styles.
constexpr std::pair<std::string_view, char> named[] = {
    {"Tab", '\t'},   {"NewLine", '\n'}, {"colon", ':'},  {"lpar", '('},  {"sol", '/'},
    {"bsol", '\\'},  {"commat", '@'},   {"amp", '&'},    {"lt", '<'},    {"gt", '>'},
    {"quot", '"'},   {"apos", '\''},    {"comma", ','},  {"semi", ';'},  {"plus", '+'},
    {"period", '.'}, {"ast", '*'},      {"hyphen", '-'}, {"lowbar", '_'}};

constexpr char beyond_ascii = '\x80';

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char of_number(unsigned value) {
  return value < 128 ? static_cast<char>(value) : beyond_ascii;
}

// A number at the text's front, which is taken off; as large as it may be, it says what it means.
unsigned take_number(std::string_view& text, unsigned base, std::size_t longest) {
  unsigned value = 0;
  for (; !text.empty() && longest > 0; --longest, text.remove_prefix(1)) {
    const int digit = hex_digit(text.front());
    if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
    value = std::min(value * base + static_cast<unsigned>(digit), 0x110000u);
  }
  return value;
}

// The character at the text's front, references resolved (their semicolon may be missing, as HTML
// has it), which is taken off.
char take_character(std::string_view& text) {
  const char c = text.front();
  text.remove_prefix(1);
  if (c != '&' || text.empty()) return c;
  if (text.front() != '#') {
    for (const auto& [name, character] : named) {
      if (!text.starts_with(name)) continue;
      if (text.substr(name.size()).starts_with(';')) {
        text.remove_prefix(name.size() + 1);
        return character;
      }
    }
    return c;
  }
  auto digits = text.substr(1);
  const bool hex = digits.starts_with('x') || digits.starts_with('X');
  if (hex) digits.remove_prefix(1);
  const auto before = digits.size();
  const unsigned value = take_number(digits, hex ? 16 : 10, before);
  if (digits.size() == before) return c;
  text = digits;
  if (text.starts_with(';')) text.remove_prefix(1);
  return of_number(value);
}

// The first characters of a link.
std::string plain_of(std::string_view text, std::size_t longest) {
  std::string plain;
  while (!text.empty() && plain.size() < longest) {
    const char c = take_character(text);
    if (static_cast<unsigned char>(c) > ' ') plain += to_lower(c);
  }
  return plain;
}

bool starts_active(std::string_view plain) {
  if (std::any_of(schemes.begin(), schemes.end(),
                  [&](std::string_view scheme) { return plain.starts_with(scheme); }))
    return true;
  constexpr std::string_view data = "data:";
  if (!plain.starts_with(data)) return false;
  plain.remove_prefix(data.size());
  const auto type = plain.substr(0, plain.find_first_of(",;"));
  return std::any_of(documents.begin(), documents.end(), [&](std::string_view document) {
    return type.find(document) != std::string_view::npos;
  });
}

// A style with its escapes resolved and without blanks; without its comments, too, or with them, as
// they are none within an address.
std::string plain_style(std::string_view resolved, bool comments) {
  std::string plain;
  plain.reserve(resolved.size());
  for (auto left = resolved; !left.empty();) {
    if (!comments && left.starts_with("/*")) {
      const auto end = left.find("*/", 2);
      if (end == std::string_view::npos) break;
      left.remove_prefix(end + 2);
      continue;
    }
    char c = left.front();
    left.remove_prefix(1);
    if (c == '\\' && !left.empty()) {
      if (hex_digit(left.front()) >= 0) {
        c = of_number(take_number(left, 16, 6));
        if (!left.empty() && is_space(left.front())) left.remove_prefix(1);
      } else {
        c = left.front();
        left.remove_prefix(1);
      }
    }
    if (static_cast<unsigned char>(c) > ' ') plain += to_lower(c);
  }
  return plain;
}

bool is_elsewhere(std::string_view address) {
  while (!address.empty() && (address.front() == '"' || address.front() == '\''))
    address.remove_prefix(1);
  if (address.starts_with("data:image/")) return starts_active(address);
  if (address.starts_with("//") || address.starts_with("\\\\")) return true;
  address = address.substr(0, 32);  // no scheme is longer
  const auto end = address.find_first_of(":/?#)\"'");
  return end != std::string_view::npos && address[end] == ':';
}

bool is_active_plain(std::string_view style) {
  for (auto at = style.find('('); at != std::string_view::npos; at = style.find('(', at + 1)) {
    const auto before = style.substr(0, at);
    if (before.ends_with("expression")) return true;
    if (std::any_of(fetching.begin(), fetching.end(),
                    [&](std::string_view function) { return before.ends_with(function); }) &&
        is_elsewhere(style.substr(at + 1)))
      return true;
  }
  return std::any_of(running.begin(), running.end(), [&](std::string_view what) {
    return style.find(what) != std::string_view::npos;
  });
}

}  // namespace

bool is_active_link(std::string_view link) {
  // No scheme, no script: what a colon or a reference to one is not in is relative. And most links
  // begin as none of the schemes asked for.
  const auto first = std::find_if(link.begin(), link.end(),
                                  [](char c) { return static_cast<unsigned char>(c) > ' '; });
  if (first == link.end() ||
      std::string_view("&djlmv").find(to_lower(*first)) == std::string::npos ||
      link.find_first_of(":&") == std::string_view::npos)
    return false;
  constexpr std::size_t longest = 96;  // a scheme, or "data:" and a media type
  return starts_active(plain_of(link, longest));
}

bool is_active_style(std::string_view style) {
  if (style.find_first_of("(&\\@") == std::string_view::npos) return false;
  std::string resolved;
  if (style.find('&') != std::string_view::npos) {
    while (!style.empty()) resolved += take_character(style);
    style = resolved;
  }
  return is_active_plain(plain_style(style, true)) ||
         (style.find("/*") != std::string_view::npos && is_active_plain(plain_style(style, false)));
}

}  // namespace fingerpost::profile
