#include "mapping/dates.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace fingerpost::mapping {
namespace {

enum Part { year, month, day, hour, minute, second, parts };

// The parts given, and -1 for the rest.
struct Fields {
  std::array<int, parts> of{-1, -1, -1, -1, -1, -1};
  std::string_view fraction;
  int offset = 0;  // minutes east
  bool has_offset = false;
};

int days_in(int y, int m) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return m == 2 && leap ? 29 : days[static_cast<std::size_t>(m - 1)];
}

bool exists(const Fields& fields) {
  const auto& at = fields.of;
  if (at[year] < 1) return false;
  if (at[month] >= 0 && (at[month] < 1 || at[month] > 12)) return false;
  if (at[day] >= 0 && (at[day] < 1 || at[day] > days_in(at[year], at[month]))) return false;
  return at[hour] < 24 && at[minute] < 60 && at[second] < 60;
}

// The day of the month of the last Sunday (Sakamoto's day of the week; months from March on).
int last_sunday(int y, int m) {
  constexpr std::array<int, 12> shift = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
  const int last = days_in(y, m);
  const int weekday =
      (y + y / 4 - y / 100 + y / 400 + shift[static_cast<std::size_t>(m - 1)] + last) % 7;
  return last - weekday;
}

// Minutes east of Greenwich at this local time in London.
int london_offset(const Fields& fields, DateNote& note) {
  const auto& at = fields.of;
  if (at[month] < 3 || at[month] > 10) return 0;
  if (at[month] > 3 && at[month] < 10) return 60;
  const int change = last_sunday(at[year], at[month]);
  const bool spring = at[month] == 3;
  if (at[day] != change) return (at[day] > change) == spring ? 60 : 0;
  if (at[hour] == 1) {
    note = spring ? DateNote::gap : DateNote::overlap;
    return spring ? 0 : 60;
  }
  return (at[hour] > 1) == spring ? 60 : 0;
}

void append(std::string& out, int number, int width) {
  const auto digits = std::to_string(number);
  out.append(static_cast<std::size_t>(width) - std::min(digits.size(), std::size_t(width)), '0');
  out += digits;
}

Date print(const Fields& fields, Zone zone) {
  Date made;
  const auto& at = fields.of;
  append(made.text, at[year], 4);
  for (const Part part : {month, day}) {
    if (at[part] < 0) return made;
    made.text += '-';
    append(made.text, at[part], 2);
  }
  if (at[minute] < 0) return made;  // FHIR has no hour alone
  made.text += 'T';
  append(made.text, at[hour], 2);
  made.text += ':';
  append(made.text, at[minute], 2);
  made.text += ':';
  append(made.text, std::max(at[second], 0), 2);
  if (!fields.fraction.empty()) {
    made.text += '.';
    made.text += fields.fraction;
  }
  int offset = fields.offset;
  if (!fields.has_offset && zone == Zone::london) offset = london_offset(fields, made.note);
  made.text += offset < 0 ? '-' : '+';
  append(made.text, std::abs(offset) / 60, 2);
  made.text += ':';
  append(made.text, std::abs(offset) % 60, 2);
  return made;
}

// Takes `width` digits off the front. -1 when they are not there.
int take(std::string_view& text, std::size_t width) {
  int number = 0;
  if (text.size() < width) return -1;
  for (std::size_t i = 0; i < width; ++i) {
    if (!is_digit(text[i])) return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  return number;
}

// Takes an English month's three letters off the front. -1 when they are not there.
int take_month(std::string_view& text) {
  constexpr std::string_view months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto letters = text.substr(0, 3);
  for (std::size_t i = 0; i < std::size(months); ++i)
    if (equal_ignoring_case(letters, months[i])) {
      text.remove_prefix(3);
      return static_cast<int>(i) + 1;
    }
  return -1;
}

Date only(DateNote note) {
  return {{}, note};
}

bool take_offset(std::string_view& text, Fields& fields) {
  if (text.empty()) return true;
  if (text == "Z") {
    fields.has_offset = true;
    text = {};
    return true;
  }
  if (text[0] != '+' && text[0] != '-') return false;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const int hours = take(text, 2);
  if (!text.empty() && text[0] == ':') text.remove_prefix(1);
  const int minutes = text.empty() ? 0 : take(text, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return false;
  fields.offset = sign * (hours * 60 + minutes);
  fields.has_offset = true;
  return text.empty();
}

// The parts of an HL7 time; false when it is none.
bool read_parts(std::string_view text, Fields& fields) {
  fields.of[year] = take(text, 4);
  for (const Part part : {month, day, hour, minute, second}) {
    if (text.empty() || !is_digit(text[0])) break;
    fields.of[part] = take(text, 2);
    if (fields.of[part] < 0) return false;
  }
  if (!text.empty() && text[0] == '.' && fields.of[second] >= 0) {
    std::size_t digits = 0;
    while (digits + 1 < text.size() && is_digit(text[digits + 1])) ++digits;
    fields.fraction = text.substr(1, digits);
    text.remove_prefix(digits + 1);
  }
  // "2026-09" is no year at an offset of nine hours: a date's offset has all its digits.
  if (fields.of[hour] < 0 && !text.empty() && text.size() != 5) return false;
  return take_offset(text, fields) && exists(fields);
}

// Midnight without an offset, behind a day, only fills the text up.
bool is_padding(const Fields& fields) {
  const auto& at = fields.of;
  return at[hour] == 0 && at[minute] <= 0 && at[second] <= 0 && !fields.has_offset &&
         fields.fraction.find_first_not_of('0') == std::string_view::npos;
}

// The day before or after.
void move_day(Fields& fields, int by) {
  auto& at = fields.of;
  at[day] += by;
  if (at[day] == 0) {
    if (--at[month] == 0) {
      at[month] = 12;
      --at[year];
    }
    at[day] = days_in(at[year], at[month]);
  } else if (at[day] > days_in(at[year], at[month])) {
    at[day] = 1;
    if (++at[month] == 13) {
      at[month] = 1;
      ++at[year];
    }
  }
}

// Whether London's clocks show summer time at this time of UTC.
bool is_summer(const Fields& utc) {
  const auto& at = utc.of;
  if (at[month] != 3 && at[month] != 10) return at[month] > 3 && at[month] < 10;
  const int change = last_sunday(at[year], at[month]);
  const bool after = at[day] > change || (at[day] == change && at[hour] >= 1);
  return after == (at[month] == 3);
}

// Whether what London's clocks show at this time of UTC they show twice.
bool comes_twice(const Fields& utc) {
  const auto& at = utc.of;
  return at[month] == 10 && at[day] == last_sunday(at[year], 10) && at[hour] < 2;
}

// The same instant at another offset.
void move_to(Fields& fields, int offset) {
  auto& at = fields.of;
  int minutes = at[hour] * 60 + at[minute] + offset - fields.offset;
  if (minutes < 0 || minutes >= 24 * 60) move_day(fields, minutes < 0 ? -1 : 1);
  minutes = (minutes + 24 * 60) % (24 * 60);
  at[hour] = minutes / 60;
  at[minute] = minutes % 60;
  fields.offset = offset;
  fields.has_offset = true;
}

}  // namespace

Date v2_date(std::string_view text, Zone zone) {
  text = trim(text);
  if (text.empty() || text == "19010101" || text.starts_with("0000"))
    return only(DateNote::nothing);
  Fields fields;
  if (!read_parts(text, fields)) return only(DateNote::wrong);
  return print(fields, zone);
}

Date v3_date(std::string_view text, Zone zone) {
  text = trim(text);
  if (text.empty() || text.starts_with("0000") ||
      (text.starts_with("19010101") &&
       text.substr(8).find_first_not_of('0') == std::string_view::npos))
    return only(DateNote::nothing);
  Fields fields;
  if (!read_parts(text, fields)) return only(DateNote::wrong);
  auto& at = fields.of;
  if (is_padding(fields)) at[hour] = at[minute] = at[second] = -1;
  if (at[hour] < 0) return print(fields, zone);
  at[minute] = std::max(at[minute], 0);
  DateNote note = DateNote::plain;
  if (!fields.has_offset && zone == Zone::london) fields.offset = london_offset(fields, note);
  move_to(fields, 0);
  Date made = print(fields, zone);
  made.note = note;
  return made;
}

std::string v3_text(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, 19))
    if (is_digit(c)) digits += c;
  Fields fields;
  if (text.size() <= 10) {
    const bool is_date = text.size() == digits.size() + (digits.size() - 4) / 2;
    return digits.size() >= 4 && is_date && read_parts(digits, fields) ? digits : "";
  }
  const auto offset = text.find_first_of("+-Z", 19);
  if (digits.size() != 14 || offset == std::string_view::npos) return "";
  if (!read_parts(digits + std::string(text.substr(offset)), fields)) return "";
  move_to(fields, 0);
  const bool twice = comes_twice(fields);
  if (is_summer(fields)) move_to(fields, 60);
  std::string made;
  for (const Part part : {year, month, day, hour, minute, second})
    append(made, fields.of[part], part == year ? 4 : 2);
  // A midnight without an offset would read as padding.
  if (twice || made.ends_with("000000")) made += fields.offset == 60 ? "+0100" : "+0000";
  return made;
}

Date pattern_date(std::string_view text, std::string_view pattern, std::string_view precision,
                  Zone zone) {
  struct Letters {
    std::string_view letters;
    Part part;
  };
  constexpr Letters all[] = {{"yyyy", year}, {"MMM", month}, {"MM", month}, {"dd", day},
                             {"HH", hour},   {"mm", minute}, {"ss", second}};
  text = trim(text);
  if (text.empty()) return only(DateNote::nothing);
  Fields fields;
  while (!pattern.empty()) {
    const auto* known = std::find_if(std::begin(all), std::end(all), [&](const Letters& letters) {
      return pattern.starts_with(letters.letters);
    });
    if (known != std::end(all)) {
      fields.of[known->part] =
          known->letters == "MMM" ? take_month(text) : take(text, known->letters.size());
      if (fields.of[known->part] < 0) return only(DateNote::wrong);
      pattern.remove_prefix(known->letters.size());
    } else {
      if (text.empty() || text[0] != pattern[0]) return only(DateNote::wrong);
      text.remove_prefix(1);
      pattern.remove_prefix(1);
    }
  }
  if (fields.of[year] == 0) return only(DateNote::nothing);
  if (!text.empty() || !exists(fields)) return only(DateNote::wrong);
  const std::size_t keep = precision == "Y"     ? 1
                           : precision == "YM"  ? 2
                           : precision == "YMD" ? 3
                                                : 6;
  for (std::size_t part = keep; part < parts; ++part) fields.of[part] = -1;
  auto made = print(fields, zone);
  if (made.text == "1901-01-01") return only(DateNote::nothing);
  return made;
}

}  // namespace fingerpost::mapping
