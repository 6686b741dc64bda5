#include "path/equality.h"

#include "base/text.h"
#include "value/quantity.h"

#include <algorithm>

namespace fingerpost::path {
std::optional<Decimal> number(const Value& value) {
  if (value.kind() == Value::Kind::integer) return Decimal(value.integer(), 0);
  if (value.kind() == Value::Kind::decimal) return value.decimal();
  return {};
}

namespace {

// Both as quantities, when at least one is one and the other can be.
struct Quantities {
  const Quantity* left;
  const Quantity* right;
};
std::optional<Quantities> quantities(Run& run, const Value& left, const Value& right) {
  const auto as_quantity = [&run](const Value& value) -> const Quantity* {
    if (const auto plain = number(value))
      return run.environment.arena.keep(Quantity{*plain, "1", Calendar::none});
    return run.quantity(value);
  };
  const auto may_be = [](const Value& value) {
    return value.kind() == Value::Kind::quantity || value.is_node();
  };
  if (!may_be(left) && !may_be(right)) return {};
  const Quantities both{as_quantity(left), as_quantity(right)};
  if (!both.left || !both.right) return {};
  return both;
}

// The nth child of this name, counting from 0.
NodeId nth_child(const Tree& tree, NodeId parent, NameId name, std::size_t n) {
  NodeId child = tree.child(parent, name);
  for (; n > 0 && child != no_node; --n) child = tree.next_same(child);
  return child;
}

std::size_t child_count(const Tree& tree, NodeId node) {
  std::size_t count = 0;
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) ++count;
  return count;
}

std::size_t place_among_same(const Tree& tree, NodeId first, NodeId child) {
  std::size_t place = 0;
  for (NodeId at = first; at != child; at = tree.next(at))
    place += tree[at].name == tree[child].name;
  return place;
}

// Every child of the one has an equal at its place among the same name's in the other. Names may
// stand in any order.
Truth equal_children(Run& run, NodeRef left, NodeRef right, bool loosely) {
  const Tree& tree = *left.tree;
  if (child_count(tree, left.node) != child_count(*right.tree, right.node)) return Truth::no;
  Truth all = Truth::yes;
  const NodeId first = tree.first_child(left.node);
  for (NodeId child = first; child != no_node; child = tree.next(child)) {
    const NodeId other =
        nth_child(*right.tree, right.node, tree[child].name, place_among_same(tree, first, child));
    if (other == no_node) return Truth::no;
    const Value a = NodeRef{&tree, child}, b = NodeRef{right.tree, other};
    const Truth one = loosely ? truth(equivalent(run, a, b)) : equal(run, a, b);
    if (one == Truth::no) return Truth::no;
    if (one == Truth::unknown) all = Truth::unknown;
  }
  return all;
}

Truth equal_temporals(Run& run, const Temporal& left, const Temporal& right) {
  const bool time = left.kind == Temporal::Kind::time;
  if (time != (right.kind == Temporal::Kind::time)) return Truth::no;
  const auto order = compare(left, right, run.zone_minutes());
  return order ? truth(*order == std::strong_ordering::equal) : Truth::unknown;
}

Truth equal_systems(Run& run, const Value& left, const Value& right) {
  using enum Value::Kind;
  if (const auto a = number(left)) {
    const auto b = number(right);
    if (b) return truth(compare(*a, *b) == std::strong_ordering::equal);
  }
  if (const auto both = quantities(run, left, right)) {
    const auto order = compare(*both->left, *both->right);
    if (order) return truth(*order == std::strong_ordering::equal);
    return comparable(*both->left, *both->right) ? Truth::no : Truth::unknown;
  }
  if (left.kind() != right.kind()) return Truth::no;
  switch (left.kind()) {
    case boolean:
      return truth(left.boolean() == right.boolean());
    case string:
      return truth(left.string() == right.string());
    case temporal:
      return equal_temporals(run, left.temporal(), right.temporal());
    case type:
      return truth(left.type().name == right.type().name &&
                   left.type().space == right.type().space);
    default:
      return Truth::no;
  }
}

}  // namespace

Truth equal(Run& run, const Value& left, const Value& right) {
  if (left.is_node() && right.is_node() && left.node() == right.node()) return Truth::yes;
  const Value a = run.system(left), b = run.system(right);
  if (a.is_node() && b.is_node()) {
    if (a.node().tree == b.node().tree && a.node().node == b.node().node) return Truth::yes;
    if (run.depth > run.environment.limits.depth * 16) return Truth::unknown;
    ++run.depth;
    const Truth found = equal_children(run, a.node(), b.node(), false);
    --run.depth;
    return found;
  }
  return equal_systems(run, a, b);
}

Truth equal(Run& run, const Collection& left, const Collection& right) {
  if (left.empty() || right.empty()) return Truth::unknown;
  if (left.size() != right.size()) return Truth::no;
  Truth all = Truth::yes;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Truth one = equal(run, left[i], right[i]);
    if (one == Truth::no) return Truth::no;
    if (one == Truth::unknown) all = Truth::unknown;
  }
  return all;
}

namespace {

// FHIRPath 6.1.3: letters of either case, and any white space, are the same.
bool equivalent_texts(std::string_view left, std::string_view right) {
  const auto skip_blanks = [](std::string_view& text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  };
  left = trim(left);
  right = trim(right);
  while (!left.empty() && !right.empty()) {
    if (is_space(left.front()) && is_space(right.front())) {
      skip_blanks(left);
      skip_blanks(right);
      continue;
    }
    if (to_lower(left.front()) != to_lower(right.front())) return false;
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  return left.empty() && right.empty();
}

}  // namespace

bool equivalent(Run& run, const Value& left, const Value& right) {
  const Value a = run.system(left), b = run.system(right);
  if (const auto x = number(a), y = number(b); x && y) return value::equivalent(*x, *y);
  if (const auto both = quantities(run, a, b)) return equivalent(*both->left, *both->right);
  if (a.is_node() && b.is_node()) {
    if (a.node() == b.node()) return true;
    if (run.depth > run.environment.limits.depth * 16) return false;
    ++run.depth;
    const bool same = equal_children(run, a.node(), b.node(), true) == Truth::yes;
    --run.depth;
    return same;
  }
  if (a.kind() == Value::Kind::string && b.kind() == Value::Kind::string)
    return equivalent_texts(a.string(), b.string());
  if (a.kind() == Value::Kind::temporal && b.kind() == Value::Kind::temporal)
    return equivalent(a.temporal(), b.temporal(), run.zone_minutes());
  return equal_systems(run, a, b) == Truth::yes;
}

bool equivalent(Run& run, const Collection& left, const Collection& right) {
  if (left.size() != right.size()) return false;
  std::vector<bool> taken(right.size(), false);
  for (std::size_t i = 0; i < left.size(); ++i) {
    // Mostly they stand in the same order.
    bool found = !taken[i] && equivalent(run, left[i], right[i]);
    if (found) taken[i] = true;
    for (std::size_t k = 0; k < right.size() && !found; ++k) {
      if (taken[k] || !equivalent(run, left[i], right[k])) continue;
      taken[k] = found = true;
    }
    if (!found) return false;
  }
  return true;
}

Order order(Run& run, const Value& left, const Value& right) {
  using enum Value::Kind;
  if (const auto a = number(left), b = number(right); a && b) return {true, compare(*a, *b)};
  if (const auto both = quantities(run, left, right))
    return {true, compare(*both->left, *both->right)};
  if (left.kind() != right.kind()) return {false, {}};
  if (left.kind() == string) return {true, left.string() <=> right.string()};
  if (left.kind() != temporal) return {false, {}};
  const bool time = left.temporal().kind == Temporal::Kind::time;
  if (time != (right.temporal().kind == Temporal::Kind::time)) return {false, {}};
  return {true, compare(left.temporal(), right.temporal(), run.zone_minutes())};
}

// Equal values have equal hashes; what is hard to say (units, zones) shares one.
std::uint64_t Seen::hash(const Value& value) {
  const Value at = run_.system(value);
  using enum Value::Kind;
  switch (at.kind()) {
    case boolean:
      return at.boolean() ? 2 : 3;
    case integer:
      return hash64(Decimal(at.integer(), 0).text());
    case decimal:
      return hash64(at.decimal().normalised().text());
    case string:
      return hash64(at.string());
    case temporal:
      return 5;
    case quantity:
      return 7;
    case node:
      break;
    default:
      return 11;
  }
  if (run_.depth > run_.environment.limits.depth * 16) return 13;
  const NodeRef whole = at.node();
  TypeTest quantities;
  quantities.fhir = run_.words().quantity;
  if (matches_type(run_, quantities, at, false)) return 7;
  std::uint64_t sum = 17;
  ++run_.depth;
  for (NodeId child = whole.tree->first_child(whole.node); child != no_node;
       child = whole.tree->next(child))
    sum += hash(NodeRef{whole.tree, child}) * ((*whole.tree)[child].name * 2 + 1);
  --run_.depth;
  return sum;
}

std::optional<std::size_t> Seen::find(const Value& value, std::uint64_t wanted) {
  if (slots_.empty()) {
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (hashes_[i] == wanted && equal(run_, values_[i], value) == Truth::yes) return i;
    return {};
  }
  for (std::size_t at = wanted % slots_.size(); slots_[at] != 0; at = (at + 1) % slots_.size()) {
    const std::size_t index = slots_[at] - 1;
    if (hashes_[index] == wanted && equal(run_, values_[index], value) == Truth::yes) return index;
  }
  return {};
}

void Seen::rehash() {
  slots_.assign(values_.size() * 4 + 1, 0);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    std::size_t at = hashes_[i] % slots_.size();
    while (slots_[at] != 0) at = (at + 1) % slots_.size();
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

bool Seen::has(const Value& value) {
  return find(value, hash(value)).has_value();
}

bool Seen::add(const Value& value) {
  constexpr std::size_t few = 16;
  const auto wanted = hash(value);
  if (find(value, wanted)) return false;
  values_.push_back(value);
  hashes_.push_back(wanted);
  if (values_.size() < few) return true;
  if (slots_.size() < values_.size() * 2) {
    rehash();
    return true;
  }
  std::size_t at = wanted % slots_.size();
  while (slots_[at] != 0) at = (at + 1) % slots_.size();
  slots_[at] = static_cast<std::uint32_t>(values_.size());
  return true;
}

}  // namespace fingerpost::path
