#include "base/base64.h"

#include <cstdint>

namespace fingerpost {
namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::string alphabet_of(Base64 form) {
  return std::string(letters) + (form == Base64::url ? "-_" : "+/");
}

}  // namespace

std::string to_base64(std::string_view bytes, Base64 form) {
  const auto alphabet = alphabet_of(form);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= group.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

std::string to_base64url(std::string_view bytes) {
  auto text = to_base64(bytes, Base64::url);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> from_base64(std::string_view text, Base64 form) {
  const auto alphabet = alphabet_of(form);
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return {};
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto index = alphabet.find(c);
    if (index == std::string::npos) return {};
    bits = bits << 6 | static_cast<std::uint32_t>(index);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  return out;
}

}  // namespace fingerpost
