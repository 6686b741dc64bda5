#include "value/temporal.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace fingerpost::value {
namespace {

constexpr std::int64_t nanoseconds = 1'000'000'000;

bool leap(int year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

// Days since 1970-01-01 of the proleptic Gregorian calendar, by the 400-year cycle from March.
std::int64_t day_number(std::int64_t year, int month, int day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

struct Day {
  std::int64_t year;
  int month, day;
};
Day day_of_number(std::int64_t number) {
  number += 719468;
  const std::int64_t era = (number >= 0 ? number : number - 146096) / 146097;
  const std::int64_t day_of_era = number - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto month_from_march = static_cast<int>((5 * day_of_year + 2) / 153);
  const auto day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2), month, day};
}

// Seconds since 1970, in UTC when it has a zone or else as if at this offset.
std::int64_t seconds_of(const Temporal& at, int offset_minutes) {
  const std::int64_t days =
      at.kind == Temporal::Kind::time
          ? 0
          : day_number(at.year, std::max<int>(at.month, 1), std::max<int>(at.day, 1));
  return days * 86400 + at.hour * 3600 + at.minute * 60 + at.second -
         (at.zoned ? at.offset_minutes : offset_minutes) * 60;
}

// Reads the fields of a text one after the other.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly this many digits, within the bounds.
  std::optional<int> number(std::size_t digits, int low, int high) {
    if (rest_.size() < digits) return {};
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!is_digit(c)) return {};
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    if (value < low || value > high) return {};
    return value;
  }
  std::string_view all_digits() {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    const auto found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
  }

 private:
  std::string_view rest_;
};

template <class Field>
bool read(Reader& in, Temporal& to, Field Temporal::*field, Precision precision, std::size_t digits,
          int low, int high) {
  const auto value = in.number(digits, low, high);
  if (!value) return false;
  to.*field = static_cast<Field>(*value);
  to.precision = precision;
  return true;
}

// YYYY(-MM(-DD)?)?
bool read_date(Reader& in, Temporal& to) {
  if (!read(in, to, &Temporal::year, Precision::year, 4, 1, 9999)) return false;
  if (!in.skip('-')) return true;
  if (!read(in, to, &Temporal::month, Precision::month, 2, 1, 12)) return false;
  if (!in.skip('-')) return true;
  return read(in, to, &Temporal::day, Precision::day, 2, 1, days_in_month(to.year, to.month));
}

bool read_fraction(Reader& in, Temporal& to) {
  const auto digits = in.all_digits();
  if (digits.empty()) return false;
  to.fraction_digits = static_cast<std::uint8_t>(std::min<std::size_t>(digits.size(), 9));
  for (std::size_t i = 0; i < 9; ++i)
    to.nanosecond =
        to.nanosecond * 10 + static_cast<std::uint32_t>(i < digits.size() ? digits[i] - '0' : 0);
  return true;
}

// hh(:mm(:ss(.fff)?)?)?; the 60th second is a leap second and counts as the 59th.
bool read_time(Reader& in, Temporal& to) {
  if (!read(in, to, &Temporal::hour, Precision::hour, 2, 0, 24)) return false;
  if (in.skip(':')) {
    if (!read(in, to, &Temporal::minute, Precision::minute, 2, 0, 59)) return false;
    if (in.skip(':')) {
      if (!read(in, to, &Temporal::second, Precision::second, 2, 0, 60)) return false;
      to.second = std::min<std::uint8_t>(to.second, 59);
      if (in.skip('.') && !read_fraction(in, to)) return false;
    }
  }
  return to.hour < 24;
}

bool read_zone(Reader& in, Temporal& to) {
  if (in.skip('Z')) {
    to.zoned = true;
    return true;
  }
  const bool west = in.skip('-');
  if (!west && !in.skip('+')) return true;
  const auto hours = in.number(2, 0, 14);
  if (!hours || !in.skip(':')) return false;
  const auto minutes = in.number(2, 0, 59);
  if (!minutes) return false;
  const int offset = *hours * 60 + *minutes;
  to.offset_minutes = static_cast<std::int16_t>(west ? -offset : offset);
  to.zoned = true;
  return true;
}

void put(std::string& out, std::uint64_t value, std::size_t digits) {
  const auto text = std::to_string(value);
  out.append(digits - std::min(digits, text.size()), '0').append(text);
}

void put_time(std::string& out, const Temporal& at) {
  put(out, at.hour, 2);
  if (at.precision >= Precision::minute) put(out += ':', at.minute, 2);
  if (at.precision < Precision::second) return;
  put(out += ':', at.second, 2);
  if (at.fraction_digits == 0) return;
  std::string fraction;
  put(fraction, at.nanosecond, 9);
  out.append(".").append(fraction, 0, at.fraction_digits);
}

void put_zone(std::string& out, const Temporal& at) {
  if (!at.zoned) return;
  if (at.offset_minutes == 0) {
    out += 'Z';
    return;
  }
  const int offset = at.offset_minutes < 0 ? -at.offset_minutes : at.offset_minutes;
  out += at.offset_minutes < 0 ? '-' : '+';
  put(out, static_cast<std::uint64_t>(offset / 60), 2);
  put(out += ':', static_cast<std::uint64_t>(offset % 60), 2);
}

// The fields in order of weight; the fraction of a second counts with the seconds.
std::array<std::int64_t, 6> fields(const Temporal& at) {
  return {at.year, at.month, at.day, at.hour, at.minute, at.second * nanoseconds + at.nanosecond};
}

// The same moment written at another offset.
Temporal shifted(const Temporal& at, int from_minutes) {
  const std::int64_t seconds = seconds_of(at, from_minutes);
  const std::int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
  const auto in_day = static_cast<int>(seconds - days * 86400);
  const auto day = day_of_number(days);
  Temporal moved = at;
  moved.year = static_cast<std::int16_t>(day.year);
  moved.month = static_cast<std::uint8_t>(day.month);
  moved.day = static_cast<std::uint8_t>(day.day);
  moved.hour = static_cast<std::uint8_t>(in_day / 3600);
  moved.minute = static_cast<std::uint8_t>(in_day / 60 % 60);
  moved.second = static_cast<std::uint8_t>(in_day % 60);
  return moved;
}

bool has_clock(const Temporal& at) {
  return at.kind == Temporal::Kind::date_time && at.precision >= Precision::hour;
}

}  // namespace

std::optional<Temporal> Temporal::parse(Kind kind, std::string_view text) {
  Temporal made;
  made.kind = kind;
  Reader in(text);
  if (kind == Kind::time) {
    if (!read_time(in, made)) return {};
  } else {
    if (!read_date(in, made)) return {};
    if (kind == Kind::date_time && in.skip('T') && !in.done() &&
        (made.precision != Precision::day || !read_time(in, made) || !read_zone(in, made)))
      return {};
  }
  if (!in.done()) return {};
  return made;
}

std::string Temporal::text() const {
  std::string out;
  if (kind != Kind::time) {
    put(out, static_cast<std::uint64_t>(year), 4);
    if (precision >= Precision::month) put(out += '-', month, 2);
    if (precision >= Precision::day) put(out += '-', day, 2);
    if (precision >= Precision::hour) out += 'T';
  }
  if (precision >= Precision::hour) put_time(out, *this);
  put_zone(out, *this);
  return out;
}

std::optional<std::strong_ordering> compare(const Temporal& left, const Temporal& right,
                                            int offset_minutes) {
  const bool time = left.kind == Temporal::Kind::time;
  if (time != (right.kind == Temporal::Kind::time)) return {};
  if (has_clock(left) && has_clock(right) && (left.zoned || right.zoned)) {
    const auto a = shifted(left, offset_minutes), b = shifted(right, offset_minutes);
    if (left.precision == right.precision) return fields(a) <=> fields(b);
    Temporal plain_a = a, plain_b = b;
    plain_a.zoned = plain_b.zoned = false;
    return compare(plain_a, plain_b, offset_minutes);
  }
  const auto a = fields(left), b = fields(right);
  const auto finest = std::min(left.precision, right.precision);
  const std::size_t first = time ? 3 : 0;
  for (std::size_t i = first; i < static_cast<std::size_t>(finest); ++i)
    if (a[i] != b[i]) return a[i] <=> b[i];
  if (left.precision != right.precision) return {};
  return std::strong_ordering::equal;
}

bool equivalent(const Temporal& left, const Temporal& right, int offset_minutes) {
  return left.precision == right.precision &&
         compare(left, right, offset_minutes) == std::optional(std::strong_ordering::equal);
}

namespace {

std::optional<Temporal> add_months(const Temporal& value, std::int64_t months) {
  constexpr std::int64_t most = 12 * 20'000;
  if (months > most || months < -most) return {};
  const std::int64_t total = value.year * 12 + std::max<int>(value.month, 1) - 1 + months;
  const std::int64_t year = (total >= 0 ? total : total - 11) / 12;
  if (year < 1 || year > 9999) return {};
  Temporal sum = value;
  sum.year = static_cast<std::int16_t>(year);
  if (value.precision >= Precision::month)
    sum.month = static_cast<std::uint8_t>(total - year * 12 + 1);
  if (value.precision >= Precision::day)
    sum.day = std::min(value.day, static_cast<std::uint8_t>(days_in_month(sum.year, sum.month)));
  return sum;
}

// A whole number of days, seconds … in nanoseconds; 0 for years and months.
constexpr std::int64_t length_of(Calendar unit) {
  switch (unit) {
    case Calendar::week:
      return 7 * 86400 * nanoseconds;
    case Calendar::day:
      return 86400 * nanoseconds;
    case Calendar::hour:
      return 3600 * nanoseconds;
    case Calendar::minute:
      return 60 * nanoseconds;
    case Calendar::second:
      return nanoseconds;
    case Calendar::millisecond:
      return nanoseconds / 1000;
    default:
      return 0;
  }
}

Wide floor_divide(Wide left, Wide right) {
  return left / right - (left % right != 0 && (left < 0) != (right < 0));
}

void set_clock(Temporal& at, std::int64_t in_day) {
  at.hour = static_cast<std::uint8_t>(in_day / (3600 * nanoseconds));
  at.minute = static_cast<std::uint8_t>(in_day / (60 * nanoseconds) % 60);
  at.second = static_cast<std::uint8_t>(in_day / nanoseconds % 60);
  at.nanosecond = static_cast<std::uint32_t>(in_day % nanoseconds);
}

// How much of the amount the value's own precision can show: a date takes whole days.
Wide cut_to(Precision precision, Wide amount) {
  switch (precision) {
    case Precision::day:
      return amount / length_of(Calendar::day) * length_of(Calendar::day);
    case Precision::hour:
      return amount / length_of(Calendar::hour) * length_of(Calendar::hour);
    case Precision::minute:
      return amount / length_of(Calendar::minute) * length_of(Calendar::minute);
    default:
      return amount;
  }
}

}  // namespace

std::optional<Temporal> add(const Temporal& value, std::int64_t count, Calendar unit) {
  const bool time = value.kind == Temporal::Kind::time;
  if (unit == Calendar::year || unit == Calendar::month) {
    if (time || count > 1'000'000 || count < -1'000'000) return {};
    return add_months(value, unit == Calendar::year ? count * 12 : count);
  }
  Wide amount = static_cast<Wide>(count) * length_of(unit);
  if (value.precision < Precision::day && !time) {
    // 6.6.7: with no days to add to, days count as months of 30, and months as twelfths of a year.
    const Wide months = amount / (30 * length_of(Calendar::day));
    if (value.precision == Precision::year)
      return add_months(value,
                        static_cast<std::int64_t>(amount / (365 * length_of(Calendar::day)) * 12));
    return add_months(value, static_cast<std::int64_t>(months));
  }
  amount = cut_to(value.precision, amount);
  const Wide day = length_of(Calendar::day);
  const Wide clock = value.hour * Wide{3600} * nanoseconds + value.minute * Wide{60} * nanoseconds +
                     value.second * Wide{1} * nanoseconds + value.nanosecond;
  const Wide days = floor_divide(clock + amount, day);
  Temporal sum = value;
  set_clock(sum, static_cast<std::int64_t>(clock + amount - days * day));
  if (sum.nanosecond % 1'000'000 != 0 || sum.nanosecond != value.nanosecond)
    sum.fraction_digits = std::max<std::uint8_t>(sum.fraction_digits, 3);
  if (time) return sum;  // a time of day wraps round
  const Wide number = day_number(value.year, value.month, value.day) + days;
  if (number > day_number(9999, 12, 31) || number < day_number(1, 1, 1)) return {};
  const auto moved = day_of_number(static_cast<std::int64_t>(number));
  sum.year = static_cast<std::int16_t>(moved.year);
  sum.month = static_cast<std::uint8_t>(moved.month);
  sum.day = static_cast<std::uint8_t>(moved.day);
  return sum;
}

}  // namespace fingerpost::value
