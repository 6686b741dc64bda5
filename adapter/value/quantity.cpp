#include "value/quantity.h"

#include "base/text.h"

#include <array>
#include <utility>

namespace fingerpost::value {
namespace {

// What a unit measures, and how many of its base unit it is.
enum class Measure : std::uint8_t { number, mass, length, time, volume, calendar_months };

struct Scaled {
  Measure measure;
  Decimal factor;
};

struct Atom {
  std::string_view code;
  Measure measure;
  std::string_view factor;  // in g, m, s, L
  bool metric;              // takes a prefix
};
// UCUM codes. The base units are g, m, s and L.
constexpr std::array<Atom, 20> atoms = {{{"1", Measure::number, "1", false},
                                         {"%", Measure::number, "0.01", false},
                                         {"g", Measure::mass, "1", true},
                                         {"t", Measure::mass, "1000000", true},
                                         {"[lb_av]", Measure::mass, "453.59237", false},
                                         {"[oz_av]", Measure::mass, "28.349523125", false},
                                         {"[stone_av]", Measure::mass, "6350.29318", false},
                                         {"m", Measure::length, "1", true},
                                         {"[in_i]", Measure::length, "0.0254", false},
                                         {"[ft_i]", Measure::length, "0.3048", false},
                                         {"[mi_i]", Measure::length, "1609.344", false},
                                         {"s", Measure::time, "1", true},
                                         {"min", Measure::time, "60", false},
                                         {"h", Measure::time, "3600", false},
                                         {"d", Measure::time, "86400", false},
                                         {"wk", Measure::time, "604800", false},
                                         {"mo", Measure::time, "2629800", false},
                                         {"a", Measure::time, "31557600", false},
                                         {"L", Measure::volume, "1", true},
                                         {"l", Measure::volume, "1", true}}};

struct Prefix {
  std::string_view code;
  std::string_view factor;
};
constexpr std::array<Prefix, 8> prefixes = {{{"k", "1000"},
                                             {"h", "100"},
                                             {"d", "0.1"},
                                             {"c", "0.01"},
                                             {"m", "0.001"},
                                             {"u", "0.000001"},
                                             {"n", "0.000000001"},
                                             {"p", "0.000000000001"}}};

std::optional<Scaled> scaled(std::string_view code) {
  for (const auto& atom : atoms)
    if (atom.code == code) return Scaled{atom.measure, *Decimal::parse(atom.factor)};
  for (const auto& prefix : prefixes) {
    if (!code.starts_with(prefix.code)) continue;
    for (const auto& atom : atoms) {
      if (!atom.metric || atom.code != code.substr(prefix.code.size())) continue;
      const auto factor = multiply(*Decimal::parse(prefix.factor), *Decimal::parse(atom.factor));
      if (factor) return Scaled{atom.measure, *factor};
    }
  }
  return {};
}

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

std::optional<Scaled> scale_of(const Quantity& quantity) {
  // Years and months have no fixed length; what is shorter has that of the UCUM unit.
  if (quantity.calendar == Calendar::year) return Scaled{Measure::calendar_months, Decimal(12, 0)};
  if (quantity.calendar == Calendar::month) return Scaled{Measure::calendar_months, Decimal(1, 0)};
  if (quantity.calendar == Calendar::none) return scaled(quantity.unit);
  return scaled(words[static_cast<std::size_t>(quantity.calendar) - 1].ucum);
}

bool same_unit(const Quantity& left, const Quantity& right) {
  return left.calendar == right.calendar &&
         (left.calendar != Calendar::none || left.unit == right.unit);
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
  if (same_unit(left, right)) return true;
  const auto a = scale_of(left), b = scale_of(right);
  return a && b && a->measure == b->measure;
}

std::optional<std::strong_ordering> compare(const Quantity& left, const Quantity& right) {
  if (same_unit(left, right)) return compare(left.value, right.value);
  const auto a = scale_of(left), b = scale_of(right);
  if (!a || !b || a->measure != b->measure) return {};
  const auto x = multiply(left.value, a->factor), y = multiply(right.value, b->factor);
  if (!x || !y) return {};
  return compare(*x, *y);
}

bool equivalent(const Quantity& left, const Quantity& right) {
  const auto definite = [](const Quantity& quantity) {
    Quantity made = quantity;
    if (quantity.calendar != Calendar::none)
      made.unit = words[static_cast<std::size_t>(quantity.calendar) - 1].ucum;
    made.calendar = Calendar::none;
    return made;
  };
  return compare(definite(left), definite(right)) == std::optional(std::strong_ordering::equal);
}

std::optional<Quantity> add(const Quantity& left, const Quantity& right) {
  if (same_unit(left, right)) {
    const auto sum = add(left.value, right.value);
    if (!sum) return {};
    return Quantity{*sum, left.unit, left.calendar};
  }
  const auto a = scale_of(left), b = scale_of(right);
  if (!a || !b || a->measure != b->measure) return {};
  // In the left one's unit.
  const auto in_base = multiply(right.value, b->factor);
  const auto in_left = in_base ? divide(*in_base, a->factor) : std::nullopt;
  const auto sum = in_left ? add(left.value, *in_left) : std::nullopt;
  if (!sum) return {};
  return Quantity{*sum, left.unit, left.calendar};
}

namespace {

std::string_view code_of(const Quantity& quantity) {
  if (quantity.calendar == Calendar::none) return quantity.unit;
  return words[static_cast<std::size_t>(quantity.calendar) - 1].ucum;
}

}  // namespace

std::optional<Quantity> multiply(const Quantity& left, const Quantity& right, std::string& unit) {
  const auto product = multiply(left.value, right.value);
  if (!product) return {};
  if (code_of(right) == "1") return Quantity{*product, left.unit, left.calendar};
  if (code_of(left) == "1") return Quantity{*product, right.unit, right.calendar};
  unit = std::string(code_of(left)) + "." + std::string(code_of(right));
  if (code_of(left) == code_of(right)) unit = std::string(code_of(left)) + "2";
  return Quantity{*product, unit, Calendar::none};
}

std::optional<Quantity> divide(const Quantity& left, const Quantity& right, std::string& unit) {
  if (code_of(left) != code_of(right) && code_of(right) != "1") {
    const auto a = scale_of(left), b = scale_of(right);
    if (a && b && a->measure == b->measure) {
      const auto above = multiply(left.value, a->factor), below = multiply(right.value, b->factor);
      const auto ratio = above && below ? divide(*above, *below) : std::nullopt;
      if (!ratio) return {};
      return Quantity{*ratio, "1", Calendar::none};
    }
  }
  const auto ratio = divide(left.value, right.value);
  if (!ratio) return {};
  if (code_of(right) == "1") return Quantity{*ratio, left.unit, left.calendar};
  if (code_of(left) == code_of(right)) return Quantity{*ratio, "1", Calendar::none};
  unit = std::string(code_of(left)) + "/" + std::string(code_of(right));
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
