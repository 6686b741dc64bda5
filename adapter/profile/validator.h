// The FHIR validator: a resource against the definitions, the profiles it claims and those asked.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/tree.h"
#include "profile/registry.h"
#include "terminology/terminology.h"

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::profile {

// A code of which the terminology at hand could not tell whether a value set has it.
struct OpenCode {
  std::string value_set, system, version, code;

  friend auto operator<=>(const OpenCode&, const OpenCode&) = default;
};

struct Options {
  std::vector<std::string> profiles;  // canonicals asked for, beside what meta.profile claims
  bool claimed = true;  // whether meta.profile counts, and R4's profiles of vital signs do
  // An extension whose definition is not known is right (R4 extensibility.html), so the default is
  // an information; modifier extensions that are not known are always errors.
  Severity unknown_extension = Severity::information;
  bool markup_in_text = true;  // false: what looks like HTML in strings and markdown is an error
  bool example_urls = true;    // false: a url at example.org is an error
  bool contained = true;       // false: what contained resources hold is not looked at
  // true: a reference whose target must conform to a profile is wrong when resolve() does not know
  // it
  bool references_resolve = false;
  // A display that the code system does not have for the code.
  Severity wrong_display = Severity::warning;
  // A profile that another profile asks for, and nobody has.
  Severity unknown_profile = Severity::warning;
  // The resource a reference from outside the document means; NodeRef{} when it is not known.
  std::function<NodeRef(std::string_view reference)> resolve;
  std::string now;  // what now() means to invariants
  // Asked every 65,536 steps; true ends the validation as too costly. None: the steps alone do.
  std::function<bool()> out_of_time;
  // For this validation, instead of the validator's own; null: those.
  const Registry* registry = nullptr;
  const terminology::Terminology* terminology = nullptr;
  // Where the codes are put that could not be told, and what was said of such elsewhere: whether
  // the value set has the code, or nothing. Null: none.
  std::set<OpenCode>* open = nullptr;
  const std::map<OpenCode, std::optional<bool>>* told = nullptr;
};

// Built once while the program starts; validate() by any thread. The definitions and the
// terminology must outlive it.
class Validator {
 public:
  explicit Validator(const model::Definitions& definitions,
                     const terminology::Terminology* terminology = nullptr);
  ~Validator();
  Validator(Validator&&) noexcept;
  Validator& operator=(Validator&&) noexcept;

  Registry& registry();  // to add to while the program starts
  const Registry& registry() const;

  // The resource at `node` and all within it. What only the bytes show is the reader's to report
  // (model/json.h, model/xml.h); callers join both. What could not be checked is an information.
  Issues validate(const Tree& tree, NodeId node, const Options& options,
                  const Limits& limits) const;

  // Sets what an expression outside a validation may ask: memberOf(), subsumes(), conformsTo() and
  // slice(). Each question is bounded by the limits, and costs steps of the environment. The
  // validator must outlive the environment's use.
  void serve(path::Environment& environment, const Limits& limits) const;

  struct Parts;  // walk.h

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::profile
