#include "model/primitives.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <utility>

namespace fingerpost::model {
namespace {

// Takes what the grammar wants from the front of a text.
class Scan {
 public:
  explicit Scan(std::string_view text) : left_(text) {}

  bool done() const { return left_.empty(); }
  bool sees(char c) const { return !left_.empty() && left_[0] == c; }

  bool take(char c) {
    if (!sees(c)) return false;
    left_.remove_prefix(1);
    return true;
  }
  bool take_any(std::string_view of) {
    if (left_.empty() || of.find(left_[0]) == std::string_view::npos) return false;
    left_.remove_prefix(1);
    return true;
  }
  // As many digits as there are; how many.
  std::size_t digits() {
    std::size_t count = 0;
    while (count < left_.size() && is_digit(left_[count])) ++count;
    left_.remove_prefix(count);
    return count;
  }
  // Exactly `count` digits, as a number; -1 when they are not there.
  int number(std::size_t count) {
    if (left_.size() < count) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(left_[i])) return -1;
      value = value * 10 + (left_[i] - '0');
    }
    left_.remove_prefix(count);
    return value;
  }

 private:
  std::string_view left_;
};

bool in_range(int value, int low, int high) {
  return value >= low && value <= high;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

enum class Precision { none, year, month, day };

Precision scan_date(Scan& scan) {
  const int year = scan.number(4);
  if (year < 1) return Precision::none;
  if (!scan.take('-')) return Precision::year;
  const int month = scan.number(2);
  if (!in_range(month, 1, 12)) return Precision::none;
  if (!scan.take('-')) return Precision::month;
  return in_range(scan.number(2), 1, days_in(year, month)) ? Precision::day : Precision::none;
}

bool scan_time(Scan& scan) {
  if (!in_range(scan.number(2), 0, 23) || !scan.take(':')) return false;
  if (!in_range(scan.number(2), 0, 59) || !scan.take(':')) return false;
  if (!in_range(scan.number(2), 0, 60)) return false;  // 60: a leap second
  return !scan.take('.') || scan.digits() > 0;
}

bool scan_zone(Scan& scan) {
  if (scan.take('Z')) return true;
  if (!scan.take_any("+-")) return false;
  const int hours = scan.number(2);
  if (!in_range(hours, 0, 14) || !scan.take(':')) return false;
  const int minutes = scan.number(2);
  return in_range(minutes, 0, 59) && (hours < 14 || minutes == 0);
}

bool is_date(std::string_view text) {
  Scan scan(text);
  return scan_date(scan) != Precision::none && scan.done();
}

bool is_date_time(std::string_view text) {
  Scan scan(text);
  const Precision precision = scan_date(scan);
  if (precision == Precision::none) return false;
  if (scan.done()) return true;
  return precision == Precision::day && scan.take('T') && scan_time(scan) && scan_zone(scan) &&
         scan.done();
}

bool is_instant(std::string_view text) {
  return text.find('T') != std::string_view::npos && is_date_time(text);
}

bool is_time(std::string_view text) {
  Scan scan(text);
  return scan_time(scan) && scan.done();
}

bool is_whole_number(std::string_view text, std::int64_t low) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return false;
  const auto value = to_integer(text);
  return value && *value >= low && *value <= std::numeric_limits<std::int32_t>::max();
}

bool is_integer(std::string_view text) {
  return is_whole_number(text, std::numeric_limits<std::int32_t>::min());
}
bool is_positive_int(std::string_view text) {
  return is_whole_number(text, 1);
}
bool is_unsigned_int(std::string_view text) {
  return !text.starts_with('-') && is_whole_number(text, 0);
}

bool is_decimal(std::string_view text) {
  Scan scan(text);
  scan.take('-');
  const bool zero = scan.sees('0');
  const std::size_t whole = scan.digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (scan.take('.') && scan.digits() == 0) return false;
  if (scan.take_any("eE")) {
    scan.take_any("+-");
    if (scan.digits() == 0) return false;
  }
  return scan.done();
}

bool is_boolean(std::string_view text) {
  return text == "true" || text == "false";
}

// R4: no control characters but tab, carriage return and line feed; not empty, not only white
// space.
bool is_string(std::string_view text) {
  bool visible = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && !is_space(c)) return false;
    visible |= !is_space(c);
  }
  return visible;
}

bool is_uri(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return is_space(c) || static_cast<unsigned char>(c) < 0x20;
  });
}

// No white space at the ends, and inside only single spaces.
bool is_code(std::string_view text) {
  bool space = true;
  for (const char c : text) {
    if (is_space(c) && (space || c != ' ')) return false;
    space = c == ' ';
  }
  return !text.empty() && !space && is_string(text);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.';
  });
}

bool is_oid(std::string_view text) {
  if (!text.starts_with("urn:oid:")) return false;
  Scan scan(text.substr(8));
  if (!scan.take_any("012") || scan.done()) return false;
  while (!scan.done()) {
    if (!scan.take('.')) return false;
    const bool zero = scan.sees('0');
    const std::size_t digits = scan.digits();
    if (digits == 0 || (zero && digits > 1)) return false;
  }
  return true;
}

bool is_uuid(std::string_view text) {
  if (!text.starts_with("urn:uuid:")) return false;
  text.remove_prefix(9);
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = to_lower(text[i]);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? c != '-' : !is_digit(c) && (c < 'a' || c > 'f')) return false;
  }
  return true;
}

bool is_base64(std::string_view text) {
  std::size_t count = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
    } else if (padding > 0 || !(is_letter(c) || is_digit(c) || c == '+' || c == '/')) {
      return false;
    }
    ++count;
  }
  return count > 0 && count % 4 == 0 && padding <= 2;
}

bool is_present(std::string_view text) {
  return !text.empty();
}

struct Row {
  Primitive type;
  std::string_view name;
  bool (*matches)(std::string_view);
};

constexpr std::array<Row, 21> rows = {{
    {Primitive::none, "", is_present},
    {Primitive::boolean, "boolean", is_boolean},
    {Primitive::integer, "integer", is_integer},
    {Primitive::positive_int, "positiveInt", is_positive_int},
    {Primitive::unsigned_int, "unsignedInt", is_unsigned_int},
    {Primitive::decimal, "decimal", is_decimal},
    {Primitive::string, "string", is_string},
    {Primitive::code, "code", is_code},
    {Primitive::id, "id", is_id},
    {Primitive::uri, "uri", is_uri},
    {Primitive::url, "url", is_uri},
    {Primitive::canonical, "canonical", is_uri},
    {Primitive::oid, "oid", is_oid},
    {Primitive::uuid, "uuid", is_uuid},
    {Primitive::markdown, "markdown", is_string},
    {Primitive::xhtml, "xhtml", is_present},
    {Primitive::base64_binary, "base64Binary", is_base64},
    {Primitive::date, "date", is_date},
    {Primitive::date_time, "dateTime", is_date_time},
    {Primitive::time, "time", is_time},
    {Primitive::instant, "instant", is_instant},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].type) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

Primitive primitive_named(std::string_view name) {
  for (const auto& row : rows)
    if (row.name == name && !name.empty()) return row.type;
  return Primitive::none;
}

bool matches(Primitive type, std::string_view text) {
  return rows[static_cast<std::size_t>(type)].matches(text);
}

}  // namespace fingerpost::model
