#include "base/percent.h"

#include "base/text.h"

namespace fingerpost {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', hex[byte >> 4], hex[byte & 15u]};
  }
  return out;
}

}  // namespace fingerpost
