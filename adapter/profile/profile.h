// A profile compiled to flat tables: what it demands beyond the type that it constrains.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "path/fhirpath.h"
#include "profile/budget.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::profile {

// One step of a discriminator's path, or of a simple path.
struct Step {
  enum class How : std::uint8_t { child, extension, resolve, of_type };
  How how = How::child;
  NameId name = no_name;
  TypeId type = no_type;  // of of_type
  std::string url;        // of extension
};

enum class By : std::uint8_t { value, exists, pattern, type, profile };

struct Discriminator {
  By by = By::value;
  std::vector<Step> path;  // empty: $this
  bool understood = true;
};

enum class SliceRules : std::uint8_t { open, closed, open_at_end };

struct Slicing {
  std::vector<Discriminator> by;
  SliceRules rules = SliceRules::open;
  bool ordered = false;

  // Whether its slices can be told apart.
  bool decidable() const {
    return !by.empty() && std::all_of(by.begin(), by.end(),
                                      [](const Discriminator& one) { return one.understood; });
  }
};

enum class Aggregation : std::uint8_t { contained = 1, referenced = 2, bundled = 4 };

// Whether a reference names a version of its target (R4 valueset-reference-version-rules.html).
enum class Versioning : std::uint8_t { either, independent, specific };

struct RuleType {
  TypeId type = no_type;
  std::vector<std::string> profiles;  // canonicals; any of them
  std::vector<std::string> targets;   // of references; empty: any resource
  std::uint8_t aggregation = 0;       // Aggregation flags; 0: any
  Versioning versioning = Versioning::either;
};

struct RuleBinding {
  model::Binding strength = model::Binding::none;
  std::string value_set;
  std::string max_value_set;               // of an extensible binding: nothing outside this
  std::vector<std::string> also_required;  // additional bindings of purpose "required"
};

struct Invariant {
  std::string key, human;
  bool error = true;
  bool best_practice = false;
  path::Expression expression;
};

using RuleId = std::uint32_t;
constexpr RuleId no_rule = 0xffff'ffff;
constexpr std::uint32_t any_number = 0xffff'ffff;

// What is asked of one element, or of one slice of it.
struct Rule {
  NameId name = no_name;
  std::string path;        // "Patient.identifier"
  std::string slice;       // "nhsNumber"; empty: the element itself
  TypeId owner = no_type;  // the type whose element it is; no_type for the root
  std::uint32_t min = 0;
  std::uint32_t max = any_number;
  std::vector<RuleType> types;
  bool types_narrowed = false;  // fewer types, profiles or targets than the base has
  NodeId fixed = no_node;       // in the profile's tree
  NodeId pattern = no_node;
  std::uint32_t value_nodes = 0;  // of both
  NodeId min_value = no_node;
  NodeId max_value = no_node;
  std::uint32_t max_length = any_number;
  std::uint32_t min_length = 0;
  bool must_have_value = false;
  std::vector<std::string> value_alternatives;  // extensions that may stand for the value
  RuleBinding binding;
  std::vector<Invariant> invariants;  // those that the base does not have
  std::unique_ptr<Slicing> slicing;
  std::vector<RuleId> slices;
  std::vector<RuleId> children;  // all elements within
  std::vector<RuleId> work;      // those of them that ask something the base does not
  bool works = false;            // it asks something, itself or below
  bool fixes = false;            // it or one within fixes a value, or binds one to codes
  std::vector<std::string>
      narrative;  // extensions on the rule that speak of narrative, "url=value"
};

// Where an extension may stand (R4 defining-extensions.html#context).
struct Context {
  enum class Kind : std::uint8_t { element, extension, path };
  Kind kind = Kind::element;
  std::string text;
  path::Expression expression;  // of path
};

// Immutable once compiled. `tree` holds the fixed and pattern values: it must outlive the profile.
struct Profile {
  explicit Profile(const Tree& tree_) : tree(tree_) {}

  std::string url, version;
  TypeId type = no_type;
  std::vector<Context> contexts;            // of an extension; empty: anywhere
  std::vector<Context> context_invariants;  // of kind path: true where the extension may stand
  const Tree& tree;
  std::vector<Rule> rules;  // [0]: the root
  Issues issues;            // what of it is wrong (errors), or cannot be checked (warnings)
  bool usable = true;       // false: it has no snapshot and none could be made; it asks nothing

  const Rule& operator[](RuleId rule) const { return rules[rule]; }
};

// From a StructureDefinition with a snapshot. `place` of its issues is in the definition.
// They come after `issues`, which its snapshot had; the last says so when the budget was not enough
// for all of it.
std::unique_ptr<Profile> compile_profile(const model::Definitions& definitions, const Tree& tree,
                                         Issues issues, Budget& budget);

// What the base walk asks of every resource without FHIRPath (walk.h): an invariant of a profile
// with one of these keys is not compiled again.
bool is_universal(std::string_view key);

// A discriminator's path as steps; understood is false for what is no simple path.
Discriminator parse_discriminator(const model::Definitions& definitions, std::string_view by,
                                  std::string_view path);

}  // namespace fingerpost::profile
