// A profile over the base definitions: only what it asks beyond them is looked at.

#include "model/json.h"
#include "profile/equal.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <string>

namespace fingerpost::profile {

using model::Primitive;

void Walk::conform(NodeId node, std::string_view canonical, bool asked) {
  const auto url = without_version(canonical);
  if (const TypeId type = definitions_.find(url); type != no_type) {
    if (!definitions_.is_a(tree_[node].type, type))
      error(node, "structure", "is not a " + std::string(definitions_.type_name(type)));
    return;
  }
  const Profile* profile = registry_.profile(canonical);
  if (profile == nullptr)
    return report(node, asked ? Severity::error : Severity::warning, "not-found",
                  "the profile " + std::string(canonical) + " is not known: not checked");
  if (asked && !profile->usable)
    error(node, "not-found",
          "the profile " + std::string(canonical) + " cannot be used: not checked");
  apply(*profile, node);
}

void Walk::apply(const Profile& profile, NodeId node) {
  const auto key = std::pair(node, &profile);
  if (!step(1 + open_.size())) return;
  if (!profile.issues.empty()) note_flaws(profile, node);
  if (std::find(open_.begin(), open_.end(), key) != open_.end()) return;
  if (open_.size() >= static_cast<std::size_t>(limits_.depth))
    return error(node, "too-costly",
                 "profiles ask for each other deeper than the limit depth: " + profile.url +
                     " is not checked");
  if (!definitions_.is_a(tree_[node].type, profile.type))
    return error(node, "structure",
                 "is not a " + std::string(definitions_.type_name(profile.type)) + ", which " +
                     profile.url + " is for");
  open_.push_back(key);
  const Rule& root = profile.rules[0];
  for (const auto& asked : root.invariants) invariant(asked, node, profile.url, At::root);
  values(profile, root, node);
  within(profile, root, node);
  open_.pop_back();
}

void Walk::note_flaws(const Profile& profile, NodeId node) {
  const bool known = std::any_of(flawed_.begin(), flawed_.end(),
                                 [&](const auto& one) { return one.first == &profile; });
  if (!known) flawed_.emplace_back(&profile, node);
}

// Whatever it was asked for, if only to tell a slice: once a profile, and aloud.
void Walk::tell_flaws() {
  for (const auto& [profile, node] : flawed_)
    for (const auto& issue : profile->issues)
      report(node, issue.severity, issue.code.c_str(),
             "the profile " + profile->url + ", " + issue.expression + ": " + issue.text);
}

bool Walk::conforms(const Profile& profile, NodeId node) {
  const auto index = std::find_if(open_.begin(), open_.end(), [&](const auto& open) {
    return open == std::pair(node, &profile);
  });
  if (index != open_.end()) return true;
  // Judged once: many paths of references may lead to one resource.
  if (const auto known = judged_.find({node, &profile}); known != judged_.end())
    return known->second;
  const bool good = !finds_error([&] { apply(profile, node); });
  judged_.emplace(std::pair(node, &profile), good);
  return good;
}

bool Walk::conforms_elsewhere(const Profile& profile, NodeRef node) {
  if (elsewhere_ > 4) return true;
  Walk other(parts_, *node.tree, options_, limits_);
  other.elsewhere_ = elsewhere_ + 1;
  other.quiet_ = true;
  other.steps_left_ = steps_left_;
  other.environment_.steps_left = environment_.steps_left;
  other.apply(profile, node.node);
  environment_.steps_left = other.environment_.steps_left;
  step(steps_left_ - other.steps_left_);
  over_ = over_ || other.over_;
  for (const auto& flawed : other.flawed_) note_flaws(*flawed.first, tree_.root());
  return !other.failed_;
}

void Walk::within(const Profile& profile, const Rule& rule, NodeId node) {
  for (const RuleId child : rule.work) element(profile, profile[child], node);
}

// All the instances of one element within `parent`.
void Walk::element(const Profile& profile, const Rule& rule, NodeId parent) {
  std::vector<NodeId> nodes;
  for (NodeId at = tree_.child(parent, rule.name); at != no_node; at = tree_.next_same(at))
    nodes.push_back(at);
  if (!step(1 + nodes.size())) return;
  counted(profile, rule, nodes.size(), parent);
  for (const NodeId node : nodes) this->rule(profile, rule, node);
  if (rule.slicing && !rule.slices.empty()) slices(profile, rule, nodes, parent);
}

void Walk::counted(const Profile& profile, const Rule& rule, std::size_t count, NodeId parent) {
  const std::string what = rule.slice.empty() ? rule.path : rule.path + ":" + rule.slice;
  const auto member = definitions_.names().text(rule.name);
  if (count < rule.min)
    error(parent, "required",
          what + " needs at least " + std::to_string(rule.min) + " (" + profile.url + ")",
          rule.slice.empty() ? member : "");
  if (count > rule.max)
    error(parent, "structure",
          what + " may be given at most " + std::to_string(rule.max) + " time(s) (" + profile.url +
              ")",
          rule.slice.empty() ? member : "");
}

// What is asked of one instance, and of all below it.
void Walk::rule(const Profile& profile, const Rule& rule, NodeId node) {
  if (!rule.works) return;
  if (rule.types_narrowed) types(profile, rule, node);
  values(profile, rule, node);
  codes(rule, node);
  if (!rule.narrative.empty()) narrative_control(rule, node);
  for (const auto& asked : rule.invariants) invariant(asked, node, profile.url, At::element);
  within(profile, rule, node);
}

void Walk::types(const Profile& profile, const Rule& rule, NodeId node) {
  const TypeId actual = tree_[node].type;
  const RuleType* fitting = nullptr;
  bool right_type = false;
  if (!step(rule.types.size())) return;
  for (const auto& may : rule.types) {
    if (!definitions_.is_a(actual, may.type)) continue;
    right_type = true;
    if (any_profile(may, node)) {
      fitting = &may;
      break;
    }
  }
  if (!right_type)
    return error(node, "structure",
                 "may not be of type " + std::string(definitions_.type_name(actual)) + " (" +
                     profile.url + ")");
  if (fitting == nullptr)
    return error(node, "structure",
                 "conforms to none of the profiles that " + rule.path + " takes");
  if (actual != definitions_.common().reference) return;
  RuleType all = *fitting;  // STU3 style and R4 style: targets of one type or of several
  for (const auto& may : rule.types)
    if (&may != fitting && may.type == fitting->type)
      all.targets.insert(all.targets.end(), may.targets.begin(), may.targets.end());
  reference(all, rule, node);
}

// Whether the node conforms to one of the type's profiles. One alone is checked aloud, so that its
// own issues are seen.
bool Walk::any_profile(const RuleType& type, NodeId node) {
  if (type.profiles.empty() || !step(type.profiles.size())) return true;
  std::vector<const Profile*> known;
  bool wrong_type = false;
  for (const auto& canonical : type.profiles) {
    if (const TypeId core = definitions_.find(without_version(canonical)); core != no_type) {
      if (definitions_.is_a(tree_[node].type, core)) return true;
      wrong_type = true;
      continue;
    }
    if (const Profile* profile = registry_.profile(canonical)) known.push_back(profile);
  }
  if (known.empty() && wrong_type) return false;
  if (known.empty()) {
    report(node, options_.unknown_profile, "not-found",
           "the profile " + type.profiles[0] + " is not known: not checked");
    return true;
  }
  if (type.profiles.size() == 1) {
    apply(*known[0], node);
    return true;
  }
  return std::any_of(known.begin(), known.end(),
                     [&](const Profile* profile) { return conforms(*profile, node); });
}

bool Walk::is_fixed(const Profile& profile, const Rule& rule, NodeRef value) {
  const auto spend = [this](std::uint64_t parts) { return step(parts); };
  return equal(value, {&profile.tree, rule.fixed}, spend) || over_;
}

bool Walk::has_pattern(const Profile& profile, const Rule& rule, NodeRef value) {
  const auto spend = [this](std::uint64_t parts) { return step(parts); };
  return fits(value, {&profile.tree, rule.pattern}, spend) || over_;
}

void Walk::values(const Profile& profile, const Rule& rule, NodeId node) {
  const NodeRef value{&tree_, node};
  if (!step(1 + rule.value_nodes + rule.value_alternatives.size())) return;
  const bool given = tree_.has_value(node) || tree_[node].shape == Shape::object;
  if (rule.fixed != no_node && given && !is_fixed(profile, rule, value))
    error(node, "value", "is not the value fixed for " + rule.path + " (" + profile.url + ")");
  if (rule.pattern != no_node && given && !has_pattern(profile, rule, value))
    error(node, "value", "does not have what " + rule.path + " fixes (" + profile.url + ")");
  if (rule.max_length != any_number || rule.min_length > 0) {
    const auto text = tree_.text(node);
    const auto characters = code_points(text);
    if (characters > rule.max_length)
      error(node, "value", "is longer than " + std::to_string(rule.max_length));
    if (tree_.has_value(node) && characters < rule.min_length)
      error(node, "value", "is shorter than " + std::to_string(rule.min_length));
  }
  if (rule.min_value != no_node || rule.max_value != no_node) bounds(profile, rule, node);
  if (!tree_.has_value(node) && rule.must_have_value)
    error(node, "required", "must have a value (" + profile.url + ")");
  if (!tree_.has_value(node) && !rule.value_alternatives.empty()) {
    const View view(tree_, node);
    const bool other = std::any_of(
        rule.value_alternatives.begin(), rule.value_alternatives.end(), [&](const auto& url) {
          bool there = false;
          view.each("extension", [&](View at) { there |= at["url"].text() == url; });
          return there;
        });
    if (!other) error(node, "required", "must have a value, or an extension in its place");
  }
}

void Walk::codes(const Rule& rule, NodeId node) {
  const TypeId type = tree_[node].type;
  const auto& binding = rule.binding;
  if (binding.strength != model::Binding::none && !binding.value_set.empty())
    bound(binding.strength, binding.value_set, node, type);
  if (!binding.max_value_set.empty())
    bound(model::Binding::required, binding.max_value_set, node, type);
  for (const auto& value_set : binding.also_required)
    bound(model::Binding::required, value_set, node, type);
}

void Walk::bounds(const Profile& profile, const Rule& rule, NodeId node) {
  const NodeRef value{&tree_, node};
  const auto below = [&](NodeId bound) {
    return less(value, {&profile.tree, bound}).value_or(false);
  };
  const auto above = [&](NodeId bound) {
    return less({&profile.tree, bound}, value).value_or(false);
  };
  if (rule.min_value != no_node && below(rule.min_value))
    error(node, "value", "is less than " + rule.path + " takes (" + profile.url + ")");
  if (rule.max_value != no_node && above(rule.max_value))
    error(node, "value", "is more than " + rule.path + " takes (" + profile.url + ")");
}

}  // namespace fingerpost::profile
