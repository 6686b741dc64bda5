#include "http/date.h"

#include "base/text.h"

#include <chrono>
#include <string_view>

namespace fingerpost::http {
namespace {

constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

void append_digits(std::string& out, unsigned number, int digits) {
  unsigned place = 1;
  for (int i = 1; i < digits; ++i) place *= 10;
  for (; place > 0; place /= 10) out += static_cast<char>('0' + number / place % 10);
}

// Takes a number of at most so many digits from the front; -1 when there is none.
int take_number(std::string_view& text, std::size_t most) {
  int value = 0;
  std::size_t digits = 0;
  while (digits < most && digits < text.size() && is_digit(text[digits]))
    value = value * 10 + (text[digits++] - '0');
  text.remove_prefix(digits);
  return digits == 0 ? -1 : value;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

struct Stamp {
  int year = -1, month = 0, day = -1, hour = -1, minute = -1, second = -1;
};

void take_month(std::string_view& text, Stamp& stamp) {
  const auto at = months.find(text.substr(0, 3));
  if (at == std::string_view::npos || at % 3 != 0 || text.size() < 3) return;
  stamp.month = static_cast<int>(at / 3) + 1;
  text.remove_prefix(3);
}

void take_time(std::string_view& text, Stamp& stamp) {
  stamp.hour = take_number(text, 2);
  if (!take(text, ":")) return;
  stamp.minute = take_number(text, 2);
  if (take(text, ":")) stamp.second = take_number(text, 2);
}

// "06 Nov 1994 08:49:37 GMT", or with hyphens and a year of two digits.
void take_date(std::string_view& text, Stamp& stamp) {
  stamp.day = take_number(text, 2);
  const std::string_view between = text.starts_with('-') ? "-" : " ";
  if (!take(text, between)) return;
  take_month(text, stamp);
  if (!take(text, between)) return;
  const auto size = text.size();
  stamp.year = take_number(text, 4);
  if (size - text.size() == 2) stamp.year += stamp.year < 70 ? 2000 : 1900;
  if (take(text, " ")) take_time(text, stamp);
  if (!take(text, " GMT")) stamp.day = -1;
}

// "Nov  6 08:49:37 1994", of C's asctime.
void take_asctime(std::string_view& text, Stamp& stamp) {
  take_month(text, stamp);
  while (take(text, " ")) {
  }
  stamp.day = take_number(text, 2);
  if (take(text, " ")) take_time(text, stamp);
  if (take(text, " ")) stamp.year = take_number(text, 4);
}

}  // namespace

std::optional<std::int64_t> read_http_date(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos || blank < 3) return {};
  const bool named = text[blank - 1] == ',';
  text.remove_prefix(blank + 1);
  Stamp stamp;
  named ? take_date(text, stamp) : take_asctime(text, stamp);
  using std::chrono::year, std::chrono::month, std::chrono::day;
  if (stamp.year < 0 || stamp.month == 0 || stamp.day < 0 || stamp.hour < 0 || stamp.hour > 23 ||
      stamp.minute < 0 || stamp.minute > 59 || stamp.second < 0 || stamp.second > 60 ||
      !text.empty())
    return {};
  const std::chrono::year_month_day date{year(stamp.year),
                                         month(static_cast<unsigned>(stamp.month)),
                                         day(static_cast<unsigned>(stamp.day))};
  if (!date.ok()) return {};
  const std::chrono::microseconds time =
      std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(stamp.hour) +
      std::chrono::minutes(stamp.minute) + std::chrono::seconds(stamp.second);
  return time.count();
}

// By hand, since every answer has two of them.
std::string http_date(std::int64_t us_since_1970) {
  using std::chrono::days, std::chrono::seconds, std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(us_since_1970)};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto second = static_cast<unsigned>(floor<seconds>(time - day).count());
  std::string out;
  out.reserve(29);
  out += weekdays.substr(std::chrono::weekday(day).c_encoding() * 3u, 3);
  out += ", ";
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += ' ';
  out += months.substr((static_cast<unsigned>(date.month()) - 1) * 3u, 3);
  out += ' ';
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += ' ';
  append_digits(out, second / 3600, 2);
  out += ':';
  append_digits(out, second / 60 % 60, 2);
  out += ':';
  append_digits(out, second % 60, 2);
  out += " GMT";
  return out;
}

}  // namespace fingerpost::http
