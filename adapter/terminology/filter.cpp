#include "terminology/filter.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

constexpr int often = 8;

bool is_relation(Operator op) {
  return op == Operator::is_a || op == Operator::descendent_of || op == Operator::is_not_a ||
         op == Operator::generalizes || op == Operator::child_of || op == Operator::descendent_leaf;
}

bool is_the_code(std::string_view property) {
  return property == "concept" || property == "code";
}

}  // namespace

Found<Filter> Filter::make(const Content& content, const FilterRow& row, const CodeSystem& system) {
  Filter made;
  made.op_ = row.op;
  made.property_ = content.text(row.property);
  made.value_ = content.text(row.value);
  if (row.op == Operator::unknown)
    return unusable("A filter on '" + std::string(made.property_) +
                    "' has an operator that is not known");
  if (is_relation(row.op)) {
    made.place_ = system.find(made.value_);
    if (made.place_ == no_row)
      return unusable("The code '" + std::string(made.value_) + "' of a filter is not in '" +
                      system.canonical() + "'");
  }
  if (row.op == Operator::in || row.op == Operator::not_in) {
    for (auto rest = made.value_; !rest.empty();) {
      const auto comma = rest.find(',');
      made.values_.push_back(trim(rest.substr(0, comma)));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    std::sort(made.values_.begin(), made.values_.end());
  }
  if (row.op == Operator::regex) {
    made.pattern_.emplace(made.value_);
    if (!made.pattern_->good())
      return unusable("The regular expression of a filter is not supported");
  }
  return made;
}

bool Filter::listed(std::string_view value) const {
  return std::binary_search(values_.begin(), values_.end(), value);
}

// Whether one of the values of the property is `same`.
bool Filter::any_value(const CodeSystem& system, std::uint32_t place, auto&& same) const {
  if (is_the_code(property_)) return same(system.code(place));
  if (property_ == "display") return same(system.display(place));
  if (property_ == "definition") return same(system.text(system.at(place).definition));
  if (property_ == "parent" || property_ == "child") {
    const auto& others = property_ == "parent" ? system.parents(place) : system.children(place);
    return std::any_of(others.begin(), others.end(),
                       [&](std::uint32_t other) { return same(system.code(other)); });
  }
  for (const auto& row : system.properties(place))
    if (system.text(row.code) == property_ && same(system.text(row.value.value))) return true;
  return false;
}

std::uint64_t Filter::cost(const CodeSystem& system, std::uint32_t place) const {
  constexpr std::uint64_t letters = 64;  // that cost as much as a code
  if (op_ == Operator::child_of) return 1 + system.parents(place).size();
  if (op_ == Operator::descendent_leaf && !system.children(place).empty()) return 1;
  if (is_relation(op_)) return 1 + (related_.empty() ? system.size() / often : 0);
  if (property_ == "parent") return 1 + system.parents(place).size();
  if (property_ == "child") return 1 + system.children(place).size();
  const auto text = [&](std::string_view value) {
    return op_ == Operator::regex ? value.size() / letters : 0;
  };
  if (is_the_code(property_)) return 1 + text(system.code(place));
  if (property_ == "display") return 1 + text(system.display(place));
  if (property_ == "definition") return 1 + text(system.text(system.at(place).definition));
  std::uint64_t sum = 1;
  for (const auto& row : system.properties(place)) sum += 1 + text(system.text(row.value.value));
  return sum;
}

bool Filter::is_below(const CodeSystem& system, std::uint32_t place) {
  if (asked_ < often) {
    ++asked_;
    return is_a(system, place, place_);
  }
  if (related_.empty()) related_ = reached(system, place_, Towards::children);
  return related_[place];
}

bool Filter::relation_holds(const CodeSystem& system, std::uint32_t place) {
  switch (op_) {
    case Operator::is_a:
      return is_below(system, place);
    case Operator::is_not_a:
      return !is_below(system, place);
    case Operator::descendent_of:
      return place != place_ && is_below(system, place);
    case Operator::descendent_leaf:
      return place != place_ && system.children(place).empty() && is_below(system, place);
    case Operator::generalizes:
      if (related_.empty()) related_ = reached(system, place_, Towards::parents);
      return related_[place];
    default: {
      const auto parents = system.parents(place);
      return std::find(parents.begin(), parents.end(), place_) != parents.end();
    }
  }
}

bool Filter::holds(const CodeSystem& system, std::uint32_t place) {
  if (is_relation(op_)) return relation_holds(system, place);
  switch (op_) {
    case Operator::equal:
      return any_value(system, place, [&](std::string_view is) { return is == value_; });
    case Operator::in:
      return any_value(system, place, [&](std::string_view is) { return listed(is); });
    case Operator::not_in:
      return !any_value(system, place, [&](std::string_view is) { return listed(is); });
    case Operator::regex:
      return any_value(system, place, [&](std::string_view is) { return pattern_->matches(is); });
    default:  // exists
      return any_value(system, place, [](std::string_view is) { return !is.empty(); }) ==
             (value_ == "true");
  }
}

}  // namespace fingerpost::terminology
