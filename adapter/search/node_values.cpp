#include "search/node_values.h"

#include "search/fold.h"
#include "search/range.h"
#include "search/token.h"
#include "search/units.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace fingerpost::search {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

NodeValues::NodeValues(const Parameters& parameters, const Tree& tree,
                       const ContainedTypes& contained, ValueRows& into)
    : parameters_(parameters),
      definitions_(parameters.definitions()),
      hash_key_(parameters.hash_key()),
      extractor_(parameters.extractor()),
      names_(extractor_.names()),
      tree_(tree),
      contained_(contained),
      into_(into) {}

void NodeValues::add(const NodeKeys& keys, NodeId node) {
  using model::SearchType;
  switch (keys.kind) {
    case SearchType::token:
      return token(keys, node);
    case SearchType::reference:
      return reference(keys, node);
    case SearchType::string:
      return string(keys, node);
    case SearchType::date:
      return date(keys, node);
    case SearchType::number:
      return number(keys, node);
    case SearchType::quantity:
      return quantity(keys, node);
    case SearchType::uri:
      return uri(keys, node);
    case SearchType::special:
      return position(keys, node);
    case SearchType::composite:
      return;
  }
}

void NodeValues::add_boolean(const NodeKeys& keys, bool value) {
  hash(keys.key, code_hash(hash_key_, value ? "true" : "false"), keys.inner);
  sort_text(keys, value ? "true" : "false");
}

std::string_view NodeValues::text(NodeId node, NameId child) const {
  const NodeId found = tree_.child(node, child);
  return found && tree_.has_value(found) ? tree_.text(found) : std::string_view{};
}

void NodeValues::hash(KeyId key, std::uint64_t hash, bool inner) {
  into_.hashes.push_back({key, inner, hash});
}

void NodeValues::sort_text(const NodeKeys& keys, std::string_view text) {
  if (keys.sortable && !text.empty())
    into_.texts.push_back({keys.key, true, std::string(text.substr(0, sort_bytes)), 0});
}

void NodeValues::coded(const NodeKeys& keys, std::string_view system, std::string_view code,
                       bool inner) {
  if (!code.empty()) hash(keys.key, code_hash(hash_key_, code), inner);
  sort_text(keys, code);
  if (system.empty()) {
    if (!code.empty()) hash(keys.key, bare_code_hash(hash_key_, code), true);
    return;
  }
  if (!code.empty()) hash(keys.key, system_code_hash(hash_key_, system, code), true);
  hash(keys.key, system_hash(hash_key_, system), true);
}

// A code's system is that of the value set its element is bound to, where that is known.
void NodeValues::code(const NodeKeys& keys, NodeId node) {
  const auto text = tree_.text(node);
  hash(keys.key, code_hash(hash_key_, text), keys.inner);
  sort_text(keys, text);
  const NodeId parent = tree_.parent(node);
  if (parent == no_node) return;
  const auto* element = definitions_.element(tree_[parent].type, tree_[node].name);
  if (element == nullptr || element->value_set == 0) return;
  const auto codes = definitions_.codes(definitions_.value_sets()[element->value_set]);
  const Names& names = definitions_.names();
  const auto less = [&](const model::Code& a, std::string_view b) {
    return names.text(a.code) < b;
  };
  for (auto at = std::lower_bound(codes.begin(), codes.end(), text, less);
       at != codes.end() && names.text(at->code) == text; ++at) {
    hash(keys.key, system_code_hash(hash_key_, names.text(at->system), text), true);
    hash(keys.key, system_hash(hash_key_, names.text(at->system)), true);
  }
}

// R4 search.html#token, :of-type: the type's system and code, and the value.
void NodeValues::typed_identifier(const NodeKeys& keys, NodeId node) {
  const auto value = text(node, names_.value);
  const NodeId type = tree_.child(node, names_.type);
  if (value.empty() || !type) return;
  words(keys, text(type, names_.text));
  for (NodeId at = tree_.child(type, names_.coding); at; at = tree_.next_same(at))
    hash(keys.key, of_type_hash(hash_key_, text(at, names_.system), text(at, names_.code), value),
         true);
}

void NodeValues::words(const NodeKeys& keys, std::string_view text) {
  if (keys.text != 0 && !text.empty()) into_.texts.push_back({keys.text, true, fold(text), 0});
}

// R4 search.html#token, the table of types.
void NodeValues::token(const NodeKeys& keys, NodeId node) {
  switch (form(node)) {
    case Form::coding:
      words(keys, text(node, names_.display));
      return coded(keys, text(node, names_.system), text(node, names_.code), keys.inner);
    case Form::codeable_concept:
      words(keys, text(node, names_.text));
      for (NodeId at = tree_.child(node, names_.coding); at; at = tree_.next_same(at)) {
        words(keys, text(at, names_.display));
        coded(keys, text(at, names_.system), text(at, names_.code), keys.inner);
      }
      return;
    case Form::identifier:
      typed_identifier(keys, node);
      return coded(keys, text(node, names_.system), text(node, names_.value), keys.inner);
    case Form::contact_point:
      return folded(keys, text(node, names_.value));
    case Form::code:
      return tree_.has_value(node) ? code(keys, node) : void();
    case Form::text:
      return tree_.has_value(node) ? folded(keys, tree_.text(node)) : void();
    case Form::boolean:
    case Form::uri:
      if (!tree_.has_value(node)) return;
      hash(keys.key, code_hash(hash_key_, tree_.text(node)), keys.inner);
      return sort_text(keys, tree_.text(node));
    default:
      return;
  }
}

void NodeValues::folded(const NodeKeys& keys, std::string_view text) {
  if (text.empty()) return;
  hash(keys.key, folded_code_hash(hash_key_, fold(text)), keys.inner);
  sort_text(keys, text);
}

void NodeValues::reference(const NodeKeys& keys, NodeId node) {
  switch (form(node)) {
    case Form::reference:
      reference_text(keys, text(node, names_.reference));
      if (const NodeId identifier = tree_.child(node, names_.identifier);
          identifier && keys.identifier != 0) {
        const NodeKeys of{model::SearchType::token, keys.identifier, 0, 0, keys.inner, false};
        coded(of, text(identifier, names_.system), text(identifier, names_.value), of.inner);
      }
      return;
    case Form::uri:
      return tree_.has_value(node) ? canonical(keys, tree_.text(node)) : void();
    case Form::resource:
      if (const auto id = text(node, names_.id); !id.empty())
        hash(keys.key, reference_hash(hash_key_, definitions_.type_name(tree_[node].type), id),
             keys.inner);
      return;
    default:
      return;
  }
}

void NodeValues::reference_text(const NodeKeys& keys, std::string_view reference) {
  if (reference.starts_with('#')) return contained(keys, reference.substr(1));
  const std::string_view whole = reference;
  reference = reference.substr(0, reference.find("/_history/"));
  if (reference.empty()) return;
  sort_text(keys, reference);
  const auto parts = split_reference(reference);
  if (parts.type.empty() || !parts.base.empty())
    return hash(keys.key, search::hash(hash_key_, reference), keys.inner);
  hash(keys.key, reference_hash(hash_key_, parts.type, parts.id), keys.inner);
  if (whole == reference) return;
  hash(keys.key, any_version_hash(hash_key_), true);
  hash(keys.key, versioned_hash(hash_key_, reference), true);
  hash(keys.key, versioned_hash(hash_key_, whole), true);
}

// R4 search.html#contained: chains go on in the resource that is named.
void NodeValues::contained(const NodeKeys& keys, std::string_view id) {
  hash(keys.key, contained_hash(hash_key_, id), true);
  const TypeId type = id.empty() ? no_type : contained_.find(id);
  if (type == no_type) return;
  hash(keys.key, contained_type_hash(hash_key_, definitions_.type_name(type)), keys.inner);
}

// R4 references.html#canonical: found with its version and without.
void NodeValues::canonical(const NodeKeys& keys, std::string_view url) {
  if (url.empty()) return;
  if (url.find(':') == std::string_view::npos) return reference_text(keys, url);
  sort_text(keys, url);
  hash(keys.key, search::hash(hash_key_, url), keys.inner);
  if (const auto bar = url.find('|'); bar != std::string_view::npos)
    hash(keys.key, search::hash(hash_key_, url.substr(0, bar)), keys.inner);
}

void NodeValues::string_text(const NodeKeys& keys, std::string_view text) {
  if (!text.empty())
    into_.texts.push_back({keys.key, keys.inner, fold(text), search::hash(hash_key_, text)});
}

void NodeValues::parts(const NodeKeys& keys, NodeId node, std::initializer_list<NameId> names) {
  for (const NameId part : names)
    for (NodeId at = tree_.child(node, part); at; at = tree_.next_same(at))
      if (tree_.has_value(at)) string_text(keys, tree_.text(at));
}

void NodeValues::string(const NodeKeys& keys, NodeId node) {
  switch (form(node)) {
    case Form::human_name:
      return parts(keys, node,
                   {names_.text, names_.family, names_.given, names_.prefix, names_.suffix});
    case Form::address:
      return parts(keys, node,
                   {names_.text, names_.line, names_.city, names_.district, names_.state,
                    names_.postal_code, names_.country});
    case Form::codeable_concept:
      return parts(keys, node, {names_.text});
    case Form::code:
    case Form::text:
    case Form::uri:
      if (tree_.has_value(node)) string_text(keys, tree_.text(node));
      return;
    default:
      return;
  }
}

void NodeValues::uri(const NodeKeys& keys, NodeId node) {
  if (form(node) == Form::uri && tree_.has_value(node) && !tree_.text(node).empty())
    into_.texts.push_back({keys.key, keys.inner, std::string(tree_.text(node)), 0});
}

void NodeValues::date(const NodeKeys& keys, NodeId node) {
  switch (form(node)) {
    case Form::date:
      if (const auto range = date_range(tree_.text(node)); range && tree_.has_value(node))
        into_.dates.push_back({keys.key, range->low, range->high});
      return;
    case Form::period:
      return period(keys, node);
    case Form::timing:
      return timing(keys, node);
    default:
      return;
  }
}

void NodeValues::period(const NodeKeys& keys, NodeId node) {
  const auto start = text(node, names_.start);
  const auto end = text(node, names_.end);
  const auto low = date_range(start);
  const auto high = date_range(end);
  if ((!low && !start.empty()) || (!high && !end.empty()) || (!low && !high)) return;
  into_.dates.push_back({keys.key, low ? low->low : no_start, high ? high->high : no_end});
}

// R4 search.html#date: from the first event to the last; the bounds of a repeat.
void NodeValues::timing(const NodeKeys& keys, NodeId node) {
  DateRow hull{keys.key, no_end, no_start};
  for (NodeId at = tree_.child(node, names_.event); at; at = tree_.next_same(at)) {
    const auto range = date_range(tree_.text(at));
    if (!range) continue;
    hull.low = std::min(hull.low, range->low);
    hull.high = std::max(hull.high, range->high);
  }
  if (hull.low <= hull.high) into_.dates.push_back(hull);
  const NodeId repeat = tree_.child(node, names_.repeat);
  const NodeId bounds = repeat ? tree_.child(repeat, names_.bounds) : no_node;
  if (bounds && form(bounds) == Form::period) period(keys, bounds);
}

void NodeValues::number(const NodeKeys& keys, NodeId node) {
  if (form(node) != Form::number) return;
  if (const auto range = number_range(tree_.text(node)))
    into_.numbers.push_back({keys.key, 0, range->value, range->value});
}

// A place: the latitude as low, the longitude as high.
void NodeValues::position(const NodeKeys& keys, NodeId node) {
  const auto latitude = number_range(text(node, names_.latitude));
  const auto longitude = number_range(text(node, names_.longitude));
  if (latitude && longitude)
    into_.numbers.push_back({keys.key, 0, latitude->value, longitude->value});
}

void NodeValues::quantity(const NodeKeys& keys, NodeId node) {
  switch (form(node)) {
    case Form::quantity:
    case Form::money:
      return one_quantity(keys, node);
    case Form::range:
      return range(keys, node);
    default:
      return;
  }
}

void NodeValues::one_quantity(const NodeKeys& keys, NodeId node) {
  const auto value = number_texts(text(node, names_.value));
  if (!value) return;
  const bool money = form(node) == Form::money;
  const auto comparator = text(node, names_.comparator);
  Amount amount;
  if (!comparator.starts_with('<')) amount.low = value->value;
  if (!comparator.starts_with('>')) amount.high = value->value;
  amount.system = money ? "urn:iso:std:iso:4217" : text(node, names_.system);
  amount.code = text(node, money ? names_.currency : names_.code);
  if (!money) amount.unit = text(node, names_.unit);
  add_amount(keys.key, amount);
}

void NodeValues::range(const NodeKeys& keys, NodeId node) {
  const NodeId low = tree_.child(node, names_.low);
  const NodeId high = tree_.child(node, names_.high);
  const auto from = low ? number_texts(text(low, names_.value)) : std::nullopt;
  const auto until = high ? number_texts(text(high, names_.value)) : std::nullopt;
  if (!from && !until) return;
  const NodeId units = from ? low : high;
  Amount amount;
  if (from) amount.low = from->value;
  if (until) amount.high = until->value;
  amount.system = text(units, names_.system);
  amount.code = text(units, names_.code);
  amount.unit = text(units, names_.unit);
  add_amount(keys.key, amount);
}

// One row for each form of the unit that a query may name: its code, the words for it, and of a
// UCUM unit the base units that it is made of.
std::vector<NumberRow> NodeValues::rows_of(const Amount& amount) const {
  const bool exact = amount.low && amount.low == amount.high;
  const auto number = [](const std::optional<std::string>& text, double otherwise) {
    return text ? number_range(*text)->value : otherwise;
  };
  const double low = number(amount.low, -infinity);
  const double high = exact ? low : number(amount.high, infinity);
  std::vector<NumberRow> rows;
  const auto add = [&](std::uint64_t unit) { rows.push_back({0, unit, low, high}); };
  add(0);
  if (!amount.code.empty()) add(code_hash(hash_key_, amount.code));
  if (!amount.unit.empty() && amount.unit != amount.code) add(code_hash(hash_key_, amount.unit));
  if (amount.code.empty() || amount.system.empty()) return rows;
  std::optional<BaseUnit> base;
  if (amount.system == ucum_system) base = BaseUnit::of(hash_key_, amount.code);
  if (!base) {
    add(system_code_hash(hash_key_, amount.system, amount.code));
    return rows;
  }
  const auto in_base = [&](const std::optional<std::string>& text, double otherwise) {
    return text ? base->number(*text) : std::optional<double>(otherwise);
  };
  const auto base_low = in_base(amount.low, -infinity);
  const auto base_high = exact ? base_low : in_base(amount.high, infinity);
  if (base_low && base_high) rows.push_back({0, base->hash(), *base_low, *base_high});
  return rows;
}

void NodeValues::add_amount(KeyId key, const Amount& amount) {
  if (last_rows_.empty() || last_amount_ != amount) {
    last_amount_ = amount;
    last_rows_ = rows_of(amount);
  }
  for (auto row : last_rows_) {
    row.key = key;
    into_.numbers.push_back(row);
  }
}

}  // namespace fingerpost::search
