// The terminology operations of R4 (terminology-service.html), from Parameters to an answer.
//
// They know no network and no store. What R5 and the terminology ecosystem's tests add is taken
// where R4 has nothing against it: tx-resource, useSupplement, inferSystem, lenient-display-
// validation, valueset-membership-only, the parameter `issues`. What R4 has no element for goes
// into the extensions that R5's elements have in R4.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "terminology/terminology.h"

#include <optional>
#include <string_view>

namespace fingerpost::terminology {

// What every operation is asked with. References and views live as long as the call.
struct Question {
  const model::Definitions& definitions;
  const Terminology& terminology;
  const Limits& limits;
  const Tree& parameters;            // a Parameters resource
  std::string_view accept_language;  // the request's; "" when it had none
  std::string_view now;              // FHIR instant: the time of an expansion
  std::string_view identifier;       // of an expansion: a URI of its own
};

// Parameters or a ValueSet; or, when `failed` says why, an OperationOutcome.
struct Reply {
  Tree tree;
  std::optional<Kind> failed;
};

Reply expand(const Question& question);                   // ValueSet/$expand
Reply validate_code(const Question& question);            // ValueSet/$validate-code
Reply validate_code_in_system(const Question& question);  // CodeSystem/$validate-code
Reply lookup(const Question& question);                   // CodeSystem/$lookup
Reply subsumes(const Question& question);                 // CodeSystem/$subsumes
Reply translate(const Question& question);                // ConceptMap/$translate

}  // namespace fingerpost::terminology
