// The index rows of a resource: each parameter's nodes, read by the parameter's type.

#include "search/index.h"

#include "search/extract.h"
#include "search/fold.h"
#include "search/range.h"
#include "search/search.h"
#include "search/token.h"

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace fingerpost::search {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Row>
void sort_unique(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
}

class Indexer {
 public:
  Indexer(const Parameters& parameters, const Tree& tree)
      : parameters_(parameters),
        definitions_(parameters.definitions()),
        hash_key_(parameters.hash_key()),
        extractor_(parameters.extractor()),
        names_(extractor_.names()),
        tree_(tree) {
    values_.parameters = &parameters;
  }

  IndexValues run(NodeId resource) {
    std::vector<NodeId> found;
    std::vector<NodeId> spare;
    for (const KeyId key : parameters_.of_type(definitions_.type_name(tree_[resource].type))) {
      for (const Clause& clause : extractor_.clauses(key)) {
        walk(definitions_, clause, {&tree_, resource}, found, spare);
        for (const NodeId node : found) add(key, node);
      }
      if (extractor_.expression(key)) add_by_expression(key, resource);
    }
    values_.compartment = compartment(resource);
    sort_unique(values_.hashes);
    sort_unique(values_.dates);
    sort_unique(values_.numbers);
    sort_unique(values_.texts);
    return std::move(values_);
  }

 private:
  void add(KeyId key, NodeId node) {
    using model::SearchType;
    switch (parameters_.key(key).kind) {
      case SearchType::token:
        return add_token(key, node);
      case SearchType::reference:
        return add_reference(key, node);
      case SearchType::string:
        return add_string(key, node);
      case SearchType::date:
        return add_date(key, node);
      case SearchType::number:
        return add_number(key, node);
      case SearchType::quantity:
        return add_quantity(key, node);
      case SearchType::uri:
        return add_uri(key, node);
      case SearchType::composite:
      case SearchType::special:
        return;
    }
  }

  // What an expression makes of the resource: nodes of it, or true and false.
  void add_by_expression(KeyId key, NodeId resource) {
    path::Environment environment;
    const auto found =
        path::evaluate(extractor_.expression(key), NodeRef{&tree_, resource}, environment);
    if (!found) return;
    for (const path::Value& value : *found) {
      if (value.is_node() && value.node().tree == &tree_) {
        add(key, value.node().node);
      } else if (value.kind() == path::Value::Kind::boolean) {
        add_hash(key, code_hash(hash_key_, value.boolean() ? "true" : "false"));
      }
    }
  }

  Form form(NodeId node) const { return extractor_.form(tree_[node].type); }
  std::string_view text(NodeId node, NameId child) const {
    const NodeId found = tree_.child(node, child);
    return found && tree_.has_value(found) ? tree_.text(found) : std::string_view{};
  }

  void add_hash(KeyId key, std::uint64_t hash, bool inner = false) {
    values_.hashes.push_back({key, inner || parameters_.key(key).lead != key, hash});
  }

  void add_coded(KeyId key, std::string_view system, std::string_view code) {
    if (!code.empty()) add_hash(key, code_hash(hash_key_, code));
    if (system.empty()) {
      if (!code.empty()) add_hash(key, bare_code_hash(hash_key_, code), true);
      return;
    }
    if (!code.empty()) add_hash(key, system_code_hash(hash_key_, system, code), true);
    add_hash(key, system_hash(hash_key_, system), true);
  }

  // A code's system is that of the value set its element is bound to, where that is known.
  void add_code(KeyId key, NodeId node) {
    const auto code = tree_.text(node);
    add_hash(key, code_hash(hash_key_, code));
    const NodeId parent = tree_.parent(node);
    if (parent == no_node) return;
    const auto* element = definitions_.element(tree_[parent].type, tree_[node].name);
    if (element == nullptr || element->value_set == 0) return;
    const auto codes = definitions_.codes(definitions_.value_sets()[element->value_set]);
    const Names& names = definitions_.names();
    const auto less = [&](const model::Code& a, std::string_view b) {
      return names.text(a.code) < b;
    };
    for (auto at = std::lower_bound(codes.begin(), codes.end(), code, less);
         at != codes.end() && names.text(at->code) == code; ++at)
      add_hash(key, system_code_hash(hash_key_, names.text(at->system), code), true);
  }

  // R4 search.html#token, the table of types.
  void add_token(KeyId key, NodeId node) {
    switch (form(node)) {
      case Form::coding:
        return add_coded(key, text(node, names_.system), text(node, names_.code));
      case Form::codeable_concept:
        for (NodeId at = tree_.child(node, names_.coding); at; at = tree_.next_same(at))
          add_coded(key, text(at, names_.system), text(at, names_.code));
        return;
      case Form::identifier:
        return add_coded(key, text(node, names_.system), text(node, names_.value));
      case Form::contact_point:
        if (const auto value = text(node, names_.value); !value.empty())
          add_hash(key, code_hash(hash_key_, value));
        return;
      case Form::code:
        return tree_.has_value(node) ? add_code(key, node) : void();
      case Form::boolean:
      case Form::text:
      case Form::uri:
        if (tree_.has_value(node)) add_hash(key, code_hash(hash_key_, tree_.text(node)));
        return;
      default:
        return;
    }
  }

  void add_reference(KeyId key, NodeId node) {
    switch (form(node)) {
      case Form::reference:
        add_reference_text(key, text(node, names_.reference));
        if (const NodeId identifier = tree_.child(node, names_.identifier))
          add_coded(parameters_.key(key).identifier, text(identifier, names_.system),
                    text(identifier, names_.value));
        return;
      case Form::uri:
        return add_canonical(key, tree_.text(node));
      case Form::resource:
        if (const auto id = text(node, names_.id); !id.empty())
          add_hash(key, reference_hash(hash_key_, definitions_.type_name(tree_[node].type), id));
        return;
      default:
        return;
    }
  }

  void add_reference_text(KeyId key, std::string_view reference) {
    if (reference.empty() || reference[0] == '#') return;
    const auto parts = split_reference(reference);
    if (parts.type.empty()) return add_hash(key, hash(hash_key_, reference));
    if (parts.base.empty()) return add_hash(key, reference_hash(hash_key_, parts.type, parts.id));
    add_hash(key, hash(hash_key_, reference.substr(0, reference.find("/_history/"))));
  }

  // R4 references.html#canonical: found with its version and without.
  void add_canonical(KeyId key, std::string_view url) {
    if (url.empty()) return;
    if (split_reference(url).base.empty()) return add_reference_text(key, url);
    add_hash(key, hash(hash_key_, url));
    if (const auto bar = url.find('|'); bar != std::string_view::npos)
      add_hash(key, hash(hash_key_, url.substr(0, bar)));
  }

  void add_text(KeyId key, std::string_view value) {
    if (!value.empty()) values_.texts.push_back({key, fold(value), hash(hash_key_, value)});
  }
  void add_parts(KeyId key, NodeId node, std::initializer_list<NameId> parts) {
    for (const NameId part : parts)
      for (NodeId at = tree_.child(node, part); at; at = tree_.next_same(at))
        if (tree_.has_value(at)) add_text(key, tree_.text(at));
  }

  void add_string(KeyId key, NodeId node) {
    switch (form(node)) {
      case Form::human_name:
        return add_parts(key, node,
                         {names_.text, names_.family, names_.given, names_.prefix, names_.suffix});
      case Form::address:
        return add_parts(key, node,
                         {names_.text, names_.line, names_.city, names_.district, names_.state,
                          names_.postal_code, names_.country});
      case Form::codeable_concept:
        return add_parts(key, node, {names_.text});
      case Form::code:
      case Form::text:
      case Form::uri:
        if (tree_.has_value(node)) add_text(key, tree_.text(node));
        return;
      default:
        return;
    }
  }

  void add_uri(KeyId key, NodeId node) {
    if (form(node) == Form::uri && tree_.has_value(node) && !tree_.text(node).empty())
      values_.texts.push_back({key, std::string(tree_.text(node)), 0});
  }

  void add_date(KeyId key, NodeId node) {
    switch (form(node)) {
      case Form::date:
        if (const auto range = date_range(tree_.text(node)); range && tree_.has_value(node))
          values_.dates.push_back({key, range->low, range->high});
        return;
      case Form::period:
        return add_period(key, node);
      case Form::timing:
        return add_timing(key, node);
      default:
        return;
    }
  }

  void add_period(KeyId key, NodeId node) {
    const auto start = text(node, names_.start);
    const auto end = text(node, names_.end);
    const auto low = date_range(start);
    const auto high = date_range(end);
    if ((!low && !start.empty()) || (!high && !end.empty()) || (!low && !high)) return;
    values_.dates.push_back({key, low ? low->low : no_start, high ? high->high : no_end});
  }

  // R4 search.html#date: from the first event to the last; the bounds of a repeat.
  void add_timing(KeyId key, NodeId node) {
    DateRow hull{key, no_end, no_start};
    for (NodeId at = tree_.child(node, names_.event); at; at = tree_.next_same(at)) {
      const auto range = date_range(tree_.text(at));
      if (!range) continue;
      hull.low = std::min(hull.low, range->low);
      hull.high = std::max(hull.high, range->high);
    }
    if (hull.low <= hull.high) values_.dates.push_back(hull);
    const NodeId repeat = tree_.child(node, names_.repeat);
    const NodeId bounds = repeat ? tree_.child(repeat, names_.bounds) : no_node;
    if (bounds && form(bounds) == Form::period) add_period(key, bounds);
  }

  void add_number(KeyId key, NodeId node) {
    if (form(node) != Form::number) return;
    if (const auto range = number_range(tree_.text(node)))
      values_.numbers.push_back({key, 0, range->value, range->value});
  }

  // One row for each form of the unit that a query may name.
  void add_amount(KeyId key, NodeId units, double low, double high, bool money) {
    const auto code = text(units, money ? names_.currency : names_.code);
    const auto system =
        money ? std::string_view("urn:iso:std:iso:4217") : text(units, names_.system);
    const auto unit = money ? std::string_view{} : text(units, names_.unit);
    const auto add = [&](std::uint64_t form) { values_.numbers.push_back({key, form, low, high}); };
    add(0);
    if (!code.empty()) add(code_hash(hash_key_, code));
    if (!unit.empty() && unit != code) add(code_hash(hash_key_, unit));
    if (!code.empty() && !system.empty()) add(system_code_hash(hash_key_, system, code));
  }

  void add_quantity(KeyId key, NodeId node) {
    switch (form(node)) {
      case Form::quantity:
      case Form::money:
        return add_one_quantity(key, node);
      case Form::range:
        return add_range(key, node);
      default:
        return;
    }
  }

  void add_one_quantity(KeyId key, NodeId node) {
    const auto range = number_range(text(node, names_.value));
    if (!range) return;
    const auto comparator = text(node, names_.comparator);
    const bool less = !comparator.empty() && comparator[0] == '<';
    const bool more = !comparator.empty() && comparator[0] == '>';
    add_amount(key, node, less ? -infinity : range->value, more ? infinity : range->value,
               form(node) == Form::money);
  }

  void add_range(KeyId key, NodeId node) {
    const NodeId low = tree_.child(node, names_.low);
    const NodeId high = tree_.child(node, names_.high);
    const auto from = low ? number_range(text(low, names_.value)) : std::nullopt;
    const auto until = high ? number_range(text(high, names_.value)) : std::nullopt;
    if (!from && !until) return;
    add_amount(key, from ? low : high, from ? from->value : -infinity,
               until ? until->value : infinity, false);
  }

  // R4 compartmentdefinition-patient.html, by the parameters that name the patient.
  std::uint64_t compartment(NodeId resource) const {
    const auto type = definitions_.type_name(tree_[resource].type);
    if (type == "Patient") return reference_hash(hash_key_, type, text(resource, names_.id));
    for (const std::string_view code : {"patient", "subject"}) {
      const KeyId key = parameters_.find(type, code);
      if (key == 0) continue;
      std::vector<NodeId> found;
      std::vector<NodeId> spare;
      for (const Clause& clause : extractor_.clauses(key)) {
        walk(definitions_, clause, {&tree_, resource}, found, spare);
        for (const NodeId node : found) {
          const auto parts = split_reference(text(node, names_.reference));
          if (parts.type == "Patient" && parts.base.empty())
            return reference_hash(hash_key_, parts.type, parts.id);
        }
      }
    }
    return 0;
  }

  const Parameters& parameters_;
  const model::Definitions& definitions_;
  const HashKey& hash_key_;
  const Extractor& extractor_;
  const ValueNames& names_;
  const Tree& tree_;
  IndexValues values_;
};

}  // namespace

IndexValues index(const Parameters& parameters, NodeRef resource) {
  return Indexer(parameters, *resource.tree).run(resource.node);
}

}  // namespace fingerpost::search
