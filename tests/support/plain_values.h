// What FHIRPath works on, dealt with the plain way, for plain_fhirpath.h: one rule of the
// specification a function, with copies.

#pragma once

#include "path/fhirpath.h"
#include "support/definitions.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test {

class PlainValues {
 public:
  using Items = std::vector<path::Value>;
  using Kind = path::Value::Kind;
  // outside: it came upon what it does not know, or had no more steps.
  enum class End { answer, error, outside };

 protected:
  explicit PlainValues(std::uint64_t steps) : steps_(steps) {}

  Items error() { return stop(End::error); }
  Items outside() { return stop(End::outside); }
  bool going() {
    if (steps_ == 0) outside();
    if (end_ == End::answer) --steps_;
    return end_ == End::answer;
  }
  static Items one(path::Value value) { return {value}; }
  Items text(std::string made) {
    return one(std::string_view(texts_.emplace_back(std::move(made))));
  }

  std::string_view type(NodeRef node) const {
    return definitions().type_name((*node.tree)[node.node].type);
  }

  // A primitive as the System value it stands for; none when this evaluator has no such values.
  std::optional<path::Value> system(const path::Value& value) {
    if (!value.is_node()) return value;
    const auto node = value.node();
    const auto& tree = *node.tree;
    if (!tree.has_value(node.node)) return value;
    const auto named = type(node);
    const auto text = tree.text(node.node);
    if (named == "boolean") return path::Value(text == "true");
    if (named == "integer" || named == "positiveInt" || named == "unsignedInt")
      return text.size() > 9 ? std::nullopt : std::optional(path::Value(number(text)));
    for (const std::string_view texts : {"string", "code", "id", "uri", "url", "canonical", "oid",
                                         "uuid", "markdown", "base64Binary"})
      if (named == texts) return path::Value(text);
    return {};
  }

  static std::int64_t number(std::string_view text) {
    std::int64_t made = 0;
    const bool negative = text.starts_with('-');
    for (const char c : text.substr(negative ? 1 : 0)) made = made * 10 + (c - '0');
    return negative ? -made : made;
  }

  // FHIRPath 6.1.1 of two items; none: outside.
  std::optional<bool> equal(const path::Value& left, const path::Value& right) {
    const auto a = system(left), b = system(right);
    if (!a || !b) return {};
    if (a->is_node() || b->is_node()) {
      if (!a->is_node() || !b->is_node()) return {};
      return equal_nodes(a->node(), b->node());
    }
    if (a->kind() != b->kind()) {
      const bool numbers = numeric(*a) && numeric(*b);
      return numbers ? std::optional(compare(decimal(*a), decimal(*b)) == 0) : std::optional(false);
    }
    switch (a->kind()) {
      case Kind::boolean:
        return a->boolean() == b->boolean();
      case Kind::integer:
        return a->integer() == b->integer();
      case Kind::decimal:
        return compare(a->decimal(), b->decimal()) == 0;
      case Kind::string:
        return a->string() == b->string();
      default:
        return {};
    }
  }

  // Of each name as many children, each equal to the one in its place.
  std::optional<bool> equal_nodes(NodeRef left, NodeRef right) {
    if (!going() || type(left) == "Quantity" || type(right) == "Quantity") return {};
    const auto of_left = by_name(left), of_right = by_name(right);
    bool all = of_left.size() == of_right.size();
    for (const auto& [name, items] : of_left) {
      const auto other = of_right.find(name);
      const bool as_many = other != of_right.end() && other->second.size() == items.size();
      for (std::size_t i = 0; as_many && i < items.size(); ++i) {
        const auto one = equal(items[i], other->second[i]);
        if (!one) return {};
        all = all && *one;
      }
      all = all && as_many;
    }
    return all;
  }

  static std::map<std::string_view, Items> by_name(NodeRef node) {
    std::map<std::string_view, Items> made;
    for (const auto& child : children(node))
      made[child.node().tree->name_text(child.node().node)].push_back(child);
    return made;
  }

  static Items children(NodeRef node) {
    Items made;
    const auto& tree = *node.tree;
    for (auto child = tree.first_child(node.node); child != no_node; child = tree.next(child))
      made.push_back(NodeRef{&tree, child});
    return made;
  }

  static bool numeric(const path::Value& value) {
    return value.kind() == Kind::integer || value.kind() == Kind::decimal;
  }
  static path::Decimal decimal(const path::Value& value) {
    return value.kind() == Kind::decimal ? value.decimal() : path::Decimal(value.integer(), 0);
  }

  bool contains(const Items& items, const path::Value& wanted) {
    for (const auto& item : items) {
      if (!going()) return false;
      const auto same = equal(item, wanted);
      if (!same) outside();
      if (same.value_or(false)) return true;
    }
    return false;
  }

  Items distinct(const Items& items) {
    Items out;
    for (const auto& item : items)
      if (!contains(out, item)) out.push_back(item);
    return out;
  }

  // FHIRPath 4.5: true, false, or none for nothing; a single item of another kind is true.
  std::optional<bool> boolean(const Items& items) {
    if (items.empty()) return {};
    if (items.size() > 1) {
      error();
      return {};
    }
    const auto value = system(items[0]);
    if (value && value->kind() == Kind::boolean) return value->boolean();
    return true;
  }

  std::optional<path::Value> single(const Items& items) {
    if (items.empty()) return {};
    if (items.size() > 1) {
      error();
      return {};
    }
    const auto value = system(items[0]);
    if (!value) outside();
    return value;
  }

  End end_ = End::answer;

 private:
  Items stop(End end) {
    if (end_ == End::answer) end_ = end;
    return {};
  }

  std::uint64_t steps_;
  std::deque<std::string> texts_;
};

}  // namespace fingerpost::test
