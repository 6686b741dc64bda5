// What expressions ask of codes and profiles (R4 fhirpath.html): in invariants, and outside a
// validation by a walk made for the question.

#include "profile/walk.h"
#include "terminology/subsumption.h"

#include <algorithm>
#include <memory>
#include <string>

namespace fingerpost::profile {

std::vector<terminology::Coded> Walk::codings(NodeRef node) const {
  const Tree& tree = *node.tree;
  const auto text = [&](NodeId coding, NameId name) {
    const NodeId at = tree.child(coding, name);
    return at == no_node ? std::string_view() : tree.text(at);
  };
  std::vector<terminology::Coded> found;
  const auto add = [&](NodeId coding) {
    found.push_back(
        {text(coding, words_.system), text(coding, words_.version), text(coding, words_.code), ""});
  };
  const NodeId first = tree.child(node.node, words_.coding);
  if (first == no_node) add(node.node);
  for (NodeId at = first; at != no_node; at = tree.next_same(at)) add(at);
  return found;
}

// R4 fhirpath.html: of CodeableConcepts any coding will do.
std::optional<bool> Walk::subsumes(NodeRef general, NodeRef special) {
  static const terminology::Terminology nothing;
  const auto& codes = parts_.terminology == nullptr ? nothing : *parts_.terminology;
  bool known = true;
  for (const auto& above : codings(general))
    for (const auto& below : codings(special)) {
      if (!step()) return {};
      const auto found = terminology::subsumes(codes, above, below, limits_);
      if (found == std::optional(true)) return true;
      known = known && found;
    }
  return known ? std::optional(false) : std::nullopt;
}

Result<bool> Walk::is_of_slice(NodeRef node, std::string_view structure, std::string_view name) {
  if (node.tree != &tree_) return Error{Kind::unsupported, "the item is of another document", ""};
  const Profile* const profile = parts_.registry.profile(structure);
  if (profile == nullptr) return Error{Kind::not_found, "the structure is not known", ""};
  const NameId element = (*node.tree)[node.node].name;
  bool there = false;
  for (const Rule& rule : profile->rules) {
    if (!rule.slicing) continue;
    for (const RuleId id : rule.slices) {
      const Rule& slice = (*profile)[id];
      if (slice.slice != name) continue;
      there = true;
      if (slice.name != element) continue;
      if (!rule.slicing->decidable())
        return Error{Kind::unsupported, "items of this slice cannot be told", ""};
      if (in_slice(*profile, rule, slice, node.node)) return true;
    }
  }
  if (!there) return Error{Kind::not_found, "the structure has no slice of this name", ""};
  return false;
}

namespace {

// One question outside a validation, and what it costs.
class Asker {
 public:
  Asker(const Validator::Parts& parts, const Limits& limits, path::Environment& environment)
      : parts_(parts), limits_(limits), environment_(environment) {}

  template <class Question>
  auto ask(const Tree& tree, Question&& question) const {
    Limits limits = limits_;
    const auto most = environment_.steps_left + environment_.steps_kept;
    limits.validation_steps = std::min(limits.validation_steps, most);
    limits.steps = std::min(limits.steps, most);
    Options options;
    options.now = environment_.now;
    options.out_of_time = environment_.out_of_time;
    if (environment_.resolve)
      options.resolve = [this](std::string_view text) { return environment_.resolve(text, {}); };
    const Walk walk(parts_, tree, options, limits);
    auto answer = question(walk.world());
    const auto inner = walk.world().steps_left + walk.world().steps_kept;
    const auto spent = (limits.validation_steps - walk.steps_left()) + (limits.steps - inner);
    over_ = walk.over() || spent >= most;
    take(over_ ? most : spent);
    return answer;
  }
  const Tree& no_tree() const { return nothing_; }
  // The last question took all the work it might; its answer says nothing.
  bool over() const { return over_; }

 private:
  // What a question takes is the evaluation's own; one that took all leaves nothing.
  void take(std::uint64_t steps) const {
    const auto now = std::min(steps, environment_.steps_left);
    environment_.steps_left -= now;
    environment_.steps_kept -= std::min(steps - now, environment_.steps_kept);
  }

  const Validator::Parts& parts_;
  Limits limits_;
  path::Environment& environment_;
  Tree nothing_{parts_.definitions.names()};
  mutable bool over_ = false;
};

}  // namespace

void Validator::serve(path::Environment& environment, const Limits& limits) const {
  const auto asker = std::make_shared<const Asker>(*parts_, limits, environment);
  const auto answered = [asker](Result<bool> found) -> Result<bool> {
    if (asker->over()) return Error{Kind::too_costly, "the question takes too much work", ""};
    return found;
  };
  environment.member_of = [asker](const path::Value& value,
                                  std::string_view set) -> std::optional<bool> {
    const Tree& tree = value.is_node() ? *value.node().tree : asker->no_tree();
    const auto found = asker->ask(
        tree, [&](const path::Environment& world) { return world.member_of(value, set); });
    return asker->over() ? std::nullopt : found;
  };
  environment.subsumes = [asker](NodeRef general, NodeRef special) -> std::optional<bool> {
    const auto found = asker->ask(*general.tree, [&](const path::Environment& world) {
      return world.subsumes(general, special);
    });
    return asker->over() ? std::nullopt : found;
  };
  environment.conforms_to = [asker, answered](NodeRef at, std::string_view url) {
    return answered(asker->ask(
        *at.tree, [&](const path::Environment& world) { return world.conforms_to(at, url); }));
  };
  environment.in_slice = [asker, answered](NodeRef at, std::string_view structure,
                                           std::string_view name) {
    return answered(asker->ask(*at.tree, [&](const path::Environment& world) {
      return world.in_slice(at, structure, name);
    }));
  };
}

}  // namespace fingerpost::profile
