// Small questions about text, and numbers and text into each other.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c + 32) : c;
}
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 32) : c;
}

std::string_view trim(std::string_view text);  // RFC 8259 white space at both ends
std::string lower(std::string_view text);      // ASCII letters only
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII

// The whole text as a number, or nothing. No sign but '-', no blanks.
std::optional<std::int64_t> to_integer(std::string_view text);

// Whether the bytes are well-formed UTF-8 (no surrogates, nothing over U+10FFFF, no overlong form).
bool is_utf8(std::string_view text);
// Appends a code point as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

// 64-bit FNV-1a: stable across builds and machines, for stored hashes of keys.
constexpr std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0xcbf29ce484222325u) {
  for (const char c : text) {
    seed ^= static_cast<unsigned char>(c);
    seed *= 0x100000001b3u;
  }
  return seed;
}

// The number of edits (insert, delete, replace, swap of neighbours) between two short words.
int edit_distance(std::string_view a, std::string_view b);

}  // namespace fingerpost
