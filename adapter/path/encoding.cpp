// encode, decode, escape, unescape (FHIRPath 5.6, additional string functions).

#include "base/base64.h"
#include "base/text.h"
#include "path/functions.h"
#include "path/run.h"

#include <array>
#include <optional>
#include <string>

namespace fingerpost::path {
namespace {

// None: the text is not of that form.
using Change = std::optional<std::string> (*)(std::string_view);

std::optional<std::string> encode_base64(std::string_view text) {
  return to_base64(text, Base64::plain);
}
std::optional<std::string> encode_url(std::string_view text) {
  return to_base64(text, Base64::url);
}
std::optional<std::string> decode_base64(std::string_view text) {
  return from_base64(text, Base64::plain);
}
std::optional<std::string> decode_url(std::string_view text) {
  return from_base64(text, Base64::url);
}

std::optional<std::string> encode_hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

std::optional<std::string> decode_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (text.size() % 2 != 0) return {};
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const auto high = digits.find(to_lower(text[at]));
    const auto low = digits.find(to_lower(text[at + 1]));
    if (high == std::string_view::npos || low == std::string_view::npos) return {};
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

struct Escape {
  std::string_view character, escaped;
};
constexpr std::array<Escape, 5> html = {
    {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}}};
constexpr std::array<Escape, 7> json = {{{"\\", "\\\\"},
                                         {"\"", "\\\""},
                                         {"\n", "\\n"},
                                         {"\r", "\\r"},
                                         {"\t", "\\t"},
                                         {"\f", "\\f"},
                                         {"\b", "\\b"}}};

template <const auto& table, std::string_view Escape::*from, std::string_view Escape::*to>
std::optional<std::string> exchange(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 0;
    for (const auto& row : table) {
      if (!text.starts_with(row.*from)) continue;
      out += row.*to;
      taken = (row.*from).size();
      break;
    }
    if (taken == 0) {
      out += text.front();
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  return out;
}

struct Format {
  std::string_view name;
  Change there, back;
};
constexpr std::array<Format, 3> encodings = {{{"hex", encode_hex, decode_hex},
                                              {"base64", encode_base64, decode_base64},
                                              {"urlbase64", encode_url, decode_url}}};
constexpr std::array<Format, 2> escapes = {
    {{"html", exchange<html, &Escape::character, &Escape::escaped>,
      exchange<html, &Escape::escaped, &Escape::character>},
     {"json", exchange<json, &Escape::character, &Escape::escaped>,
      exchange<json, &Escape::escaped, &Escape::character>}}};

template <const auto& formats, Change Format::*way>
bool change(const Op& op, Run& run, Collection& out) {
  std::string_view text, name;
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  if (const Got got = run.text(*op.arguments[0], name); got != Got::value)
    return got == Got::nothing;
  for (const auto& format : formats) {
    if (format.name != name) continue;
    const auto changed = (format.*way)(text);
    if (!changed || !is_utf8(*changed)) return true;
    return run.push_text(op, *changed, out);
  }
  return true;  // an unknown format gives nothing
}

}  // namespace

std::span<const Function> encoding_functions() {
  static constexpr Function functions[] = {{"encode", 1, 1, change<encodings, &Format::there>},
                                           {"decode", 1, 1, change<encodings, &Format::back>},
                                           {"escape", 1, 1, change<escapes, &Format::there>},
                                           {"unescape", 1, 1, change<escapes, &Format::back>}};
  return functions;
}

}  // namespace fingerpost::path
