#include "http/date.h"

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

}  // namespace

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
