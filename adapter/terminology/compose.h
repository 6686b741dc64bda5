// What a value set's definition means: which codes are in it (R4 valueset.html#compositions).

#pragma once

#include "fingerpost/limits.h"
#include "terminology/filter.h"
#include "terminology/finding.h"
#include "terminology/language.h"
#include "terminology/resolve.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace fingerpost::terminology {

// Which version of a code system is meant (R4 $expand: system-version and its kin).
struct VersionRules {
  std::vector<Canonical> preferred;  // where a value set names no version
  std::vector<Canonical> checked;    // any other version is an error
  std::vector<Canonical> forced;     // whatever the value set says
};

// Texts in the order they came, each once.
class Uniques {
 public:
  void add(const std::string& text) {
    if (seen_.insert(text).second) all_.push_back(text);
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
  std::unordered_set<std::string> seen_;
};

// Evaluates value sets for one operation: it keeps what it prepared, and spends one budget.
class Composer {
 public:
  Composer(const Terminology& terminology, VersionRules rules, const Limits& limits)
      : terminology_(terminology), rules_(std::move(rules)), limits_(limits) {}

  // The code system an include or a coding means; an empty one when it is not at hand.
  Found<CodeSystem> system(std::string_view url, std::string_view version) const;
  // A code as an item, found in its code system where that is at hand.
  Found<Item> item(std::string_view system, std::string_view version, std::string_view code) const;

  // Whether the code is in the set. What could not be looked into is a finding, unless another
  // part of the definition has the code already.
  Found<bool> contains(const ValueSet& set, const Item& item);
  // Whether a code that is not among those at hand, though its code system is no whole one, could
  // be answered for otherwise with the system's content; `in` is what contains() says of it.
  Found<bool> needs_content(const ValueSet& set, const Item& item, bool in);
  // The systems from which the set takes codes, for a code without one.
  Found<std::vector<std::string>> systems(const ValueSet& set);
  // All its codes, once each, in the order of the definition.
  Found<std::vector<Item>> expand(const ValueSet& set);

  // The value sets other than the first that were looked into, and the code systems: canonicals.
  const std::vector<std::string>& used_value_sets() const { return used_value_sets_.all(); }
  const std::vector<std::string>& used_systems() const { return used_systems_.all(); }
  std::uint64_t steps() const { return steps_; }  // spent

 private:
  struct Inside;
  Found<Inside> enter(const ValueSet& set);
  Found<ValueSet> imported(const ValueSet& from, Text reference);
  Found<bool> any_contains(const ValueSet& set, std::span<const IncludeRow> rows, const Item& item);
  Found<bool> matches(const ValueSet& set, const IncludeRow& row, const Item& item);
  Found<bool> passes(std::vector<Filter>& filters, const CodeSystem& system, std::uint32_t place);
  Found<bool> in_system(const ValueSet& set, const IncludeRow& row, const Item& item);
  Found<bool> in_imports(const ValueSet& set, std::span<const Text> references, const Item& item);
  Found<std::vector<Filter>*> filters(const ValueSet& set, const IncludeRow& row,
                                      const CodeSystem& system);
  Found<bool> any_needs_content(const ValueSet& set, std::span<const IncludeRow> rows,
                                const Item& item);
  Found<void> gather_systems(const ValueSet& set, Uniques& into);
  Found<std::vector<Item>> listed(const ValueSet& set, const IncludeRow& row);
  Found<std::vector<Item>> included(const ValueSet& set, const IncludeRow& row);
  Found<std::vector<Item>> of_system(const ValueSet& set, const IncludeRow& row);
  Found<void> spend(std::uint64_t steps);

  const Terminology& terminology_;
  VersionRules rules_;
  const Limits& limits_;
  std::vector<const ValueSetRow*> path_;  // the sets being looked into, one in the other
  std::unordered_map<const IncludeRow*, std::vector<Filter>> filters_;
  Uniques used_value_sets_;
  Uniques used_systems_;
  std::uint64_t steps_ = 0;
};

// Codes without repetition: the same code of the same system is one.
class Distinct {
 public:
  bool add(const Item& item);  // false: it was there

 private:
  std::unordered_map<std::string, bool> seen_;
};

}  // namespace fingerpost::terminology
