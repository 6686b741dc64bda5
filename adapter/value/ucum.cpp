#include "value/ucum.h"

#include "base/text.h"
#include "value/ucum_table.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace fingerpost::value {
namespace {

constexpr int most_exponent = 400;
constexpr std::size_t most_characters = 200;  // of a unit
constexpr int most_depth = 20;                // of parentheses

void add_arbitrary(Unit& unit, std::uint16_t which, int exponent) {
  const auto at = std::lower_bound(unit.arbitrary.begin(), unit.arbitrary.end(), which,
                                   [](const auto& one, auto wanted) { return one.first < wanted; });
  if (at == unit.arbitrary.end() || at->first != which) {
    if (exponent != 0) unit.arbitrary.insert(at, {which, exponent});
    return;
  }
  at->second += exponent;
  if (at->second == 0) unit.arbitrary.erase(at);
}

// unit * by ^ exponent
void multiply(Unit& unit, const Unit& by, int exponent) {
  // A temperature with a zero of its own cannot be part of another unit.
  unit.convertible = unit.convertible && by.convertible && !unit.shift && !by.shift;
  for (std::size_t i = 0; i < unit.exponents.size(); ++i)
    unit.exponents[i] += by.exponents[i] * exponent;
  for (const auto& [which, of_it] : by.arbitrary) add_arbitrary(unit, which, of_it * exponent);
  const Ratio step = exponent < 0 ? by.factor.inverse() : by.factor;
  for (int i = 0; i < std::abs(exponent) && unit.convertible; ++i) {
    unit.factor = unit.factor * step;
    unit.convertible = unit.factor.sane();
  }
}

// A unit of the tables, once it is worked out.
struct Known {
  Unit unit;
  bool prefix = false;
};
using Table = std::unordered_map<std::string_view, Known>;

// UCUM section 2: terms of components, from left to right.
class Parser {
 public:
  Parser(std::string_view text, const Table& table) : rest_(text), table_(table) {}

  std::optional<Unit> run() {
    Unit unit;
    const bool inverse = take('/');
    if (!term(unit, inverse) || !rest_.empty()) return {};
    return unit;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool term(Unit& unit, bool inverse) {
    if (++depth_ > most_depth) return false;
    for (bool first = true;; first = false) {
      Unit part;
      if (!component(part)) return false;
      if (first && !inverse) {
        unit = part;
      } else {
        multiply(unit, part, inverse ? -1 : 1);
      }
      if (take('.')) {
        inverse = false;
      } else if (take('/')) {
        inverse = true;
      } else {
        break;
      }
    }
    --depth_;
    return true;
  }

  bool component(Unit& unit) {
    if (take('(')) return term(unit, false) && take(')');
    if (rest_.starts_with('{')) return annotation();
    const bool number = !rest_.empty() && is_digit(rest_[0]) && !power_of_ten();
    if (!(number ? factor(unit) : annotatable(unit))) return false;
    return !rest_.starts_with('{') || annotation();
  }

  // Any visible ASCII but braces.
  bool annotation() {
    const auto end = rest_.find('}');
    if (end == std::string_view::npos) return false;
    const auto inside = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return std::all_of(inside.begin(), inside.end(),
                       [](char c) { return c > ' ' && c < '\x7f' && c != '{'; });
  }

  bool power_of_ten() const { return rest_.starts_with("10*") || rest_.starts_with("10^"); }

  bool factor(Unit& unit) {
    std::size_t size = 0;
    while (size < rest_.size() && is_digit(rest_[size])) ++size;
    const auto number = parse_ratio(rest_.substr(0, size));
    if (!number || number->zero()) return false;
    unit.factor = *number;
    unit.convertible = number->sane();
    rest_.remove_prefix(size);
    return true;
  }

  // A symbol goes on to what cannot be part of one; within brackets all is part of it.
  std::string_view symbol() {
    std::size_t size = power_of_ten() ? 3 : 0;
    if (size == 0) {
      for (bool inside = false; size < rest_.size(); ++size) {
        const char c = rest_[size];
        if (c <= ' ' || c >= '\x7f') break;
        inside = c == '[' || (inside && c != ']');
        constexpr std::string_view ends = "./(){}+-=\"";
        if (!inside && (is_digit(c) || ends.find(c) != std::string_view::npos)) break;
      }
    }
    const auto found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
  }

  bool annotatable(Unit& unit) {
    Unit base;
    if (!simple(symbol(), base)) return false;
    const bool negative = rest_.starts_with('-');
    const bool sign = take('-') || take('+');
    std::size_t size = 0;
    while (size < rest_.size() && is_digit(rest_[size])) ++size;
    if (size == 0) {
      unit = base;
      return !sign;
    }
    const auto exponent = to_integer(rest_.substr(0, size));
    if (!exponent || *exponent > most_exponent) return false;
    rest_.remove_prefix(size);
    multiply(unit, base, negative ? -static_cast<int>(*exponent) : static_cast<int>(*exponent));
    return true;
  }

  bool simple(std::string_view code, Unit& unit) const {
    if (const auto found = table_.find(code); found != table_.end()) {
      unit = found->second.unit;
      return true;
    }
    for (const auto& prefix : ucum::prefixes()) {
      if (!code.starts_with(prefix.code)) continue;
      const auto found = table_.find(code.substr(prefix.code.size()));
      if (found == table_.end() || !found->second.prefix) continue;
      unit = found->second.unit;
      const auto by = *parse_ratio(prefix.number);
      unit.factor = unit.factor * by;
      if (unit.shift) *unit.shift = *unit.shift * by.inverse();
      return true;
    }
    return false;
  }

  std::string_view rest_;
  const Table& table_;
  int depth_ = 0;
};

// Each unit is worked out from those it is made of, in as many rounds as that takes.
Table work_out() {
  Table table;
  const auto names = ucum::bases();
  for (std::size_t i = 0; i < names.size(); ++i) {
    Known base{{}, true};
    base.unit.exponents[i] = 1;
    table.emplace(names[i], base);
  }
  const auto atoms = ucum::atoms();
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      const auto& atom = atoms[i];
      if (table.contains(atom.code)) continue;
      auto unit = Parser(atom.of, table).run();
      if (!unit) continue;
      if (atom.number.empty()) {
        add_arbitrary(*unit, static_cast<std::uint16_t>(i), 1);
      } else {
        unit->factor = unit->factor * *parse_ratio(atom.number);
      }
      table.emplace(atom.code, Known{*unit, atom.takes == ucum::Takes::prefix});
      more = true;
    }
  }
  for (const auto& special : ucum::specials()) {
    Known known{*Parser(special.of, table).run(), special.takes == ucum::Takes::prefix};
    known.unit.factor = known.unit.factor * *parse_ratio(special.number);
    if (special.shift.empty()) {
      known.unit.convertible = false;
    } else {
      known.unit.shift = parse_ratio(special.shift);
    }
    table.emplace(special.code, known);
  }
  return table;
}

Ratio in_base(const Ratio& value, const Unit& unit) {
  return (unit.shift ? value + *unit.shift : value) * unit.factor;
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view code) {
  static const Table table = work_out();
  if (code.empty() || code.size() > most_characters) return {};
  return Parser(code, table).run();
}

bool comparable(const Unit& left, const Unit& right) {
  return left.convertible && right.convertible && left.exponents == right.exponents &&
         left.arbitrary == right.arbitrary;
}

std::strong_ordering compare(const Decimal& left, const Unit& left_unit, const Decimal& right,
                             const Unit& right_unit) {
  return compare(in_base(ratio_of(left), left_unit), in_base(ratio_of(right), right_unit));
}

Ratio converted(const Ratio& value, const Unit& from, const Unit& to) {
  Ratio made = in_base(value, from) * to.factor.inverse();
  if (!to.shift) return made;
  Ratio shift = *to.shift;
  shift.negative = !shift.negative;
  return made + shift;
}

}  // namespace fingerpost::value
