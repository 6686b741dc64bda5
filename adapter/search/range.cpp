#include "search/range.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace fingerpost::search {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t day_length = 24 * 60 * minute;

// Takes exactly `digits` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return {};
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_after(std::string_view& text, char c, int low, int high) {
  if (!take(text, c)) return {};
  const auto value = take_number(text, 2);
  if (!value || *value < low || *value > high) return {};
  return value;
}

int days_in_month(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

// The zone's distance from UTC; none when the rest of the text is not a zone.
std::optional<std::int64_t> zone_offset(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const char sign = text[0];
  if (sign != '+' && sign != '-') return {};
  const auto hours = take_after(text, sign, 0, 14);
  if (!hours) return {};
  const auto minutes = take_after(text, ':', 0, 59);
  if (!minutes || !text.empty()) return {};
  const std::int64_t offset = (*hours * 60 + *minutes) * minute;
  return sign == '+' ? offset : -offset;
}

// After "hh:mm": the seconds and their fraction, how long a span they name, and the zone.
std::optional<DateRange> rest_of_time(std::string_view text, std::int64_t start) {
  std::int64_t span = minute;
  if (!text.empty() && text[0] == ':') {
    const auto seconds = take_after(text, ':', 0, 60);
    if (!seconds) return {};
    start += *seconds * second;
    span = second;
    if (take(text, '.')) {
      if (text.empty() || !is_digit(text[0])) return {};
      while (!text.empty() && is_digit(text[0])) {
        span = span / 10;
        start += span * (text[0] - '0');
        text.remove_prefix(1);
      }
    }
  }
  const auto offset = zone_offset(text);
  if (!offset) return {};
  start -= *offset;
  return DateRange{start, start + std::max<std::int64_t>(span, 1) - 1};
}

DateRange days(std::int64_t from, std::int64_t until) {
  return {from * day_length, until * day_length - 1};
}

}  // namespace

// Howard Hinnant's algorithm: eras of 400 years that begin on 1 March.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

std::optional<DateRange> date_range(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year) return {};
  if (text.empty()) return days(days_from_civil(*year, 1, 1), days_from_civil(*year + 1, 1, 1));
  const auto month = take_after(text, '-', 1, 12);
  if (!month) return {};
  const std::int64_t first = days_from_civil(*year, *month, 1);
  if (text.empty()) return days(first, first + days_in_month(*year, *month));
  const auto day = take_after(text, '-', 1, days_in_month(*year, *month));
  if (!day) return {};
  const std::int64_t date = first + *day - 1;
  if (text.empty()) return days(date, date + 1);
  const auto hour = take_after(text, 'T', 0, 24);
  if (!hour) return {};
  const auto minutes = take_after(text, ':', 0, 59);
  if (!minutes) return {};
  return rest_of_time(text, date * day_length + (*hour * 60 + *minutes) * minute);
}

namespace {

// A decimal as sign, digits and a power of ten: 0.050 is 50 * 10^-3.
struct Digits {
  bool negative = false;
  std::string digits;
  long exponent = 0;
};

std::optional<Digits> digits_of(std::string_view text) {
  Digits found;
  found.negative = take(text, '-');
  if (!found.negative) take(text, '+');
  bool point = false;
  while (!text.empty() && (is_digit(text[0]) || (text[0] == '.' && !point))) {
    if (text[0] == '.') {
      point = true;
    } else {
      found.digits += text[0];
      if (point) --found.exponent;
    }
    text.remove_prefix(1);
  }
  if (found.digits.empty()) return {};
  if (text.empty()) return found;
  if (text[0] != 'e' && text[0] != 'E') return {};
  text.remove_prefix(1);
  take(text, '+');
  const auto exponent = to_integer(text);
  if (!exponent || *exponent > 400 || *exponent < -400) return {};
  found.exponent += static_cast<long>(*exponent);
  return found;
}

double to_double(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  const bool tiny = text.find("e-") != std::string::npos;
  return tiny ? 0 : text.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
}

// Takes one from the last digit of a number that is not zero.
std::string previous_digits(std::string digits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '0') {
      --digits[i];
      return digits;
    }
    digits[i] = '9';
  }
  return digits;
}

}  // namespace

std::optional<NumberTexts> number_texts(std::string_view text) {
  const auto number = digits_of(text);
  if (!number) return {};
  const auto& digits = number->digits;
  const auto print = [](bool negative, const std::string& of, long exponent) {
    return (negative ? "-" : "") + of + "e" + std::to_string(exponent);
  };
  // Half a unit of the last digit each way: "100" is 1000e-1, so 995e-1 and 1005e-1.
  const long finer = number->exponent - 1;
  const bool zero = digits.find_first_not_of('0') == std::string::npos;
  NumberTexts made;
  made.value = print(number->negative && !zero, digits, number->exponent);
  made.high = print(number->negative, digits + "5", finer);
  made.low = zero ? print(!number->negative, digits + "5", finer)
                  : print(number->negative, previous_digits(digits) + "5", finer);
  if (number->negative) made.low.swap(made.high);
  return made;
}

std::optional<NumberRange> number_range(std::string_view text) {
  const auto texts = number_texts(text);
  if (!texts) return {};
  return NumberRange{to_double(texts->value), to_double(texts->low), to_double(texts->high)};
}

}  // namespace fingerpost::search
