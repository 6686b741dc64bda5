#include "wire/xml_names.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace fingerpost::wire {
namespace {

enum Class : std::uint8_t {
  other,
  later,
  first,
  wide
};  // first: may begin a name, and go on in it

constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> made{};
  for (int c = 0; c < 128; ++c) {
    const char at = static_cast<char>(c);
    if (is_letter(at) || at == '_') made[static_cast<std::size_t>(c)] = first;
    if (is_digit(at) || at == '-' || at == '.') made[static_cast<std::size_t>(c)] = later;
  }
  for (std::size_t c = 128; c < 256; ++c) made[c] = wide;
  return made;
}();

struct Range {
  char32_t from, to;
};
constexpr Range starts[] = {{0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},
                            {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D},
                            {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
                            {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}};
constexpr Range goes_on[] = {{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}};

template <std::size_t size>
bool within(const Range (&ranges)[size], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return c >= range.from && c <= range.to; });
}

// The character that well-formed UTF-8 begins with, and its bytes.
std::pair<char32_t, std::size_t> decoded(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  char32_t c = byte(0) & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) c = c << 6 | (byte(i) & 0x3Fu);
  return {c, size};
}

}  // namespace

std::size_t refused_character(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      constexpr std::uint64_t ones = 0x0101010101010101u, high = ones << 7;
      // No byte is under 0x20 or from 0x80: nothing to see.
      if ((((word - ones * 0x20) | word) & high) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x20 && !is_space(text[at])) return at;
    if (c == 0xEF && (text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF"))
      return at;
    ++at;
  }
  return std::string_view::npos;
}

std::size_t name_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto found = classes[static_cast<unsigned char>(text[at])];
    if (found == other || (found == later && at == 0)) break;
    if (found != wide) {
      ++at;
      continue;
    }
    const auto [c, size] = decoded(text.substr(at));
    if (!within(starts, c) && (at == 0 || !within(goes_on, c))) break;
    at += size;
  }
  return at;
}

}  // namespace fingerpost::wire
