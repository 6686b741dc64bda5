// One validation going on. Its parts are written in files of their own: the base definitions
// (walk.cpp), single values (walk_values.cpp), profiles over the definitions (walk_profile.cpp),
// slices (walk_slices.cpp), codes (walk_codes.cpp), references (walk_references.cpp), extensions
// (walk_extensions.cpp), resources and Bundles (walk_resources.cpp), and narrative (narrative.h).

#pragma once

#include "base/text.h"
#include "profile/invariants.h"
#include "profile/link_index.h"
#include "profile/validator.h"
#include "profile/view.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fingerpost::profile {

// Names the walk asks for, found once.
struct Words {
  explicit Words(const Names& names);
  NameId coding, system, code, display, version, reference, type, extension, modifier_extension,
      url, value, id, meta, profile, contained, text, div, status, entry, resource, full_url,
      request, response, method, identifier, version_id, last_updated, security, data, size,
      content_type, title, questionnaire, language;
};

struct Validator::Parts {
  Parts(const model::Definitions& definitions_, const terminology::Terminology* terminology_);

  const model::Definitions& definitions;
  const terminology::Terminology* terminology;
  Registry registry;
  BaseInvariants invariants;
  path::Expression less;  // %left < %right
  Words words;
  TypeId attachment, element_definition, operation_outcome, structure_definition, questionnaire,
      questionnaire_response, observation;
  boost::unordered_flat_map<std::string_view, std::uint32_t> value_sets;  // those compiled, by URL
};

// What documents choose stands in order: no choice of texts makes the search slow.
using Texts = std::set<std::string_view>;

// The answer of a value set about a code.
enum class In : std::uint8_t { yes, no, unknown };

class Walk {
 public:
  Walk(const Validator::Parts& parts, const Tree& tree, const Options& options,
       const Limits& limits);

  void document(NodeId node);
  Issues take() && { return std::move(issues_); }

  // What its invariants may ask, for expressions outside a validation.
  const path::Environment& world() const { return environment_; }
  std::uint64_t steps_left() const { return steps_left_; }
  bool over() const { return over_; }

 private:
  using Element = model::Element;

  // Counts work against the limit validation_steps. False: it is reached, nothing more is looked
  // at, and the issues will say so.
  bool step(std::uint64_t steps = 1) {
    if (steps > steps_left_) {
      over_ = failed_ = true;
      steps = steps_left_;
    }
    steps_left_ -= steps;
    if (options_.out_of_time) look_at_time(steps);
    return !over_;
  }
  void look_at_time(std::uint64_t steps);

  // --- issues ---
  void report(NodeId node, Severity severity, const char* code, std::string text,
              std::string_view member = "");
  void error(NodeId node, const char* code, std::string text, std::string_view member = "") {
    report(node, Severity::error, code, std::move(text), member);
  }
  // Whether `check` finds an error; its issues are forgotten.
  template <class Check>
  bool finds_error(Check&& check) {
    Issues kept;
    std::swap(kept, issues_);
    const bool quiet = std::exchange(quiet_, true);
    const bool failed = std::exchange(failed_, false);
    check();
    std::swap(kept, issues_);
    quiet_ = quiet;
    return std::exchange(failed_, failed);
  }

  // --- the base definitions ---
  void resource(NodeId node);
  void children(NodeId node);
  void cardinality(NodeId node, const Element& element, std::size_t count);
  void one(const Element& element, std::size_t index, TypeId owner, NodeId node);
  bool allowed(const Element& element, TypeId type) const;
  bool has_content(NodeId node) const;
  void primitive(NodeId node, TypeId type);
  struct Evaluated {
    Result<path::Collection> result;
    const char* lacking;  // what memberOf() or resolve() had not; null: nothing
  };
  Evaluated evaluate(const path::Expression& expression, NodeId node);
  static bool is_true(const path::Collection& result);
  bool is_false_node(const path::Collection& result) const;
  void text_of(NodeId node, TypeId type);
  void invariants(NodeId node, std::span<const std::uint32_t> list);
  // An element's invariant sees the resource it stands in; a root's, the resource itself.
  enum class At : std::uint8_t { element, root };
  void invariant(const Invariant& invariant, NodeId node, std::string_view source, At at);
  void attachment(NodeId node);
  void element_id(NodeId element, NodeId id);
  void unit(NodeId quantity);
  void system(NodeId node);

  // --- resources ---
  void own_rules(NodeId node);
  void contained(NodeId node);
  struct Fragments {
    Texts named;
    boost::unordered_flat_set<NodeId> of_container;
  };
  void look_for_fragments(NodeId from, NodeId inner, Fragments& into) const;
  void claimed_profiles(NodeId node);
  void vital_sign(NodeId node);
  void bundle(NodeId node);
  void full_urls(NodeId node, std::string_view kind);
  void full_url(NodeId entry, NodeId resource, std::string_view kind);
  void requested(NodeId entry, NodeId resource);
  void document_links(NodeId node);
  void no_entry(NodeId reference, NodeId bundle);
  bool must_have_entry(NodeId reference, NodeId bundle);
  void narrative(NodeId node);

  void narrative_links(NodeId div);
  void narrative_control(const Rule& rule, NodeId node);
  void narrative_sources(std::string_view div, NodeId node);
  void collect_ids(NodeId from, Texts& into) const;
  const Texts& ids_within(NodeId container);
  void narrative_language(std::string_view wanted, std::string_view div, NodeId node);
  void structure_definition(NodeId node);
  void profile_of_type(View type, View profile);

  // --- questionnaires ---
  void questionnaire(NodeId node);
  void questionnaire_response(NodeId node);
  struct Scopes {
    View questionnaire;
    LinkIndex answers;
    std::vector<View> open;  // the response, and the items and answers being looked at
  };
  void answers(View questions, View given, Scopes& scopes, bool complete);
  void question_items(View question, const std::vector<View>& items, View given, Scopes& scopes,
                      bool complete);
  void answer_bounds(View question, View value);
  void value_of_answer(View question, View answer, View questionnaire);
  bool enabled(View question, const Scopes& scopes);
  bool condition_met(View when, std::span<const View> given);
  // None when the two do not compare.
  std::optional<bool> less(NodeRef left, NodeRef right);

  // --- codes ---
  In contains(std::string_view value_set, NodeId coding);
  const terminology::Terminology* terminology_of(std::string_view value_set);
  std::string own_value_set(View container, std::string_view reference);
  terminology::Checked ask(std::string_view value_set, const terminology::Coded& coded);
  void judge_display(NodeId coding, const terminology::Checked& checked);
  In contains_code(std::string_view value_set, std::string_view code);
  void bound(const Element& element, NodeId node, TypeId type);
  void bound_by_type(NodeId node, TypeId type);
  void base_bound(model::Binding strength, std::string_view value_set, NodeId node, TypeId type);
  bool bound(model::Binding strength, std::string_view value_set, NodeId node, TypeId type);
  void code_of_system(NodeId coding);
  In member(std::string_view value_set, NodeId node, TypeId type);
  std::optional<bool> member_of(const path::Value& value, std::string_view value_set);

  // --- references ---
  struct Target {
    NodeRef node;           // when it was found
    TypeId type = no_type;  // of the node, or as the reference's text says
    bool contained = false;
    bool bundled = false;
    bool missing = false;        // it names something within the document that is not there
    bool looked = false;         // outside the document
    NodeId bundle = no_node;     // that the reference stands in
    std::string_view elsewhere;  // what it says, when that is nothing of the document
  };
  Target target_of(NodeId reference);
  void look_elsewhere(Target& target);
  bool is_reference(std::string_view text) const;
  TypeId named_type(std::string_view text) const;
  void reference(const Element& element, NodeId node);
  void reference(const RuleType& may, const Rule& rule, NodeId node);
  void versioned(const RuleType& may, const Rule& rule, NodeId node);
  // not_known: none of the profiles is; not_at_hand: the target is nowhere to be looked at.
  enum class Fit : std::uint8_t { yes, no, not_known, not_at_hand };
  Fit fit(Target& target, const std::vector<std::string>& profiles);
  NodeId container_of(NodeId node) const;  // the outermost resource that is not an entry's
  NodeId bundle_of(NodeId node) const;
  NodeId entry_named(NodeId bundle, NodeId from, std::string_view reference);
  NodeId contained_named(NodeId container, std::string_view id);
  struct Entries {
    std::map<std::string, NodeId, std::less<>> by_name;
    std::unordered_map<NodeId, NodeId> full_url;  // by resource, where there is one
    NodeId first = no_node;                       // the first entry's resource
    std::string_view kind;                        // Bundle.type
  };
  const Entries& entries_of(NodeId bundle);

  // --- extensions ---
  void extension(NodeId node, bool modifier);
  void context(NodeId node, const Profile& profile);
  void context_invariant(NodeId node, const Profile& profile, const Context& asked);
  bool stands_in(NodeId owner, const Context& context);
  std::vector<std::string> places_of(NodeId owner) const;

  // --- profiles ---
  void conform(NodeId node, std::string_view canonical, bool asked);
  void note_flaws(const Profile& profile, NodeId node);
  void tell_flaws();
  void apply(const Profile& profile, NodeId node);
  bool conforms(const Profile& profile, NodeId node);
  void rule(const Profile& profile, const Rule& rule, NodeId node);
  void within(const Profile& profile, const Rule& rule, NodeId node);
  void element(const Profile& profile, const Rule& rule, NodeId parent);
  void types(const Profile& profile, const Rule& rule, NodeId node);
  bool any_profile(const RuleType& type, NodeId node);
  // Whether a value is what a rule fixes. Its parts are counted as steps; true when it is over.
  bool is_fixed(const Profile& profile, const Rule& rule, NodeRef value);
  bool has_pattern(const Profile& profile, const Rule& rule, NodeRef value);
  void values(const Profile& profile, const Rule& rule, NodeId node);
  void bounds(const Profile& profile, const Rule& rule, NodeId node);
  void codes(const Rule& rule, NodeId node);
  void counted(const Profile& profile, const Rule& rule, std::size_t count, NodeId parent);

  // --- slices ---
  void slices(const Profile& profile, const Rule& rule, std::span<const NodeId> nodes,
              NodeId parent);
  bool in_slice(const Profile& profile, const Rule& sliced, const Rule& slice, NodeId node);
  bool discriminated(const Profile& profile, const Rule& slice, const Discriminator& by,
                     NodeId node, bool& asked);
  bool is_among(TypeId actual, const std::vector<std::string>& canonicals) const;
  bool conforms_to(std::string_view canonical, NodeRef node);
  void find(NodeRef from, std::span<const Step> path, std::vector<NodeRef>& out);
  // The rules that a discriminator's path leads to, each with its profile.
  struct Place {
    const Profile* profile;
    const Rule* rule;
  };
  void find(Place from, std::span<const Step> path, std::vector<Place>& out);
  bool by_value(Place slice, const Discriminator& by, NodeRef item, bool& asked);
  bool by_type(Place slice, const Discriminator& by, NodeRef item);
  bool by_profile(Place slice, const Discriminator& by, NodeRef item);
  bool meets(Place place, NodeRef node, int depth, bool& asked);

  // subsumes() of two Codings or CodeableConcepts.
  std::optional<bool> subsumes(NodeRef general, NodeRef special);
  std::vector<terminology::Coded> codings(NodeRef node) const;
  // slice(): whether a node is of a slice of a profile.
  Result<bool> is_of_slice(NodeRef node, std::string_view structure, std::string_view name);

  // The walk over another tree, for what a reference outside the document means.
  bool conforms_elsewhere(const Profile& profile, NodeRef node);

  const Validator::Parts& parts_;
  const model::Definitions& definitions_;
  const Registry& registry_;
  const terminology::Terminology* codes_;
  const Tree& tree_;
  const Options& options_;
  const Limits& limits_;
  const Words& words_;
  path::Environment environment_;
  int asked_ = 0;  // how many evaluations wait for a conformsTo() of theirs
  Issues issues_;
  bool quiet_ = false;                 // no issues are kept, only whether one is an error
  bool failed_ = false;                // an error was found
  std::vector<std::uint32_t> counts_;  // of the open objects' elements, innermost last
  std::vector<std::pair<NodeId, const Profile*>> open_;       // being checked: a circle holds
  std::map<std::pair<NodeId, const Profile*>, bool> judged_;  // whether they conform
  // Profiles that are wrong or cannot be checked in part, each with where it was asked for first.
  std::vector<std::pair<const Profile*, NodeId>> flawed_;
  NodeId known_coding_ = no_node;                // the last that a value set was found to have
  const char* lacking_ = nullptr;                // of the evaluation that is going on
  bool unanswered_ = false;                      // nor could who was asked elsewhere
  bool undecided_ = false;                       // a discriminator could not tell
  std::unordered_map<NodeId, Entries> entries_;  // by Bundle
  // By container: its contained resources, and all ids within it.
  std::unordered_map<NodeId, std::map<std::string_view, NodeId>> contained_;
  std::unordered_map<NodeId, Texts> ids_;
  // Value sets that stand within a profile or a questionnaire, by the name own_value_set gives.
  std::map<std::string, terminology::Terminology, std::less<>> own_codes_;
  std::set<std::pair<NodeId, std::string_view>> element_ids_;  // by resource
  // Value sets of bindings that are not binding, which were said to be not at hand.
  std::set<std::string, std::less<>> wished_;
  std::set<NodeId> unseen_;  // references whose targets were said to be not at hand
  int elsewhere_ = 0;        // how many documents deep this walk is
  std::uint64_t steps_left_;
  std::uint64_t steps_timed_ = 0;  // since the time was looked at
  bool over_ = false;
};

}  // namespace fingerpost::profile
