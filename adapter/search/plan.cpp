// From the pairs of a query to a Plan.

#include "search/plan.h"

#include "base/text.h"
#include "search/criteria.h"
#include "search/cursor.h"
#include "search/filter.h"
#include "search/includes.h"
#include "search/search.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fingerpost::search {
namespace {

Error invalid(std::string_view where, std::string text) {
  return {Kind::invalid, std::move(text), std::string(where)};
}

constexpr std::size_t sort_keys = 4;  // each may cost a look through all that is found

// One type's plan; for a search over several types there is one Planner for each.
class Planner {
 public:
  Planner(const Parameters& parameters, const Query& query, const Limits& limits,
          std::string_view type)
      : parameters_(parameters), query_(query), limits_(limits), maker_(parameters, query, limits) {
    plan_.parameters = &parameters;
    plan_.holder = parameters.weak_from_this().lock();
    plan_.type = std::string(type);
    plan_.count = limits.page_default;
  }

  Result<Plan> run() {
    if (query_.compartment) {
      LET(auto inside, maker_.compartment(plan_.type, *query_.compartment));
      plan_.criteria.push_back(std::move(inside));
      sign(query_.compartment->type, query_.compartment->id);
    }
    for (const auto& pair : *query_.pairs) {
      if (pair.first == "_cursor" || (query_.type.empty() && pair.first == "_type")) continue;
      auto done = add(pair);
      if (done) {
        plan_.used.push_back(pair);
        if (pair.first == "_count") plan_.used.back().second = std::to_string(plan_.count);
      } else if (query_.handling == Handling::lenient && maker_.unknown()) {
        plan_.ignored.push_back({Severity::warning, "not-supported", pair.first,
                                 "this parameter was ignored: " + done.error().text});
      } else {
        return std::move(done).error();
      }
    }
    if (plan_.summary == Summary::count) plan_.count = 0;
    LET_DONE(find_places());
    plan_.fingerprint = hash(parameters_.hash_key(), signature_);
    return std::move(plan_);
  }

 private:
  Result<void> add(const Pair& pair) {
    const auto& [name, value] = pair;
    if (name.starts_with('_')) {
      LET(const bool done, control(name, value));
      if (done) return {};
    }
    LET(auto made, maker_.make(plan_.type, name, value));
    plan_.criteria.push_back(std::move(made));
    sign(name, value);
    return {};
  }

  void sign(std::string_view name, std::string_view value) {
    signature_.append(plan_.type).append("?").append(name).append("=").append(value).append("&");
  }

  // The parameters that do not select by an index of their own. False when it is none of them.
  Result<bool> control(std::string_view name, std::string_view value) {
    struct Row {
      std::string_view name;
      Result<void> (Planner::*obey)(std::string_view value);
      bool once = true;
    };
    static constexpr Row rows[] = {{"_count", &Planner::count},
                                   {"_sort", &Planner::sort},
                                   {"_total", &Planner::total},
                                   {"_summary", &Planner::summary},
                                   {"_elements", &Planner::elements, false},
                                   {"_include", &Planner::include, false},
                                   {"_revinclude", &Planner::revinclude, false},
                                   {"_filter", &Planner::filter, false},
                                   {"_format", &Planner::keep},
                                   {"_pretty", &Planner::keep}};
    const auto [plain, modifier] = split_modifier(name);
    const bool iterates = modifier == "iterate" || modifier == "recurse";
    for (const Row& row : rows) {
      if (row.name != plain) continue;
      if (!modifier.empty() && !(iterates && plain.ends_with("include")))
        return maker_.no_such("modifier", name);
      iterate_ = iterates;
      if (row.once && !given_.insert(plain).second)
        return invalid(plain, std::string(plain) + " may be given once");
      LET_DONE((this->*row.obey)(value));
      return true;
    }
    return false;
  }

  Result<void> keep(std::string_view) { return {}; }

  Result<void> count(std::string_view value) {
    const auto count = to_integer(value);
    if (!count || *count < 0) return invalid("_count", "_count must be a whole number");
    plan_.count = static_cast<int>(std::min<std::int64_t>(*count, limits_.page_max));
    return {};
  }

  Result<void> total(std::string_view value) {
    if (value != "none" && value != "estimate" && value != "accurate")
      return invalid("_total", "_total is none, estimate or accurate");
    plan_.total = value == "none"       ? Total::none
                  : value == "estimate" ? Total::estimate
                                        : Total::accurate;
    return {};
  }

  Result<void> summary(std::string_view value) {
    constexpr std::pair<std::string_view, Summary> values[] = {{"false", Summary::no},
                                                               {"true", Summary::yes},
                                                               {"text", Summary::text},
                                                               {"data", Summary::data},
                                                               {"count", Summary::count}};
    for (const auto& [text, summary] : values) {
      if (text != value) continue;
      plan_.summary = summary;
      return {};
    }
    return invalid("_summary", "_summary is true, text, data, count or false");
  }

  // R4 search.html#elements: names of elements at the root of the resource.
  Result<void> elements(std::string_view value) {
    const auto& definitions = parameters_.definitions();
    const TypeId type = definitions.find(plan_.type);
    for (const auto element : split_escaped(value, ',')) {
      const NameId name = definitions.names().find(element);
      const auto* known = name == no_name ? nullptr : definitions.member(type, name).element;
      // Over several types a name need not be known to each.
      if (known == nullptr && !query_.type.empty())
        return maker_.no_such("element at the root of the resource", "_elements");
      plan_.elements.emplace_back(known ? definitions.names().text(known->name) : element);
    }
    return {};
  }

  Result<void> sort(std::string_view value) {
    for (auto name : split_escaped(value, ',')) {
      SortKey key;
      key.descending = name.starts_with('-');
      if (key.descending) name.remove_prefix(1);
      if (name == "_lastUpdated") {
        key.by = SortKey::By::last_updated;
      } else if (name == "_id") {
        key.by = SortKey::By::id;
      } else if (name == "_score") {
        return Error{Kind::unsupported, "matches have no score here to sort by", "_sort"};
      } else {
        key.key = parameters_.find(plan_.type, name);
        if (key.key == 0) return maker_.no_such_parameter(plan_.type, "_sort", name);
        const auto kind = parameters_.key(key.key).kind;
        // Its parts have orders of their own, and none of them is the pair's.
        if (kind == model::SearchType::composite)
          return Error{Kind::unsupported, "a composite has no order; its parts have", "_sort"};
        if (kind == model::SearchType::special) key.by = SortKey::By::distance;
      }
      plan_.sort.push_back(key);
    }
    if (plan_.sort.size() > sort_keys)
      return invalid("_sort", "more keys than the limit sort_keys of " + std::to_string(sort_keys));
    sign("_sort", value);
    return {};
  }

  // R4 Location near: in order of distance from where it was searched.
  Result<void> find_places() {
    for (auto& key : plan_.sort) {
      if (key.by != SortKey::By::distance) continue;
      for (const auto& one : plan_.criteria)
        if (one.test == Criterion::Test::near && one.key == key.key)
          key.places.insert(key.places.end(), one.places.begin(), one.places.end());
      if (key.places.empty())
        return invalid("_sort", "to sort by distance the query needs the place too: near=");
    }
    return {};
  }

  Result<void> include(std::string_view value) { return add_includes(value, false); }
  Result<void> revinclude(std::string_view value) { return add_includes(value, true); }
  Result<void> add_includes(std::string_view value, bool reverse) {
    const auto source = split_modifier(value).first;
    const bool of_another = query_.type.empty() && !reverse && value != "*" && source != plan_.type;
    if (of_another && !iterate_ && is_resource(parameters_.definitions(), source)) return {};
    auto made = read_include(parameters_, plan_.type, value, reverse, iterate_);
    if (!made && made.error().kind == Kind::not_found)
      return maker_.no_such(made.error().text, made.error().where);
    if (!made) return std::move(made).error();
    plan_.includes.insert(plan_.includes.end(), made->begin(), made->end());
    return {};
  }

  Result<void> filter(std::string_view value) {
    LET(auto made, read_filter(maker_, parameters_, plan_.type, value, limits_));
    plan_.criteria.push_back(std::move(made));
    sign("_filter", value);
    return {};
  }

  const Parameters& parameters_;
  const Query& query_;
  const Limits& limits_;
  CriterionMaker maker_;
  Plan plan_;
  std::string signature_;
  bool iterate_ = false;  // of the include being read
  std::set<std::string_view> given_;
};

// R4 search.html#_type: those that are named, else every one that may have such resources.
Result<std::vector<std::string>> types_of(const Parameters& parameters, const Query& query) {
  const auto& definitions = parameters.definitions();
  std::vector<std::string> types;
  for (const auto& [name, value] : *query.pairs) {
    if (name != "_type") continue;
    for (const auto type : split_escaped(value, ',')) {
      if (!is_resource(definitions, type))
        return invalid("_type", "there is no such resource type");
      types.emplace_back(type);
    }
  }
  const bool named = !types.empty();
  for (TypeId id = 1; id < definitions.types().size() && !named; ++id)
    if (is_resource(definitions, definitions.type_name(id)))
      types.emplace_back(definitions.type_name(id));
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  if (!query.compartment || named) return types;
  std::erase_if(types, [&](const std::string& type) {
    return parameters.compartment(query.compartment->type, type) == nullptr;
  });
  return types;
}

bool has_include(const Plan& plan, const Include& wanted) {
  return std::any_of(plan.includes.begin(), plan.includes.end(), [&](const Include& one) {
    return one.key == wanted.key && one.source == wanted.source && one.target == wanted.target &&
           one.reverse == wanted.reverse && one.iterate == wanted.iterate;
  });
}

Result<Plan> plan_several(const Parameters& parameters, const Query& query, const Limits& limits) {
  LET(const auto types, types_of(parameters, query));
  std::optional<Plan> all;
  for (const auto& type : types) {
    LET(auto one, Planner(parameters, query, limits, type).run());
    if (!all) {
      all = std::move(one);
      continue;
    }
    all->fingerprint = hash(parameters.hash_key(), std::to_string(all->fingerprint) + " " +
                                                       std::to_string(one.fingerprint));
    // What is included is told by its own type: the includes of all types are those of the page.
    for (const auto& include : one.includes)
      if (!has_include(*all, include)) all->includes.push_back(include);
    all->others.push_back(std::move(one));
  }
  if (!all) return invalid("_type", "there is no type to search");
  for (const auto& pair : *query.pairs)
    if (pair.first == "_type") all->used.push_back(pair);
  return *std::move(all);
}

}  // namespace

Result<Plan> plan(const Parameters& parameters, const Query& query, const Limits& limits) {
  if (query.pairs->size() > limits.parameters)
    return invalid("", "more search parameters than the limit parameters of " +
                           std::to_string(limits.parameters));
  if (query.compartment && !parameters.is_compartment(query.compartment->type))
    return Error{Kind::not_found, "there is no such compartment",
                 std::string(query.compartment->type)};
  if (!query.type.empty() && !is_resource(parameters.definitions(), query.type))
    return Error{Kind::not_found, "there is no such resource type", std::string(query.type)};
  LET(auto made, query.type.empty() ? plan_several(parameters, query, limits)
                                    : Planner(parameters, query, limits, query.type).run());
  for (const auto& [name, text] : *query.pairs) {
    if (name != "_cursor" || text.empty()) continue;
    made.after = unseal(parameters.hash_key(), made.fingerprint, text);
    if (!made.after || made.after->sort_values.size() != made.sort.size())
      return invalid("_cursor", "this cursor does not belong to this query");
  }
  return made;
}

std::string cursor(const Plan& plan, const Place& place) {
  return seal(plan.parameters->hash_key(), plan.fingerprint, place);
}

}  // namespace fingerpost::search
