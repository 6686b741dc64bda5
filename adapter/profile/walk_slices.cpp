// Which slice an item of a list is (R4 profiling.html#slicing).

#include "profile/equal.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <string>

namespace fingerpost::profile {

// Each item goes to the first slice that it meets; a slice may be sliced again.
void Walk::slices(const Profile& profile, const Rule& rule, std::span<const NodeId> nodes,
                  NodeId parent) {
  const Slicing& slicing = *rule.slicing;
  if (!slicing.decidable()) return;  // the profile's issues say so
  if (!step(rule.slices.size())) return;
  const bool outer_undecided = undecided_;
  bool open_question = false;  // items that may be of a slice, and nobody can tell
  std::vector<std::vector<NodeId>> of_slice(rule.slices.size());
  std::size_t furthest = 0;
  bool outside = false;
  // What is of no other slice is of "@default", where there is one (R4
  // profiling.html#default-slice).
  const auto fallback = static_cast<std::size_t>(
      std::find_if(rule.slices.begin(), rule.slices.end(),
                   [&](RuleId slice) { return profile[slice].slice == "@default"; }) -
      rule.slices.begin());
  for (const NodeId node : nodes) {
    std::size_t at = 0;
    undecided_ = false;
    while (at < rule.slices.size() && step() &&
           (at == fallback || !in_slice(profile, rule, profile[rule.slices[at]], node)))
      ++at;
    if (over_) return;
    if (at == rule.slices.size() && !undecided_) at = fallback;
    if (at == rule.slices.size() && undecided_) {
      open_question = true;
      continue;
    }
    if (at == rule.slices.size()) {
      if (slicing.rules == SliceRules::closed)
        error(node, "structure",
              "is none of the slices that " + rule.path + " takes (" + profile.url + ")");
      outside = true;
      continue;
    }
    if (slicing.rules == SliceRules::open_at_end && outside)
      error(node, "structure", "stands after items of no slice, which come last in " + rule.path);
    if (slicing.ordered && at < furthest)
      error(node, "structure", "stands out of the order of the slices of " + rule.path);
    furthest = std::max(furthest, at);
    of_slice[at].push_back(node);
  }
  undecided_ = outer_undecided;
  if (open_question)
    report(parent, Severity::warning, "not-supported",
           "which slices of " + rule.path + " its items are cannot be told: not checked (" +
               profile.url + ")");
  for (std::size_t at = 0; at < rule.slices.size(); ++at) {
    const Rule& slice = profile[rule.slices[at]];
    if (!open_question || of_slice[at].size() > slice.max)
      counted(profile, slice, of_slice[at].size(), parent);
    for (const NodeId node : of_slice[at]) this->rule(profile, slice, node);
    if (slice.slicing && !slice.slices.empty()) slices(profile, slice, of_slice[at], parent);
  }
}

bool Walk::in_slice(const Profile& profile, const Rule& sliced, const Rule& slice, NodeId node) {
  // A discriminator of which a slice says nothing does not keep items out of it, as long as
  // another tells it apart.
  bool told = false;
  for (const auto& by : sliced.slicing->by) {
    bool asked = false;
    const bool met = discriminated(profile, slice, by, node, asked);
    if (asked && !met) return false;
    told |= asked;
  }
  return told;
}

// The nodes that a discriminator's path leads to.
void Walk::find(NodeRef from, std::span<const Step> path, std::vector<NodeRef>& out) {
  if (!step()) return;
  if (path.empty()) return out.push_back(from);
  const Step& step = path.front();
  const auto rest = path.subspan(1);
  const Tree& tree = *from.tree;
  switch (step.how) {
    case Step::How::child:
      for (NodeId at = tree.child(from.node, step.name); at != no_node; at = tree.next_same(at))
        find(NodeRef{&tree, at}, rest, out);
      return;
    case Step::How::extension:
      for (NodeId at = tree.child(from.node, words_.extension); at != no_node;
           at = tree.next_same(at)) {
        const NodeId url = tree.child(at, words_.url);
        if (url != no_node && tree.text(url) == step.url) find(NodeRef{&tree, at}, rest, out);
      }
      return;
    case Step::How::of_type:
      if (definitions_.is_a(tree[from.node].type, step.type)) find(from, rest, out);
      return;
    case Step::How::resolve:
      if (&tree != &tree_) return;
      {
        Target target = target_of(from.node);
        look_elsewhere(target);
        if (target.node) find(target.node, rest, out);
      }
      return;
  }
}

// The rules that stand where a discriminator's path leads: within the slice's own rules, or within
// the profile of its type.
void Walk::find(Place from, std::span<const Step> path, std::vector<Place>& out) {
  if (!step()) return;
  if (path.empty()) return out.push_back(from);
  const Step& step = path.front();
  const auto rest = path.subspan(1);
  const Profile& profile = *from.profile;
  const auto into_profiles = [&](bool targets) {
    for (const auto& type : from.rule->types)
      for (const auto& canonical : targets ? type.targets : type.profiles)
        if (const Profile* other = registry_.profile(canonical))
          find(Place{other, &other->rules[0]}, targets ? rest : path, out);
  };
  const auto before = out.size();
  switch (step.how) {
    case Step::How::child:
      for (const RuleId child : from.rule->children)
        if (profile[child].name == step.name) {
          // The slices of a choice say more of its types than the choice.
          const bool choice =
              !profile[child].slices.empty() && profile[child].path.ends_with("[x]");
          if (!choice) find(Place{&profile, &profile[child]}, rest, out);
          for (const RuleId slice : profile[child].slices)
            find(Place{&profile, &profile[slice]}, rest, out);
        }
      if (out.size() == before) into_profiles(false);
      return;
    case Step::How::extension:
      for (const RuleId child : from.rule->children) {
        if (profile[child].name != words_.extension) continue;
        for (const RuleId slice : profile[child].slices) {
          const auto& types = profile[slice].types;
          const bool named = std::any_of(types.begin(), types.end(), [&](const RuleType& type) {
            return std::any_of(type.profiles.begin(), type.profiles.end(),
                               [&](const auto& url) { return without_version(url) == step.url; });
          });
          if (named) find(Place{&profile, &profile[slice]}, rest, out);
        }
      }
      if (out.size() == before)
        if (const Profile* other = registry_.profile(step.url))
          find(Place{other, &other->rules[0]}, rest, out);
      return;
    case Step::How::of_type:
      return find(from, rest, out);
    case Step::How::resolve:
      return into_profiles(true);
  }
}

// Whether a value is what a rule fixes, itself or by what it asks of the elements within. `asked`:
// the rule fixes something at all.
bool Walk::meets(Place place, NodeRef node, int depth, bool& asked) {
  const Rule& rule = *place.rule;
  if (!step(1 + rule.value_nodes)) return true;
  if (rule.fixed != no_node) {
    asked = true;
    return is_fixed(*place.profile, rule, node);
  }
  if (rule.pattern != no_node) {
    asked = true;
    return has_pattern(*place.profile, rule, node);
  }
  if (depth > 8) return true;
  const auto& binding = rule.binding;
  if (binding.strength == model::Binding::required && node.tree == &tree_) {
    const In in = member(binding.value_set, node.node, tree_[node.node].type);
    if (in != In::unknown) {
      asked = true;
      if (in == In::no) return false;
    }
  }
  for (const RuleId id : rule.children) {
    const Rule& child = (*place.profile)[id];
    if (!child.works) continue;
    bool child_asked = false;
    bool met = false;
    std::vector<Place> places{{place.profile, &child}};
    for (const RuleId slice : child.slices)
      places.push_back({place.profile, &(*place.profile)[slice]});
    const Tree& tree = *node.tree;
    for (const Place& at : places) {
      bool at_asked = false;
      bool at_met = false;
      for (NodeId value = tree.child(node.node, child.name); value != no_node;
           value = tree.next_same(value))
        at_met |= meets(at, {&tree, value}, depth + 1, at_asked);
      if (tree.child(node.node, child.name) == no_node) {
        at_asked = at.rule->fixes;
        at_met = at.rule->min == 0;
      }
      if (!at_asked) continue;
      child_asked = true;
      met |= at_met;
    }
    if (!child_asked) continue;
    asked = true;
    if (!met) return false;
  }
  for (const auto& type : rule.types)
    if (type.profiles.size() == 1)
      if (const Profile* other = registry_.profile(type.profiles[0]))
        if (!meets({other, &other->rules[0]}, node, depth + 1, asked)) return false;
  return true;
}

bool Walk::discriminated(const Profile& profile, const Rule& slice, const Discriminator& by,
                         NodeId node, bool& asked) {
  const NodeRef item{&tree_, node};
  const Place rule{&profile, &slice};
  if (by.by == By::value || by.by == By::pattern) return by_value(rule, by, item, asked);
  asked = true;
  if (by.by == By::type) return by_type(rule, by, item);
  if (by.by == By::profile) return by_profile(rule, by, item);
  std::vector<NodeRef> values;
  find(item, by.path, values);
  std::vector<Place> places;
  find(rule, by.path, places);
  for (const Place& place : places) {
    if (place.rule->max == 0) return values.empty();
    if (place.rule->min > 0) return !values.empty();
  }
  return true;
}

bool Walk::by_value(Place slice, const Discriminator& by, NodeRef item, bool& asked) {
  std::vector<NodeRef> values;
  find(item, by.path, values);
  std::vector<Place> places;
  find(slice, by.path, places);
  const bool own = std::any_of(places.begin(), places.end(), [](const Place& at) {
    return at.rule->fixed != no_node || at.rule->pattern != no_node;
  });
  if (!own && by.path.size() == 1 && by.path[0].name == words_.url) {
    // An extension's slices are told apart by the URL of their profiles.
    asked = true;
    for (const auto& type : slice.rule->types)
      for (const auto& url : type.profiles)
        for (const NodeRef& value : values)
          if (value.tree->text(value.node) == without_version(url)) return true;
    return false;
  }
  bool met = false;
  for (const Place& place : places) {
    for (const NodeRef& value : values) {
      bool fixes = false;
      met |= meets(place, value, 0, fixes) && fixes;
      asked |= fixes;
    }
    if (values.empty()) asked |= place.rule->fixes;
  }
  return met;
}

bool Walk::by_type(Place slice, const Discriminator& by, NodeRef item) {
  const bool resolves = !by.path.empty() && by.path.back().how == Step::How::resolve;
  // The rule before resolve() names the types of the target.
  const auto path = std::span(by.path).first(by.path.size() - (resolves ? 1 : 0));
  std::vector<NodeRef> values;
  find(item, path, values);
  std::vector<Place> places;
  find(slice, path, places);
  for (const NodeRef& value : values) {
    if (resolves && value.tree != &tree_) continue;
    const TypeId actual = resolves ? target_of(value.node).type : (*value.tree)[value.node].type;
    for (const Place& place : places)
      for (const auto& type : place.rule->types) {
        if (!step(1 + type.targets.size())) return false;
        if (!resolves && definitions_.is_a(actual, type.type)) return true;
        if (resolves && is_among(actual, type.targets)) return true;
      }
  }
  return false;
}

// Whether a type is that of one of the canonicals: a type's own, or a profile's.
bool Walk::is_among(TypeId actual, const std::vector<std::string>& canonicals) const {
  return std::any_of(canonicals.begin(), canonicals.end(), [&](const auto& canonical) {
    TypeId wanted = definitions_.find(without_version(canonical));
    if (wanted == no_type)
      if (const Profile* profile = registry_.profile(canonical)) wanted = profile->type;
    return actual != no_type && wanted != no_type && definitions_.is_a(actual, wanted);
  });
}

bool Walk::by_profile(Place slice, const Discriminator& by, NodeRef item) {
  const bool resolves = !by.path.empty() && by.path.back().how == Step::How::resolve;
  std::vector<NodeRef> values;
  find(item, by.path, values);
  std::vector<NodeRef> references;
  if (resolves) find(item, std::span(by.path).first(by.path.size() - 1), references);
  undecided_ = undecided_ || references.size() > values.size();
  std::vector<Place> places;
  find(slice, std::span(by.path).first(by.path.size() - (resolves ? 1 : 0)), places);
  for (const Place& place : places)
    for (const auto& type : place.rule->types)
      for (const auto& canonical : resolves ? type.targets : type.profiles)
        for (const NodeRef& value : values)
          if (conforms_to(canonical, value)) return true;
  return false;
}

bool Walk::conforms_to(std::string_view canonical, NodeRef node) {
  if (const TypeId core = definitions_.find(without_version(canonical)); core != no_type)
    return definitions_.is_a((*node.tree)[node.node].type, core);
  const Profile* profile = registry_.profile(canonical);
  if (profile == nullptr) return undecided_ = true, false;
  return node.tree == &tree_ ? conforms(*profile, node.node) : conforms_elsewhere(*profile, node);
}

}  // namespace fingerpost::profile
