#include "terminology/compose.h"

#include "terminology/grammar.h"
#include "terminology/slots.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

std::string_view rule_for(const std::vector<Canonical>& rules, std::string_view system) {
  for (const auto& rule : rules)
    if (rule.url == system) return rule.version;
  return {};
}

Finding cannot_expand(std::string_view system, std::string_view version) {
  std::string name(system);
  if (!version.empty()) (name += '|') += version;
  return {Severity::error,
          "not-found",
          "not-found",
          "UNKNOWN_CODESYSTEM_EXP",
          "A definition for CodeSystem '" + name +
              "' could not be found, so the value set cannot be expanded",
          ""};
}

}  // namespace

bool Distinct::add(const Item& item) {
  std::string key(item.url);
  ((key += '|') += item.version) += '#';
  return seen_.try_emplace(key.append(item.code)).second;
}

// Takes a set off the path when it was looked into.
struct Composer::Inside {
  std::vector<const ValueSetRow*>* path;

  explicit Inside(std::vector<const ValueSetRow*>& of) : path(&of) {}
  Inside(Inside&& other) noexcept : path(std::exchange(other.path, nullptr)) {}
  Inside& operator=(Inside&&) = delete;
  ~Inside() {
    if (path) path->pop_back();
  }
};

Found<void> Composer::spend(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > limits_.value_set_steps)
    return too_costly("The value set takes more than the limit value_set_steps");
  return {};
}

Found<Composer::Inside> Composer::enter(const ValueSet& set) {
  if (std::find(path_.begin(), path_.end(), set.row) != path_.end()) {
    std::string text =
        "Found a circularity pointing to " + set.named() + " processing ValueSet with pathway [";
    for (const auto* row : path_) {
      if (row != path_.front()) text += ", ";
      text += ValueSet{set.content, row, nullptr}.named();
    }
    return Finding{
        Severity::error, "processing", "vs-invalid", "VALUESET_CIRCULAR_REFERENCE", text + "]", ""};
  }
  if (path_.size() >= static_cast<std::size_t>(limits_.value_set_depth))
    return too_costly("Value sets include each other deeper than the limit value_set_depth");
  if (!set.defined())
    return unusable("The value set '" + set.named() + "' has no definition at hand");
  path_.push_back(set.row);
  return Inside(path_);
}

Found<CodeSystem> Composer::system(std::string_view url, std::string_view version) const {
  if (const auto forced = rule_for(rules_.forced, url); !forced.empty()) {
    version = forced;
  } else if (version.empty()) {
    version = rule_for(rules_.preferred, url);
  }
  const auto found = find_code_system(terminology_, {url, version});
  const auto checked = rule_for(rules_.checked, url);
  if (!checked.empty() && found && found.version() != checked)
    return Finding{Severity::error,
                   "exception",
                   "vs-invalid",
                   "VALUESET_VERSION_CHECK",
                   "The version '" + std::string(found.version()) + "' of the code system '" +
                       std::string(url) + "' is not the version '" + std::string(checked) +
                       "' that was asked for",
                   ""};
  return found;
}

Found<Item> Composer::item(std::string_view url, std::string_view version,
                           std::string_view code) const {
  LET(const auto system, this->system(url, version));
  Item made;
  made.url = url;
  made.code = code;
  made.version = version;
  if (!system) return made;
  made.system = system;
  made.version = system.version();
  made.place = system.find(code);
  if (made.place != no_row) made.code = system.code(made.place);
  return made;
}

Found<ValueSet> Composer::imported(const ValueSet& from, Text reference) {
  const auto canonical = from.text(reference);
  if (canonical.starts_with('#')) {
    const auto* container = from.container ? from.container : from.row;
    LET_DONE(spend(container->contained.count));
  }
  const auto found = find_imported(terminology_, from, canonical);
  if (!found) return unknown_value_set(canonical);
  if (!found.row->is_contained) used_value_sets_.add(found.canonical());
  return found;
}

Found<bool> Composer::contains(const ValueSet& set, const Item& item) {
  LET(const auto inside, enter(set));
  LET(const bool in, any_contains(set, set.includes(), item));
  if (!in) return false;
  if (set.row->inactive == Inactive::no && item.place != no_row &&
      item.system.at(item.place).inactive)
    return false;
  LET(const bool out, any_contains(set, set.excludes(), item));
  return !out;
}

Found<bool> Composer::any_contains(const ValueSet& set, std::span<const IncludeRow> rows,
                                   const Item& item) {
  std::optional<Finding> trouble;
  for (const auto& row : rows) {
    auto found = matches(set, row, item);
    if (!found) {
      if (!trouble) trouble = found.error();
    } else if (*found) {
      return true;
    }
  }
  if (trouble) return *trouble;
  return false;
}

Found<bool> Composer::matches(const ValueSet& set, const IncludeRow& row, const Item& item) {
  LET_DONE(spend(1));
  const auto imports = set.value_sets(row);
  if (row.system.size == 0 && imports.empty()) return false;
  if (row.system.size > 0) {
    LET(const bool in, in_system(set, row, item));
    if (!in) return false;
  }
  return in_imports(set, imports, item);
}

// Of several value sets, all have to have the code.
Found<bool> Composer::in_imports(const ValueSet& set, std::span<const Text> references,
                                 const Item& item) {
  for (const Text reference : references) {
    LET(const auto other, imported(set, reference));
    LET(const bool in, contains(other, item));
    if (!in) return false;
  }
  return true;
}

Found<bool> Composer::in_system(const ValueSet& set, const IncludeRow& row, const Item& item) {
  if (set.text(row.system) != item.url) return false;
  LET(const auto system, this->system(item.url, set.text(row.version)));
  if (row.listed.count == 0 && row.filters.count == 0 &&
      (!system || system.row->whole != Whole::complete))
    if (const auto good = well_formed(item.url, item.code)) return *good;
  if (!system) {
    if (row.listed.count == 0) {
      const auto version = set.text(row.version);
      return cannot_expand(item.url, version);
    }
  } else if (!item.version.empty() && item.system && system.version() != item.version) {
    return false;
  }
  const auto place = !system ? no_row : system == item.system ? item.place : system.find(item.code);
  if (row.listed.count > 0) {
    const bool exact = !system || system.row->case_sensitive;
    const auto rows = Content::rows(set.content->listed, row.listed);
    const auto found = find_slot(set.content->slots, row.slots, item.code, [&](std::uint32_t at) {
      return same_code(set.text(rows[at].code), item.code, exact);
    });
    // A list cannot add to a code system that says it is complete.
    return found != no_row && (place != no_row || !system || system.row->whole != Whole::complete);
  }
  if (place == no_row) return false;
  LET(auto* const filters, this->filters(set, row, system));
  return passes(*filters, system, place);
}

Found<bool> Composer::passes(std::vector<Filter>& filters, const CodeSystem& system,
                             std::uint32_t place) {
  for (auto& filter : filters) {
    LET_DONE(spend(filter.cost(system, place)));
    if (!filter.holds(system, place)) return false;
  }
  return true;
}

Found<std::vector<Filter>*> Composer::filters(const ValueSet& set, const IncludeRow& row,
                                              const CodeSystem& system) {
  const auto [known, fresh] = filters_.try_emplace(&row);
  if (!fresh) return &known->second;
  std::vector<Filter> made;
  if (auto spent = spend(row.filters.count); !spent) {
    filters_.erase(known);
    return spent.error();
  }
  for (const auto& filter : Content::rows(set.content->filters, row.filters)) {
    auto one = Filter::make(*set.content, filter, system);
    if (!one) {
      filters_.erase(known);
      return one.error();
    }
    made.push_back(*std::move(one));
  }
  known->second = std::move(made);
  return &known->second;
}

Found<bool> Composer::needs_content(const ValueSet& set, const Item& item, bool in) {
  LET(const auto inside, enter(set));
  // What is in by a list may be taken out again; what is not may be in by more than lists.
  if (in) return any_needs_content(set, set.excludes(), item);
  return any_needs_content(set, set.includes(), item);
}

Found<bool> Composer::any_needs_content(const ValueSet& set, std::span<const IncludeRow> rows,
                                        const Item& item) {
  for (const auto& row : rows) {
    LET_DONE(spend(1));
    if (row.system.size > 0) {
      if (set.text(row.system) != item.url) continue;
      if (row.listed.count == 0) return true;
      LET(const bool in, in_system(set, row, item));
      if (!in) continue;
    }
    for (const Text reference : set.value_sets(row)) {
      LET(const auto other, imported(set, reference));
      LET(const bool in, contains(other, item));
      LET(const bool needed, needs_content(other, item, in));
      if (needed) return true;
    }
  }
  return false;
}

Found<std::vector<std::string>> Composer::systems(const ValueSet& set) {
  Uniques made;
  LET_DONE(gather_systems(set, made));
  return made.all();
}

Found<void> Composer::gather_systems(const ValueSet& set, Uniques& into) {
  LET(const auto inside, enter(set));
  for (const auto& row : set.includes()) {
    LET_DONE(spend(1));
    if (row.system.size > 0) {
      into.add(std::string(set.text(row.system)));
      continue;
    }
    for (const Text reference : set.value_sets(row)) {
      LET(const auto other, imported(set, reference));
      LET_DONE(gather_systems(other, into));
    }
  }
  return {};
}

Found<std::vector<Item>> Composer::expand(const ValueSet& set) {
  LET(const auto inside, enter(set));
  std::vector<Item> made;
  Distinct distinct;
  for (const auto& row : set.includes()) {
    LET(const auto items, included(set, row));
    for (const auto& item : items) {
      if (set.row->inactive == Inactive::no && item.place != no_row &&
          item.system.at(item.place).inactive)
        continue;
      if (set.row->excludes.count > 0) {
        LET(const bool out, any_contains(set, set.excludes(), item));
        if (out) continue;
      }
      if (distinct.add(item)) made.push_back(item);
    }
  }
  return made;
}

Found<std::vector<Item>> Composer::included(const ValueSet& set, const IncludeRow& row) {
  LET_DONE(spend(1));  // imports of imports cost, whatever they hold
  auto imports = set.value_sets(row);
  std::vector<Item> items;
  if (row.system.size > 0) {
    LET(items, row.listed.count > 0 ? listed(set, row) : of_system(set, row));
  } else if (!imports.empty()) {
    LET(const auto first, imported(set, imports[0]));
    LET(items, expand(first));
    LET_DONE(spend(items.size()));
    imports = imports.subspan(1);
  }
  if (imports.empty()) return items;
  std::vector<Item> made;
  for (const auto& item : items) {
    LET(const bool in, in_imports(set, imports, item));
    if (in) made.push_back(item);
  }
  return made;
}

Found<std::vector<Item>> Composer::listed(const ValueSet& set, const IncludeRow& row) {
  const auto url = set.text(row.system);
  LET(const auto system, this->system(url, set.text(row.version)));
  if (system) used_systems_.add(system.canonical());
  std::vector<Item> made;
  LET_DONE(spend(row.listed.count));
  for (const auto& code : Content::rows(set.content->listed, row.listed)) {
    Item item;
    item.url = url;
    item.version = system ? system.version() : set.text(row.version);
    item.code = set.text(code.code);
    item.content = set.content;
    item.listed = &code;
    if (system) {
      item.system = system;
      item.place = system.find(item.code);
      if (item.place == no_row && system.row->whole == Whole::complete) continue;
      if (item.place != no_row) item.code = system.code(item.place);
    }
    made.push_back(item);
  }
  return made;
}

Found<std::vector<Item>> Composer::of_system(const ValueSet& set, const IncludeRow& row) {
  const auto url = set.text(row.system);
  LET(const auto system, this->system(url, set.text(row.version)));
  if (!system) return cannot_expand(url, set.text(row.version));
  if (system.row->whole == Whole::not_present || system.row->whole == Whole::example)
    return unusable("The code system '" + system.canonical() +
                    "' is known, but not its codes, so the value set cannot be expanded");
  used_systems_.add(system.canonical());
  LET(auto* const filters, this->filters(set, row, system));
  LET_DONE(spend(system.size()));
  std::vector<Item> made;
  for (std::uint32_t place = 0; place < system.size(); ++place) {
    LET(const bool kept, passes(*filters, system, place));
    if (!kept) continue;
    Item item;
    item.system = system;
    item.place = place;
    item.url = url;
    item.version = system.version();
    item.code = system.code(place);
    made.push_back(item);
  }
  return made;
}

}  // namespace fingerpost::terminology
