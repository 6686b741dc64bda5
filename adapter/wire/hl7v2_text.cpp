#include "wire/hl7v2_text.h"

#include "base/text.h"
#include "wire/byte_order_mark.h"
#include "wire/windows_1252.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace fingerpost::wire {

namespace {

struct CharsetName {
  std::string_view name;
  Charset charset;
};
// Table 0211, and names seen in its place. The first name of a charset is the one written.
constexpr CharsetName charset_names[] = {
    {"", Charset::ascii},
    {"ASCII", Charset::ascii},
    {"UNICODE UTF-8", Charset::utf8},
    {"UTF-8", Charset::utf8},
    {"UTF8", Charset::utf8},
    {"8859/1", Charset::latin1},
    {"ISO-8859-1", Charset::latin1},
    {"ISO8859-1", Charset::latin1},
    {"WINDOWS-1252", Charset::windows_1252},
    {"CP1252", Charset::windows_1252},
};

bool is_ascii(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) { return c < 0; });
}

bool has_c1(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 && byte < 0xA0;
  });
}

char32_t to_unicode(unsigned char byte, Charset charset) {
  return charset == Charset::windows_1252 ? windows_1252_to_unicode(byte) : byte;
}

std::string single_byte_to_utf8(std::string_view bytes, Charset charset) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) append_utf8(text, to_unicode(static_cast<unsigned char>(c), charset));
  return text;
}

std::string_view msh_18(std::string_view message) {
  const auto by = read_delimiters(message);
  if (!by) return {};
  return nth(field(message.substr(0, line_end(message)), *by, 18), by->repetition, 1);
}

// What undeclared bytes are.
Charset guess(std::string_view bytes, Charset fallback) {
  if (is_ascii(bytes)) return Charset::ascii;
  if (is_utf8(bytes)) return Charset::utf8;
  return fallback == Charset::ascii || fallback == Charset::utf8 ? Charset::windows_1252 : fallback;
}

std::optional<unsigned char> to_byte(char32_t c, Charset charset) {
  if (c < 0x80) return static_cast<unsigned char>(c);
  if (charset == Charset::windows_1252) {
    const auto found = std::find(windows_1252_high.begin(), windows_1252_high.end(), c);
    if (found != windows_1252_high.end())
      return static_cast<unsigned char>(0x80 + (found - windows_1252_high.begin()));
  }
  if (charset != Charset::ascii && c >= 0x80 && c <= 0xFF) return static_cast<unsigned char>(c);
  return std::nullopt;
}

// Takes one character off valid UTF-8.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = size == 1 ? lead : lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size && i < text.size(); ++i)
    c = c << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  text.remove_prefix(std::min(size, text.size()));
  return c;
}

}  // namespace

Result<Charset> read_charset(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  for (const auto& row : charset_names)
    if (equal_ignoring_case(text, row.name)) return row.charset;
  return Error{Kind::unsupported,
               "the message's charset is not one of ASCII, UNICODE UTF-8, 8859/1, windows-1252",
               "MSH-18"};
}

std::string_view charset_name(Charset charset) {
  for (const auto& row : charset_names)
    if (row.charset == charset) return row.name;
  return {};
}

Result<DecodedMessage> decode_message(std::string bytes, Charset fallback, Issues& issues) {
  if (bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE"))
    return Error{Kind::unsupported, "UTF-16 and UTF-32 cannot be framed", "MSH-18"};
  if (bytes.find('\0') != std::string::npos)
    return Error{Kind::invalid, "the message holds the character NUL", "MSH"};
  const bool marked = bytes.starts_with(byte_order_mark);
  if (marked) bytes.erase(0, byte_order_mark.size());
  LET(auto charset, marked ? Result<Charset>(Charset::utf8) : read_charset(msh_18(bytes)));
  if (charset == Charset::ascii && !is_ascii(bytes)) {
    charset = guess(bytes, fallback);
    issues.push_back({Severity::warning, "value", "MSH-18",
                      charset == Charset::utf8
                          ? "the message declares no charset for its text; it was read as UTF-8"
                          : "the message declares no charset for its text; it was read as a "
                            "single-byte one"});
  }
  if (charset == Charset::utf8) {
    if (!is_utf8(bytes))
      return Error{Kind::invalid, "the message is not the UTF-8 it declares", "MSH-18"};
    return DecodedMessage{std::move(bytes), charset};
  }
  if (charset == Charset::latin1 && has_c1(bytes)) {
    charset = Charset::windows_1252;
    issues.push_back({Severity::warning, "value", "MSH-18",
                      "the message is not the 8859/1 it declares; it was read as windows-1252"});
  }
  if (is_ascii(bytes)) return DecodedMessage{std::move(bytes), charset};
  return DecodedMessage{single_byte_to_utf8(bytes, charset), charset};
}

EncodedMessage encode_message(std::string_view utf8, Charset charset) {
  if (charset == Charset::utf8 || is_ascii(utf8)) return {std::string(utf8), 0};
  EncodedMessage out;
  out.bytes.reserve(utf8.size());
  while (!utf8.empty()) {
    const auto byte = to_byte(take_character(utf8), charset);
    out.bytes += byte ? static_cast<char>(*byte) : '?';
    if (!byte) ++out.lost;
  }
  return out;
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// A character FHIR allows in a string (R4 datatypes.html#string).
bool is_legal(char32_t c) {
  return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

// \Xhhhh..\: bytes of the charset.
bool unescape_bytes(std::string_view digits, Charset charset, std::string& out) {
  if (digits.empty() || digits.size() % 2 != 0) return false;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    const auto byte = static_cast<char>(high * 16 + low);
    if (byte == 0 && i + 2 < digits.size()) continue;  // 16-bit forms as \X000D000A\ are seen
    if (!is_legal(static_cast<unsigned char>(byte))) return false;
    bytes += byte;
  }
  if (charset != Charset::utf8 && charset != Charset::ascii) {
    out += single_byte_to_utf8(bytes, charset);
    return true;
  }
  if (!is_utf8(bytes)) return false;
  out += bytes;
  return true;
}

// \.br\ and its kin, v2.5.1 section 2.7.6. A count may follow: "sp2", "sk 3".
bool unescape_format(std::string_view command, std::string& out) {
  const auto name = command.substr(0, 2);
  auto rest = command.substr(std::min<std::size_t>(2, command.size()));
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '+')) rest.remove_prefix(1);
  std::size_t count = 0;
  for (const char c : rest) {
    if (c != '-' && !is_digit(c)) return false;
    if (c != '-') count = std::min<std::size_t>(count * 10 + static_cast<std::size_t>(c - '0'), 80);
  }
  count = std::max<std::size_t>(count, 1);
  if (name == "br" || name == "ce") out += '\n';
  if (name == "sp") out.append(count, '\n');
  if (name == "sk") out.append(count, ' ');
  for (const std::string_view known : {"br", "ce", "sp", "sk", "fi", "nf", "in", "ti"})
    if (name == known) return true;
  return false;
}

bool unescape_one(std::string_view body, const Delimiters& by, Charset charset, std::string& out) {
  if (body.size() == 1) {
    const std::string_view letters = "FSTREPHN";
    const char values[] = {by.field,      by.component, by.subcomponent,
                           by.repetition, by.escape,    by.truncation,
                           '\0',          '\0'};
    const auto found = letters.find(body[0]);
    if (found == std::string_view::npos) return false;
    if (body[0] == 'P' && by.truncation == '\0') out += '#';
    if (values[found] != '\0') out += values[found];
    return true;
  }
  if (body.starts_with('X')) return unescape_bytes(body.substr(1), charset, out);
  if (body.starts_with('.')) return unescape_format(body.substr(1), out);
  return false;
}

}  // namespace

bool unescape(std::string_view leaf, const Delimiters& by, Charset charset, std::string& out) {
  bool clean = true;
  while (!leaf.empty()) {
    const auto start = by.escape == '\0' ? std::string_view::npos : leaf.find(by.escape);
    out += leaf.substr(0, start);
    if (start == std::string_view::npos) break;
    const auto end = leaf.find(by.escape, start + 1);
    const bool whole = end != std::string_view::npos;
    if (whole && unescape_one(leaf.substr(start + 1, end - start - 1), by, charset, out)) {
      leaf.remove_prefix(end + 1);
      continue;
    }
    clean = false;
    out += by.escape;
    leaf.remove_prefix(start + 1);
  }
  return clean;
}

namespace {

// The letter of the escape for a delimiter; '\0' when the character is none.
char escape_letter(char c, const Delimiters& by) {
  if (c == '\0') return '\0';
  if (c == by.field) return 'F';
  if (c == by.component) return 'S';
  if (c == by.subcomponent) return 'T';
  if (c == by.repetition) return 'R';
  if (c == by.escape) return 'E';
  return c == by.truncation ? 'P' : '\0';
}

}  // namespace

void escape(std::string_view text, const Delimiters& by, std::string& out) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  const char mark = by.escape;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    const char letter = escape_letter(c, by);
    if (letter == '\0' && byte >= 0x20) {
      out += c;
    } else if (mark == '\0') {
      out += ' ';  // the sender declared no escape character
    } else if (letter != '\0') {
      out += {mark, letter, mark};
    } else if (c == '\n' || (c == '\r' && text.substr(i + 1).starts_with('\n'))) {
      out += {mark, '.', 'b', 'r', mark};
      if (c == '\r') ++i;
    } else {
      out += {mark, 'X', hex[byte >> 4], hex[byte & 15u], mark};
    }
  }
}

}  // namespace fingerpost::wire
