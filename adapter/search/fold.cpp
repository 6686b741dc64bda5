#include "search/fold.h"

#include "base/text.h"

#include <array>
#include <cstdint>

namespace fingerpost::search {
namespace {

// U+00C0 to U+017F, Latin-1 and Latin Extended-A, each as the letters it folds to. Blank:
// unchanged.
constexpr std::string_view latin[] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", "",  "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s"};
static_assert(std::size(latin) == 0x180 - 0xc0);

struct Point {
  char32_t value = 0;
  std::size_t size = 0;  // bytes; 0: not UTF-8
};

Point point_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xc2 ? 0
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                                         : 4;
  if (size == 0 || size > text.size()) return {};
  if (size == 1) return {lead, 1};
  char32_t value = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  return {value, size};
}

// Capital to small for the other scripts that names in Britain are written in.
char32_t small(char32_t c) {
  if (c >= 0x391 && c <= 0x3a9) return c + 0x20;  // Greek
  if (c >= 0x410 && c <= 0x42f) return c + 0x20;  // Cyrillic
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;  // Cyrillic
  if (c >= 0x531 && c <= 0x556) return c + 0x30;  // Armenian
  if (c >= 0x1e00 && c <= 0x1eff) return c | 1;   // Latin Extended Additional (Vietnamese, Welsh)
  return c;
}

bool is_combining_accent(char32_t c) {
  return c >= 0x300 && c <= 0x36f;
}
bool is_wide_space(char32_t c) {
  return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000;
}

void append_folded(std::string& out, char32_t c) {
  if (c >= 0xc0 && c < 0x180 && !latin[c - 0xc0].empty()) {
    out += latin[c - 0xc0];
  } else if (c == 0x2019) {
    out += '\'';
  } else if (!is_combining_accent(c)) {
    append_utf8(out, small(c));
  }
}

// How much of it is ASCII without a blank.
std::size_t plain_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && static_cast<unsigned char>(text[size]) < 0x80 &&
         !is_space(text[size]))
    ++size;
  return size;
}

void append_lower(std::string& out, std::string_view plain) {
  const std::size_t begin = out.size();
  out += plain;
  for (char* at = out.data() + begin; at != out.data() + out.size(); ++at) *at = to_lower(*at);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool blank = false;
  for (std::size_t at = 0; at < text.size();) {
    // Nearly all is ASCII.
    const std::size_t word = plain_size(text.substr(at));
    const Point point = word > 0 || is_space(text[at]) ? Point{0, 1} : point_at(text.substr(at));
    if (word == 0 && (is_space(text[at]) || is_wide_space(point.value))) {
      blank = !out.empty();
      at += point.size;
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    if (word > 0) {
      append_lower(out, text.substr(at, word));
      at += word;
    } else if (point.size <= 1) {
      out += text[at++];  // no UTF-8
    } else {
      append_folded(out, point.value);
      at += point.size;
    }
  }
  return out;
}

}  // namespace fingerpost::search
