// From the pairs of a query to a Plan.

#include "search/plan.h"

#include "base/text.h"
#include "search/cursor.h"
#include "search/search.h"
#include "search/values.h"

#include <algorithm>
#include <utility>

namespace fingerpost::search {
namespace {

using model::SearchType;

constexpr std::string_view modifiers[] = {"missing", "exact",      "contains", "not",   "text",
                                          "in",      "not-in",     "below",    "above", "type",
                                          "iterate", "identifier", "of-type"};

bool is_modifier(std::string_view text) {
  return std::find(std::begin(modifiers), std::end(modifiers), text) != std::end(modifiers);
}

Error invalid(std::string_view where, std::string text) {
  return {Kind::invalid, std::move(text), std::string(where)};
}
Error unsupported(std::string_view where, std::string text) {
  return {Kind::unsupported, std::move(text), std::string(where)};
}

void sort_unique(std::vector<std::uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

// "code:not" as its two halves.
std::pair<std::string_view, std::string_view> split_modifier(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return {name, {}};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

bool is_resource(const model::Definitions& definitions, std::string_view name) {
  const TypeId id = definitions.find(name);
  if (id == no_type || definitions.type_name(id) != name) return false;
  const auto& type = definitions.type(id);
  return type.kind == model::TypeKind::resource && type.model == model::Model::r4 && !type.abstract;
}

class Planner {
 public:
  Planner(const Parameters& parameters, const Query& query, const Limits& limits)
      : parameters_(parameters), query_(query), limits_(limits) {
    plan_.parameters = &parameters;
    plan_.type = std::string(query.type);
    plan_.count = limits.page_default;
  }

  Result<Plan> run() {
    if (!is_resource(parameters_.definitions(), query_.type))
      return Error{Kind::not_found, "there is no such resource type", std::string(query_.type)};
    if (query_.pairs->size() > limits_.parameters)
      return invalid(
          "", "more search parameters than the limit of " + std::to_string(limits_.parameters));
    std::string_view cursor_text;
    for (const auto& pair : *query_.pairs) {
      if (pair.first == "_cursor") {
        cursor_text = pair.second;
        continue;
      }
      LET(const bool used, add(pair));
      if (used) plan_.used.push_back(pair);
    }
    plan_.fingerprint = hash(parameters_.hash_key(), signature_);
    if (!cursor_text.empty()) {
      plan_.after = unseal(parameters_.hash_key(), plan_.fingerprint, cursor_text);
      if (!plan_.after || plan_.after->sort_values.size() != plan_.sort.size())
        return invalid("_cursor", "this cursor does not belong to this query");
    }
    return std::move(plan_);
  }

 private:
  // False when lenient handling dropped it.
  Result<bool> add(const Pair& pair) {
    const auto& [name, value] = pair;
    if (name.starts_with('_')) {
      LET(const bool done, control(name, value));
      if (done) return true;
    }
    auto made = criterion(plan_.type, name, value, 0);
    if (!made && query_.handling == Handling::lenient && made.error().text == unknown_text_) {
      plan_.ignored.push_back({Severity::warning, "not-supported", name,
                               "this parameter was ignored: " + made.error().text});
      return false;
    }
    if (!made) return std::move(made).error();
    plan_.criteria.push_back(std::move(*made));
    sign(name, value);
    return true;
  }

  void sign(std::string_view name, std::string_view value) {
    signature_.append(plan_.type).append("?").append(name).append("=").append(value).append("&");
  }

  // The parameters that do not select. False when it is none of them.
  Result<bool> control(std::string_view name, std::string_view value) {
    struct Row {
      std::string_view name;
      Result<void> (Planner::*obey)(std::string_view value);
    };
    static constexpr Row rows[] = {{"_count", &Planner::count},
                                   {"_sort", &Planner::sort},
                                   {"_total", &Planner::total},
                                   {"_summary", &Planner::summary},
                                   {"_elements", &Planner::elements},
                                   {"_include", &Planner::include},
                                   {"_revinclude", &Planner::revinclude},
                                   {"_format", &Planner::keep},
                                   {"_pretty", &Planner::keep}};
    for (const Row& row : rows) {
      if (row.name != name) continue;
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
      if (summary == Summary::count) plan_.count = 0;
      return {};
    }
    return invalid("_summary", "_summary is true, text, data, count or false");
  }

  Result<void> elements(std::string_view value) {
    for (const auto element : split_escaped(value, ','))
      plan_.elements.push_back(unescape(element));
    return {};
  }

  Result<void> sort(std::string_view value) {
    if (!plan_.sort.empty()) return invalid("_sort", "_sort may be given once");
    for (auto name : split_escaped(value, ',')) {
      SortKey key;
      key.descending = name.starts_with('-');
      if (key.descending) name.remove_prefix(1);
      if (name == "_lastUpdated") {
        key.by = SortKey::By::last_updated;
      } else if (name == "_id") {
        key.by = SortKey::By::id;
      } else {
        key.by = SortKey::By::key;
        key.key = parameters_.find(plan_.type, name);
        if (key.key == 0) return unknown("_sort", name);
        const SearchType kind = parameters_.key(key.key).kind;
        if (kind == SearchType::token || kind == SearchType::reference)
          return unsupported("_sort", "sorting by tokens and references is not supported");
      }
      plan_.sort.push_back(key);
    }
    if (plan_.sort.size() > max_sort_keys)
      return invalid("_sort", "_sort takes at most " + std::to_string(max_sort_keys) + " keys");
    sign("_sort", value);
    return {};
  }

  Result<void> include(std::string_view value) { return add_include(value, false); }
  Result<void> revinclude(std::string_view value) { return add_include(value, true); }

  // R4 search.html#include: Type:parameter or Type:parameter:target.
  Result<void> add_include(std::string_view value, bool reverse) {
    const std::string_view name = reverse ? "_revinclude" : "_include";
    const auto [source, rest] = split_modifier(value);
    const auto [code, target] = split_modifier(rest);
    if (source == "*" || code == "*") return unsupported(name, "* is not supported");
    if (!is_resource(parameters_.definitions(), source))
      return invalid(name, "the value is Type:parameter or Type:parameter:target");
    if (!reverse && source != plan_.type)
      return invalid(name, "the value starts with the type that is searched");
    const KeyId key = parameters_.find(source, code);
    if (key == 0 || parameters_.key(key).kind != SearchType::reference)
      return invalid(name, "it names no reference parameter of that type");
    if (!target.empty() && !is_resource(parameters_.definitions(), target))
      return invalid(name, "the target is not a resource type");
    plan_.includes.push_back(
        {std::string(source), key, parameters_.key(key).lead, std::string(target), reverse});
    return {};
  }

  // The text of an error about an unknown parameter is kept, so that lenient handling knows it.
  Error unknown(std::string_view where, std::string_view code) {
    unknown_text_ = "there is no such search parameter";
    std::string_view nearest;
    int least = 1000;
    const auto consider = [&](std::string_view candidate) {
      const int distance = edit_distance(candidate, code);
      if (distance >= least) return;
      least = distance;
      nearest = candidate;
    };
    if (code.size() <= 64) {
      for (const KeyId key : parameters_.of_type(plan_.type)) consider(parameters_.key(key).code);
      for (const std::string_view name : {"_id", "_lastUpdated", "_count", "_sort", "_include",
                                          "_revinclude", "_total", "_summary", "_elements"})
        consider(name);
    }
    if (!nearest.empty() && least <= 3) unknown_text_ += "; the nearest is " + std::string(nearest);
    return invalid(where, unknown_text_);
  }

  Result<Criterion> criterion(std::string_view type, std::string_view name, std::string_view value,
                              int hops) {
    if (hops > limits_.chain_depth)
      return invalid(
          name, "the chain is longer than the limit of " + std::to_string(limits_.chain_depth));
    if (name.starts_with("_has:")) return has(type, name.substr(5), value, hops);
    if (const auto dot = name.find('.'); dot != std::string_view::npos)
      return chain(type, name.substr(0, dot), name.substr(dot + 1), value, hops);
    const auto [code, modifier] = split_modifier(name);
    if (code == "_id" || code == "_lastUpdated") return own(type, code, modifier, value);
    const KeyId key = parameters_.find(type, code);
    if (key == 0) return unknown(name, code);
    if (modifier == "missing") return missing(key, name, value);
    return of_key(key, name, modifier, value);
  }

  Result<Criterion> missing(KeyId key, std::string_view name, std::string_view value) {
    if (value != "true" && value != "false")
      return invalid(name, "the value of :missing is true or false");
    Criterion made;
    made.test = Criterion::Test::missing;
    made.key = key;
    made.negated = value == "false";
    return made;
  }

  Result<Criterion> own(std::string_view type, std::string_view code, std::string_view modifier,
                        std::string_view value) {
    if (!modifier.empty()) return bad_modifier(code, modifier);
    Criterion made;
    const ValueContext context = value_context(code);
    LET(const auto alternatives, or_values(code, value));
    for (const auto alternative : alternatives) {
      if (code == "_id") {
        made.hashes.push_back(reference_hash(parameters_.hash_key(), type, unescape(alternative)));
      } else {
        LET_DONE(add_date(context, alternative, made));
      }
    }
    made.test = code == "_id" ? Criterion::Test::id : Criterion::Test::last_updated;
    std::sort(made.hashes.begin(), made.hashes.end());
    return made;
  }

  Error bad_modifier(std::string_view name, std::string_view modifier) const {
    if (is_modifier(modifier))
      return unsupported(name, "the modifier is not supported for this parameter");
    return invalid(name, "there is no such modifier");
  }

  ValueContext value_context(std::string_view where) const {
    return {parameters_, query_.base_url, query_.now_us, where};
  }

  Result<std::vector<std::string_view>> or_values(std::string_view name, std::string_view value) {
    auto values = split_escaped(value, ',');
    if (values.size() > limits_.or_values)
      return invalid(name, "more values than the limit of " + std::to_string(limits_.or_values));
    for (const auto one : values)
      if (one.empty()) return invalid(name, "the value is empty");
    return values;
  }

  bool modifier_fits(SearchType kind, std::string_view modifier) const {
    if (modifier.empty()) return true;
    switch (kind) {
      case SearchType::token:
        return modifier == "not";
      case SearchType::string:
        return modifier == "exact" || modifier == "contains";
      case SearchType::uri:
        return modifier == "below" || modifier == "above";
      case SearchType::reference:
        return modifier == "identifier" || is_resource(parameters_.definitions(), modifier);
      default:
        return false;
    }
  }

  static Criterion::Test test_of(SearchType kind) {
    switch (kind) {
      case SearchType::date:
        return Criterion::Test::date;
      case SearchType::number:
      case SearchType::quantity:
        return Criterion::Test::number;
      case SearchType::string:
      case SearchType::uri:
        return Criterion::Test::text;
      default:
        return Criterion::Test::hash;
    }
  }

  Result<Criterion> of_key(KeyId key, std::string_view name, std::string_view modifier,
                           std::string_view value) {
    Criterion made;
    made.key = key;
    if (!modifier_fits(parameters_.key(key).kind, modifier)) return bad_modifier(name, modifier);
    if (modifier == "identifier") made.key = parameters_.key(key).identifier;
    made.negated = modifier == "not";
    const SearchType kind = parameters_.key(made.key).kind;
    made.test = test_of(kind);
    const ValueContext context = value_context(name);
    LET(const auto alternatives, or_values(name, value));
    for (const auto alternative : alternatives)
      LET_DONE(add_value(context, kind, modifier, alternative, made));
    sort_unique(made.hashes);
    made.lead.key = parameters_.key(made.key).lead;
    if (kind == SearchType::reference) made.lead.hashes = made.hashes;
    // A system alone has no row in the index: then the others lead to too few.
    if (made.lead.hashes.size() < alternatives.size()) made.lead.hashes.clear();
    sort_unique(made.lead.hashes);
    return made;
  }

  static Result<void> add_value(const ValueContext& context, SearchType kind,
                                std::string_view modifier, std::string_view value,
                                Criterion& made) {
    switch (kind) {
      case SearchType::token:
        return add_token(context, value, made);
      case SearchType::reference:
        return add_reference(context, value, modifier, made);
      case SearchType::string:
        return add_string(context, value, modifier, made);
      case SearchType::uri:
        return add_uri(context, value, modifier, made);
      case SearchType::date:
        return add_date(context, value, made);
      case SearchType::number:
        return add_number(context, value, made);
      case SearchType::quantity:
        return add_quantity(context, value, made);
      default:
        return unsupported(context.where, "parameters of this type are not supported");
    }
  }

  // R4 search.html#chaining: subject:Patient.name, or subject.name where one type is possible.
  Result<Criterion> chain(std::string_view type, std::string_view link, std::string_view rest,
                          std::string_view value, int hops) {
    const auto [code, modifier] = split_modifier(link);
    const KeyId key = parameters_.find(type, code);
    if (key == 0) return unknown(link, code);
    if (parameters_.key(key).kind != SearchType::reference)
      return invalid(link, "only a reference can be chained");
    Criterion made;
    made.test = Criterion::Test::chain;
    made.key = key;
    made.target = std::string(modifier);
    const auto& targets = parameters_.key(key).targets;
    if (made.target.empty() && targets.size() == 1) made.target = std::string(targets[0]);
    if (!is_resource(parameters_.definitions(), made.target))
      return invalid(link,
                     "the chain needs a type: " + std::string(code) + ":Type." + std::string(rest));
    LET(auto inner, criterion(made.target, rest, value, hops + 1));
    made.chained.push_back(std::move(inner));
    return made;
  }

  // R4 search.html#has: _has:Type:reference:parameter; `name` comes without its "_has:".
  Result<Criterion> has(std::string_view type, std::string_view name, std::string_view value,
                        int hops) {
    const auto [source, rest] = split_modifier(name);
    const auto [code, inner_name] = split_modifier(rest);
    const KeyId key = parameters_.find(source, code);
    if (key == 0 || parameters_.key(key).kind != SearchType::reference || inner_name.empty())
      return invalid("_has", "the name is _has:Type:reference:parameter");
    const auto& targets = parameters_.key(key).targets;
    const bool fits =
        targets.empty() || std::any_of(targets.begin(), targets.end(), [&](auto target) {
          return target == type || target == "Resource";
        });
    if (!fits) return invalid("_has", "that reference cannot lead to the type that is searched");
    Criterion made;
    made.test = Criterion::Test::has;
    made.key = key;
    made.lead.key = parameters_.key(key).lead;
    made.target = std::string(source);
    LET(auto inner, criterion(source, inner_name, value, hops + 1));
    made.chained.push_back(std::move(inner));
    return made;
  }

  static constexpr std::size_t max_sort_keys = 4;

  const Parameters& parameters_;
  const Query& query_;
  const Limits& limits_;
  Plan plan_;
  std::string signature_;
  std::string unknown_text_;
};

}  // namespace

Result<Plan> plan(const Parameters& parameters, const Query& query, const Limits& limits) {
  return Planner(parameters, query, limits).run();
}

std::string cursor(const Plan& plan, const Place& place) {
  return seal(plan.parameters->hash_key(), plan.fingerprint, place);
}

}  // namespace fingerpost::search
