#include "http/date.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace fingerpost::http {

std::string http_date(std::int64_t us_since_1970) {
  using std::chrono::days, std::chrono::seconds, std::chrono::floor;
  constexpr std::array weekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(us_since_1970)};
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto second = floor<seconds>(time - day).count();
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                 weekdays.at(std::chrono::weekday(day).c_encoding()),
                                 static_cast<unsigned>(date.day()),
                                 months.at(static_cast<unsigned>(date.month()) - 1),
                                 static_cast<int>(date.year()), static_cast<int>(second / 3600),
                                 static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace fingerpost::http
