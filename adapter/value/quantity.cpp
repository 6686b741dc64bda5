#include "value/quantity.h"

#include "base/text.h"
#include "value/ucum.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fingerpost::value {
namespace {

struct Word {
  std::string_view text;
  Calendar calendar;
  std::string_view ucum;
};
constexpr std::array<Word, 8> words = {{{"year", Calendar::year, "a"},
                                        {"month", Calendar::month, "mo"},
                                        {"week", Calendar::week, "wk"},
                                        {"day", Calendar::day, "d"},
                                        {"hour", Calendar::hour, "h"},
                                        {"minute", Calendar::minute, "min"},
                                        {"second", Calendar::second, "s"},
                                        {"millisecond", Calendar::millisecond, "ms"}}};

bool same_unit(const Quantity& left, const Quantity& right) {
  return left.calendar == right.calendar &&
         (left.calendar != Calendar::none || left.unit == right.unit);
}

std::string_view code_of(const Quantity& quantity) {
  if (quantity.calendar == Calendar::none) return quantity.unit;
  return words[static_cast<std::size_t>(quantity.calendar) - 1].ucum;
}

bool has_months(const Quantity& quantity) {
  return quantity.calendar == Calendar::year || quantity.calendar == Calendar::month;
}

template <class T>
struct Both {
  T left, right;
};

// Calendar years and months have no fixed length, and compare with each other alone.
std::optional<Both<Decimal>> months(const Quantity& left, const Quantity& right) {
  if (!has_months(left) || !has_months(right)) return {};
  const auto of = [](const Quantity& quantity) {
    return quantity.calendar == Calendar::year ? multiply(quantity.value, Decimal(12, 0))
                                               : std::optional(quantity.value);
  };
  const auto a = of(left), b = of(right);
  if (!a || !b) return {};
  return Both<Decimal>{*a, *b};
}

// The units of quantities that compare by them. A week and what is shorter has the UCUM unit's
// length.
std::optional<Both<Unit>> units(const Quantity& left, const Quantity& right) {
  if (has_months(left) || has_months(right)) return {};
  const auto a = parse_unit(code_of(left)), b = parse_unit(code_of(right));
  if (!a || !b || !comparable(*a, *b)) return {};
  return Both<Unit>{*a, *b};
}

}  // namespace

Calendar calendar_word(std::string_view word) {
  for (const auto& known : words)
    if (word == known.text || (word.size() == known.text.size() + 1 &&
                               word.starts_with(known.text) && word.back() == 's'))
      return known.calendar;
  return Calendar::none;
}

Calendar calendar_step(const Quantity& quantity) {
  if (quantity.calendar != Calendar::none) return quantity.calendar;
  if (const auto word = calendar_word(quantity.unit); word != Calendar::none) return word;
  for (const auto& known : words)
    if (known.calendar > Calendar::month && known.ucum == quantity.unit) return known.calendar;
  return Calendar::none;
}

bool comparable(const Quantity& left, const Quantity& right) {
  return same_unit(left, right) || months(left, right) || units(left, right);
}

std::optional<std::strong_ordering> compare(const Quantity& left, const Quantity& right) {
  if (same_unit(left, right)) return compare(left.value, right.value);
  if (const auto both = months(left, right)) return compare(both->left, both->right);
  if (const auto both = units(left, right))
    return compare(left.value, both->left, right.value, both->right);
  return {};
}

bool equivalent(const Quantity& left, const Quantity& right) {
  const auto definite = [](const Quantity& quantity) {
    Quantity made = quantity;
    if (quantity.calendar != Calendar::none)
      made.unit = words[static_cast<std::size_t>(quantity.calendar) - 1].ucum;
    made.calendar = Calendar::none;
    return made;
  };
  const Quantity a = definite(left), b = definite(right);
  if (same_unit(a, b)) return equivalent(a.value, b.value);
  const auto both = units(a, b);
  if (!both) return false;
  const Unit& unit = compare(both->left.factor, both->right.factor) == std::strong_ordering::greater
                         ? both->right
                         : both->left;
  const auto in_unit = [&](const Quantity& quantity, const Unit& own) {
    return to_decimal(converted(ratio_of(quantity.value), own, unit));
  };
  const auto x = in_unit(a, both->left), y = in_unit(b, both->right);
  if (!x || !y) return compare(a, b) == std::optional(std::strong_ordering::equal);
  const int scale = std::min(a.value.normalised().scale(), b.value.normalised().scale());
  const auto rounded_x = x->rescaled(scale, Decimal::Rounding::half_up);
  const auto rounded_y = y->rescaled(scale, Decimal::Rounding::half_up);
  return rounded_x && rounded_y && compare(*rounded_x, *rounded_y) == std::strong_ordering::equal;
}

// In the left one's unit.
std::optional<Quantity> add(const Quantity& left, const Quantity& right) {
  std::optional<Decimal> more = right.value;
  if (!same_unit(left, right)) {
    if (const auto both = months(left, right)) {
      more = divide(both->right, left.calendar == Calendar::year ? Decimal(12, 0) : Decimal(1, 0));
    } else if (const auto known = units(left, right)) {
      more = to_decimal(converted(ratio_of(right.value), known->right, known->left));
    } else {
      return {};
    }
  }
  const auto sum = more ? add(left.value, *more) : std::nullopt;
  if (!sum) return {};
  return Quantity{*sum, left.unit, left.calendar};
}

namespace {

// As the right operand of "." or "/".
std::string operand(std::string_view code) {
  if (code.starts_with('/')) return "(1" + std::string(code) + ")";
  if (code.find_first_of("./") == std::string_view::npos || code.ends_with(')'))
    return std::string(code);
  return "(" + std::string(code) + ")";
}

}  // namespace

std::optional<Quantity> multiply(const Quantity& left, const Quantity& right, std::string& unit) {
  const auto product = multiply(left.value, right.value);
  if (!product) return {};
  if (code_of(right) == "1") return Quantity{*product, left.unit, left.calendar};
  if (code_of(left) == "1") return Quantity{*product, right.unit, right.calendar};
  const std::string code(code_of(left));
  const bool plain = code.find_first_of("./-(0123456789") == std::string::npos;
  unit = plain && code == code_of(right) ? code + "2" : code + "." + operand(code_of(right));
  return Quantity{*product, unit, Calendar::none};
}

std::optional<Quantity> divide(const Quantity& left, const Quantity& right, std::string& unit) {
  if (code_of(left) != code_of(right) && code_of(right) != "1" && !right.value.zero())
    if (const auto both = units(left, right); both && !both->left.shift && !both->right.shift) {
      const auto ratio = to_decimal(converted(ratio_of(left.value), both->left, both->right) *
                                    ratio_of(right.value).inverse());
      if (!ratio) return {};
      return Quantity{*ratio, "1", Calendar::none};
    }
  const auto ratio = divide(left.value, right.value);
  if (!ratio) return {};
  if (code_of(right) == "1") return Quantity{*ratio, left.unit, left.calendar};
  if (code_of(left) == code_of(right)) return Quantity{*ratio, "1", Calendar::none};
  unit = std::string(code_of(left)) + "/" + operand(code_of(right));
  return Quantity{*ratio, unit, Calendar::none};
}

std::optional<Quantity> parse_quantity(std::string_view text) {
  text = trim(text);
  std::size_t end = 0;
  while (end < text.size() && !is_space(text[end]) && text[end] != '\'') ++end;
  const auto number = Decimal::parse(text.substr(0, end));
  if (!number) return {};
  auto unit = trim(text.substr(end));
  if (unit.empty()) return Quantity{*number, "1", Calendar::none};
  if (unit.front() == '\'') {
    if (unit.size() < 3 || unit.back() != '\'') return {};
    unit = unit.substr(1, unit.size() - 2);
    if (unit.find('\'') != std::string_view::npos) return {};
    return Quantity{*number, unit, Calendar::none};
  }
  const auto calendar = calendar_word(unit);
  if (calendar == Calendar::none) return {};
  return Quantity{*number, unit, calendar};
}

std::string text(const Quantity& quantity) {
  if (quantity.calendar != Calendar::none)
    return quantity.value.text() + " " + std::string(quantity.unit);
  return quantity.value.text() + " '" + std::string(quantity.unit) + "'";
}

}  // namespace fingerpost::value
