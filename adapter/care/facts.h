// What goes back into the GP record as a code: each fact once in an episode, at the first
// interaction only.

#pragma once

#include "care/policy.h"
#include "care/referral.h"

#include <optional>
#include <string_view>

namespace fingerpost::care {

struct Fact {
  std::string_view code;  // SNOMED CT, verified (fhir-profiles/, code-evidence)
  std::string_view display;
};

// The fact that a step of a referral for social prescribing comes to, `reason` being its code of
// CodeSystem referral-status-reason. An offer or an acceptance by the service is none: support
// counts when it begins, and not again. What is first heard of when it has begun is of a record.
std::optional<Fact> fact_of(std::optional<Status> before, Status after, std::string_view reason);

// The code of SNOMED CT by which a request asks for social prescribing.
constexpr std::string_view social_prescribing_code = "871731000000106";

std::string_view code(Disclosure disclosure);
std::optional<Disclosure> read_disclosure(std::string_view code);

}  // namespace fingerpost::care
