// FHIRPath evaluated the plain way: the specification's sentences one by one over the syntax tree,
// with copies, no compilation and no short cuts. What the engine answers is held to it. It knows no
// dates, arithmetic of decimals, quantities, types or functions of FHIR: an expression that comes
// upon those is outside of it.

#pragma once

#include "path/syntax.h"
#include "support/plain_values.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test {

class PlainFhirpath : private PlainValues {
 public:
  using PlainValues::End;
  using PlainValues::Items;

  explicit PlainFhirpath(NodeRef focus, std::uint64_t steps = 100'000)
      : PlainValues(steps), focus_(focus), scope_{path::Value(focus), {}, {}} {}

  // Once. What it answers is good while this lives and the tree does.
  std::pair<End, Items> evaluate(const path::Syntax& syntax) {
    auto made = of(syntax);
    return {end_, end_ == End::answer ? std::move(made) : Items{}};
  }

 private:
  using Syntax = path::Syntax;
  using Operator = path::Operator;
  using Arguments = std::vector<path::SyntaxPtr>;
  struct Scope {
    path::Value self;
    std::optional<std::int64_t> index;
    std::optional<Items> total;
  };

  // expressions

  Items of(const Syntax& syntax) {
    if (!going()) return {};
    switch (syntax.kind) {
      case Syntax::Kind::boolean:
        return one(syntax.text == "true");
      case Syntax::Kind::string:
        return text(syntax.text);
      case Syntax::Kind::number:
        return number_literal(syntax.text);
      case Syntax::Kind::nothing:
        return {};
      case Syntax::Kind::self:
        return one(scope_.self);
      case Syntax::Kind::index:
        return scope_.index ? one(*scope_.index) : outside();
      case Syntax::Kind::total:
        return scope_.total ? *scope_.total : outside();
      case Syntax::Kind::member:
        return member(syntax);
      case Syntax::Kind::call:
        return call(syntax);
      case Syntax::Kind::indexer:
        return indexer(syntax);
      case Syntax::Kind::sign:
        return sign(syntax);
      case Syntax::Kind::operation:
        return operation(syntax);
      case Syntax::Kind::external:
        return syntax.text == "resource" || syntax.text == "context" ||
                       syntax.text == "rootResource"
                   ? one(path::Value(focus_))
                   : outside();
      default:
        return outside();
    }
  }

  Items input(const Syntax& syntax) { return syntax.input ? of(*syntax.input) : one(scope_.self); }

  Items number_literal(const std::string& text) {
    if (text.find('.') == std::string::npos && text.size() <= 9) return one(number(text));
    const auto made = path::Decimal::parse(text);
    return made && text.find('.') != std::string::npos ? one(*made) : outside();
  }

  Items member(const Syntax& syntax) {
    Items out;
    for (const auto& item : input(syntax)) {
      if (!item.is_node()) return outside();
      const auto node = item.node();
      if (!syntax.input && is_named(node, syntax.text)) {
        out.push_back(item);
        continue;
      }
      const auto& tree = *node.tree;
      for (auto child = tree.first_child(node.node); child != no_node; child = tree.next(child)) {
        if (!going()) return {};
        if (goes_by(tree, node.node, child, syntax.text)) out.push_back(NodeRef{&tree, child});
      }
      if (syntax.text == "value" && tree.has_value(node.node)) return outside();
    }
    return out;
  }

  bool is_named(NodeRef node, std::string_view name) const {
    const auto& all = definitions();
    for (auto type = (*node.tree)[node.node].type; type != no_type; type = all.type(type).base)
      if (all.type_name(type) == name) return true;
    return false;
  }

  // "value" of type Quantity is value and, when the element is a choice, valueQuantity.
  static bool goes_by(const Tree& tree, NodeId parent, NodeId child, const std::string& wanted) {
    const auto name = tree.name_text(child);
    if (name == wanted) return true;
    const auto* element = definitions().element(tree[parent].type, tree[child].name);
    if (element == nullptr || !element->choice) return false;
    std::string full(definitions().type_name(tree[child].type));
    if (full.empty()) return false;
    if (full[0] >= 'a' && full[0] <= 'z') full[0] = static_cast<char>(full[0] - 'a' + 'A');
    return std::string(name) + full == wanted;
  }

  Items indexer(const Syntax& syntax) {
    const auto items = input(syntax);
    const auto at = single(of(*syntax.arguments[0]));
    if (!at) return {};
    if (at->kind() != Kind::integer) return error();
    const bool there = at->integer() >= 0 && static_cast<std::size_t>(at->integer()) < items.size();
    return there ? one(items[static_cast<std::size_t>(at->integer())]) : Items{};
  }

  Items sign(const Syntax& syntax) {
    const auto value = single(of(*syntax.arguments[0]));
    if (!value) return {};
    if (value->kind() != Kind::integer) return outside();
    return one(syntax.which == Operator::minus ? -value->integer() : value->integer());
  }

  // operators (FHIRPath 6)

  Items operation(const Syntax& syntax) {
    const auto left = of(*syntax.arguments[0]);
    if (!going()) return {};
    const bool known = decides(syntax.which, left);
    auto made = operation(syntax.which, left, of(*syntax.arguments[1]));
    // An engine need not look at the right side then, and so not find what is wrong with it.
    if (known && end_ == End::error) end_ = End::outside;
    return made;
  }

  bool decides(Operator which, const Items& left) {
    if (left.size() != 1) return false;
    const auto value = system(left[0]);
    const bool no = value && value->kind() == Kind::boolean && !value->boolean();
    return which == Operator::logic_or                                        ? !no
           : which == Operator::logic_and || which == Operator::logic_implies ? no
                                                                              : false;
  }

  Items operation(Operator which, const Items& left, const Items& right) {
    if (!going()) return {};
    switch (which) {
      case Operator::unite:
        return distinct(joined(left, right));
      case Operator::equal:
        return truth(equal_collections(left, right));
      case Operator::not_equal:
        return truth(negated(equal_collections(left, right)));
      case Operator::in:
        return membership(left, right);
      case Operator::contains:
        return membership(right, left);
      case Operator::logic_and:
      case Operator::logic_or:
      case Operator::logic_xor:
      case Operator::logic_implies:
        return logic(which, left, right);
      case Operator::less:
      case Operator::greater:
      case Operator::less_or_equal:
      case Operator::greater_or_equal:
        return order(which, left, right);
      case Operator::concatenate:
        return concatenation(left, right);
      case Operator::add:
      case Operator::subtract:
      case Operator::multiply:
      case Operator::whole_divide:
      case Operator::modulo:
        return arithmetic(which, left, right);
      default:
        return outside();
    }
  }

  static Items joined(Items left, const Items& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
  }
  static Items truth(std::optional<bool> value) { return value ? one(*value) : Items{}; }
  static std::optional<bool> negated(std::optional<bool> value) {
    return value ? std::optional(!*value) : value;
  }

  // None: nothing, or no longer going.
  std::optional<bool> equal_collections(const Items& left, const Items& right) {
    if (left.empty() || right.empty()) return {};
    if (left.size() != right.size()) return false;
    bool all = true;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const auto one = equal(left[i], right[i]);
      if (!one) outside();
      all = all && one.value_or(false);
    }
    return all;
  }

  Items membership(const Items& wanted, const Items& items) {
    if (wanted.empty()) return {};
    if (wanted.size() > 1) return error();
    return one(contains(items, wanted[0]));
  }

  // The three-valued tables of 6.5.
  Items logic(Operator which, const Items& left, const Items& right) {
    const auto a = boolean(left), b = boolean(right);
    const bool either_false = a == false || b == false, either_true = a == true || b == true;
    const bool known = a && b;
    switch (which) {
      case Operator::logic_and:
        return either_false ? one(false) : known ? one(true) : Items{};
      case Operator::logic_or:
        return either_true ? one(true) : known ? one(false) : Items{};
      case Operator::logic_xor:
        return known ? one(*a != *b) : Items{};
      default:
        return a == false || b == true ? one(true) : known ? one(false) : Items{};
    }
  }

  Items order(Operator which, const Items& left, const Items& right) {
    const auto a = single(left), b = single(right);
    if (!a || !b) return {};
    int sign = 0;
    if (numeric(*a) && numeric(*b)) {
      const auto found = compare(decimal(*a), decimal(*b));
      sign = found < 0 ? -1 : found > 0;
    } else if (a->kind() == Kind::string && b->kind() == Kind::string) {
      sign = a->string().compare(b->string());
    } else {
      return outside();
    }
    switch (which) {
      case Operator::less:
        return one(sign < 0);
      case Operator::greater:
        return one(sign > 0);
      case Operator::less_or_equal:
        return one(sign <= 0);
      default:
        return one(sign >= 0);
    }
  }

  Items concatenation(const Items& left, const Items& right) {
    const auto a = single(left), b = single(right);
    std::string made;
    for (const auto& part : {a, b}) {
      if (part && part->kind() != Kind::string) return outside();
      if (part) made += part->string();
    }
    return text(made);
  }

  Items arithmetic(Operator which, const Items& left, const Items& right) {
    const auto a = single(left), b = single(right);
    if (!a || !b) return {};
    if (which == Operator::add && a->kind() == Kind::string && b->kind() == Kind::string)
      return text(std::string(a->string()) + std::string(b->string()));
    if (a->kind() != Kind::integer || b->kind() != Kind::integer) return outside();
    const auto x = a->integer(), y = b->integer();
    if ((which == Operator::whole_divide || which == Operator::modulo) && y == 0) return {};
    const auto made = which == Operator::add            ? x + y
                      : which == Operator::subtract     ? x - y
                      : which == Operator::multiply     ? x * y
                      : which == Operator::whole_divide ? x / y
                                                        : x % y;
    const bool fits = made >= std::numeric_limits<std::int32_t>::min() &&
                      made <= std::numeric_limits<std::int32_t>::max();
    return fits ? one(made) : Items{};
  }

  // functions (FHIRPath 5)

  Items call(const Syntax& syntax) {
    const auto items = input(syntax);
    if (!going()) return {};
    using Function = Items (PlainFhirpath::*)(const Items&, const std::vector<path::SyntaxPtr>&);
    struct Known {
      std::string_view name;
      std::size_t least, most;
      Function function;
    };
    static constexpr Known known[] = {
        {"empty", 0, 0, &PlainFhirpath::empty},
        {"not", 0, 0, &PlainFhirpath::negation},
        {"exists", 0, 1, &PlainFhirpath::exists},
        {"all", 1, 1, &PlainFhirpath::all},
        {"allTrue", 0, 0, &PlainFhirpath::all_true},
        {"anyTrue", 0, 0, &PlainFhirpath::any_true},
        {"count", 0, 0, &PlainFhirpath::count},
        {"distinct", 0, 0, &PlainFhirpath::distinct_of},
        {"isDistinct", 0, 0, &PlainFhirpath::is_distinct},
        {"subsetOf", 1, 1, &PlainFhirpath::subset},
        {"supersetOf", 1, 1, &PlainFhirpath::superset},
        {"where", 1, 1, &PlainFhirpath::where},
        {"select", 1, 1, &PlainFhirpath::select},
        {"repeat", 1, 1, &PlainFhirpath::repeat},
        {"first", 0, 0, &PlainFhirpath::first},
        {"last", 0, 0, &PlainFhirpath::last},
        {"tail", 0, 0, &PlainFhirpath::tail},
        {"single", 0, 0, &PlainFhirpath::single_of},
        {"skip", 1, 1, &PlainFhirpath::skip},
        {"take", 1, 1, &PlainFhirpath::take},
        {"union", 1, 1, &PlainFhirpath::united},
        {"combine", 1, 1, &PlainFhirpath::combined},
        {"intersect", 1, 1, &PlainFhirpath::intersected},
        {"exclude", 1, 1, &PlainFhirpath::excluded},
        {"iif", 2, 3, &PlainFhirpath::chosen},
        {"aggregate", 1, 2, &PlainFhirpath::aggregate},
        {"children", 0, 0, &PlainFhirpath::children_of},
        {"startsWith", 1, 1, &PlainFhirpath::starts_with},
        {"endsWith", 1, 1, &PlainFhirpath::ends_with},
        {"contains", 1, 1, &PlainFhirpath::has_text},
        {"length", 0, 0, &PlainFhirpath::length},
    };
    for (const auto& one : known)
      if (one.name == syntax.text && syntax.arguments.size() >= one.least &&
          syntax.arguments.size() <= one.most)
        return (this->*one.function)(items, syntax.arguments);
    return outside();
  }

  // An argument that is asked of each item, with $this and $index.
  Items each(const Syntax& argument, const path::Value& item, std::size_t index) {
    auto outer = scope_;
    scope_.self = item;
    scope_.index = static_cast<std::int64_t>(index);
    auto made = of(argument);
    scope_ = std::move(outer);
    return made;
  }
  bool holds(const Syntax& argument, const path::Value& item, std::size_t index) {
    return boolean(each(argument, item, index)).value_or(false);
  }

  Items empty(const Items& items, const Arguments&) { return one(items.empty()); }
  Items negation(const Items& items, const Arguments&) { return truth(negated(boolean(items))); }
  Items count(const Items& items, const Arguments&) {
    return one(static_cast<std::int64_t>(items.size()));
  }
  Items exists(const Items& items, const Arguments& with) {
    return one(!(with.empty() ? items : where(items, with)).empty());
  }
  Items all(const Items& items, const Arguments& with) {
    return one(where(items, with).size() == items.size());
  }
  Items all_true(const Items& items, const Arguments&) { return quantified(items, false); }
  Items any_true(const Items& items, const Arguments&) { return quantified(items, true); }
  // Whether any is `wanted`, or none is not.
  Items quantified(const Items& items, bool wanted) {
    bool found = false;
    for (const auto& item : items) {
      const auto value = system(item);
      if (!value || value->kind() != Kind::boolean) return outside();
      found = found || value->boolean() == wanted;
    }
    return one(found == wanted);
  }
  Items distinct_of(const Items& items, const Arguments&) { return distinct(items); }
  Items is_distinct(const Items& items, const Arguments&) {
    return one(distinct(items).size() == items.size());
  }
  Items subset(const Items& items, const Arguments& with) {
    return one(within(items, of(*with[0])));
  }
  Items superset(const Items& items, const Arguments& with) {
    return one(within(of(*with[0]), items));
  }
  bool within(const Items& few, const Items& many) {
    bool all = true;
    for (const auto& item : few) all = contains(many, item) && all;
    return all;
  }

  Items where(const Items& items, const Arguments& with) {
    Items out;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (holds(*with[0], items[i], i)) out.push_back(items[i]);
    return out;
  }
  Items select(const Items& items, const Arguments& with) {
    Items out;
    for (std::size_t i = 0; i < items.size(); ++i)
      out = joined(std::move(out), each(*with[0], items[i], i));
    return out;
  }
  Items repeat(const Items& items, const Arguments& with) {
    Items out, now = items;
    while (!now.empty() && going()) {
      Items found;
      for (const auto& item : select(now, with))
        if (!contains(out, item)) {
          out.push_back(item);
          found.push_back(item);
        }
      now = std::move(found);
    }
    return out;
  }
  Items aggregate(const Items& items, const Arguments& with) {
    Items total = with.size() > 1 ? of(*with[1]) : Items{};
    const auto outer = scope_.total;
    for (std::size_t i = 0; i < items.size(); ++i) {
      scope_.total = total;
      total = each(*with[0], items[i], i);
    }
    scope_.total = outer;
    return total;
  }

  Items first(const Items& items, const Arguments&) { return taken(items, 0, 1); }
  Items last(const Items& items, const Arguments&) {
    return items.empty() ? Items{} : one(items.back());
  }
  Items tail(const Items& items, const Arguments&) { return taken(items, 1, items.size()); }
  Items single_of(const Items& items, const Arguments&) {
    return items.size() > 1 ? error() : items;
  }
  Items skip(const Items& items, const Arguments& with) {
    const auto n = whole(with);
    return n ? taken(items, *n, items.size()) : Items{};
  }
  Items take(const Items& items, const Arguments& with) {
    const auto n = whole(with);
    return n ? taken(items, 0, *n) : Items{};
  }
  std::optional<std::size_t> whole(const Arguments& with) {
    const auto value = single(of(*with[0]));
    if (!value || value->kind() != Kind::integer) {
      outside();
      return {};
    }
    return value->integer() < 0 ? 0 : static_cast<std::size_t>(value->integer());
  }
  static Items taken(const Items& items, std::size_t from, std::size_t count) {
    Items out;
    for (std::size_t i = from; i < items.size() && i - from < count; ++i) out.push_back(items[i]);
    return out;
  }

  Items united(const Items& items, const Arguments& with) {
    return distinct(joined(items, of(*with[0])));
  }
  Items combined(const Items& items, const Arguments& with) { return joined(items, of(*with[0])); }
  Items intersected(const Items& items, const Arguments& with) {
    const auto others = of(*with[0]);
    Items out;
    for (const auto& item : distinct(items))
      if (contains(others, item)) out.push_back(item);
    return out;
  }
  Items excluded(const Items& items, const Arguments& with) {
    const auto others = of(*with[0]);
    Items out;
    for (const auto& item : items)
      if (!contains(others, item)) out.push_back(item);
    return out;
  }
  Items chosen(const Items& items, const Arguments& with) {
    if (items.size() != 1) return outside();
    const auto yes = boolean(each(*with[0], items[0], 0)).value_or(false);
    if (yes) return each(*with[1], items[0], 0);
    return with.size() > 2 ? each(*with[2], items[0], 0) : Items{};
  }
  Items children_of(const Items& items, const Arguments&) {
    Items out;
    for (const auto& item : items) {
      if (!item.is_node()) return outside();
      out = joined(std::move(out), children(item.node()));
    }
    return out;
  }

  // Both texts; none where one is missing.
  using Test = bool (*)(std::string_view text, std::string_view part);
  Items text_test(const Items& items, const Arguments& with, Test test) {
    const auto whole = single(items), part = single(of(*with[0]));
    for (const auto& one : {whole, part})
      if (one && one->kind() != Kind::string) return outside();
    if (!whole || !part) return {};
    return one(test(whole->string(), part->string()));
  }
  Items starts_with(const Items& items, const Arguments& with) {
    return text_test(items, with, [](auto text, auto part) { return text.starts_with(part); });
  }
  Items ends_with(const Items& items, const Arguments& with) {
    return text_test(items, with, [](auto text, auto part) { return text.ends_with(part); });
  }
  Items has_text(const Items& items, const Arguments& with) {
    return text_test(items, with,
                     [](auto text, auto part) { return text.find(part) != text.npos; });
  }
  Items length(const Items& items, const Arguments&) {
    const auto value = single(items);
    if (!value) return {};
    if (value->kind() != Kind::string) return outside();
    std::int64_t characters = 0;
    for (const char c : value->string())
      characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return one(characters);
  }

  NodeRef focus_;
  Scope scope_;
};

}  // namespace fingerpost::test
