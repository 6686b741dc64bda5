#include "record/nhs_number.h"

#include "base/text.h"

#include <array>
#include <cstddef>
#include <optional>

namespace fingerpost::record {
namespace {

constexpr std::size_t length = 10;

std::optional<std::array<int, length>> digits_of(std::string_view text) {
  std::array<int, length> digits{};
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    if (!is_digit(c) || count == length) return std::nullopt;
    digits[count++] = c - '0';
  }
  if (count != length) return std::nullopt;
  return digits;
}

}  // namespace

NhsNumber check_nhs_number(std::string_view text) {
  const auto digits = digits_of(text);
  if (!digits) return NhsNumber::not_a_number;
  int sum = 0;
  for (std::size_t i = 0; i + 1 < length; ++i) sum += (*digits)[i] * static_cast<int>(length - i);
  // 11 stands for 0; a remainder that asks for 10 makes no number at all.
  const int check = (11 - sum % 11) % 11;
  return check == digits->back() ? NhsNumber::valid : NhsNumber::wrong_check_digit;
}

std::string plain_nhs_number(std::string_view text) {
  if (!digits_of(text)) return std::string(text);
  std::string plain;
  for (const char c : text)
    if (is_digit(c)) plain += c;
  return plain;
}

bool is_nhs_number_system(std::string_view system) {
  const auto name = lower(system);
  for (const auto* known :
       {"https://fhir.nhs.uk/id/nhs-number", "http://fhir.nhs.uk/id/nhs-number",
        "https://fhir.nhs.net/id/nhs-number", "http://fhir.nhs.net/id/nhs-number"})
    if (name == known) return true;
  return false;
}

}  // namespace fingerpost::record
