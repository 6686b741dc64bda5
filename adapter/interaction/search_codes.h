// The codes that :in, :not-in, :below and :above name, by the terminology of one request.

#pragma once

#include "interaction/context.h"
#include "search/plan.h"

#include <cstddef>
#include <cstdint>

namespace fingerpost::interaction {

// What one search may ask of the terminology, whatever each of its value sets may cost alone.
struct CodeLimits {
  std::size_t code_sets = 50;     // value sets and concepts that it names
  std::size_t codes = 500'000;    // looked for, over all its parameters and types
  std::int64_t code_seconds = 5;  // for all of them to be expanded
};

// For one search; good for as long as the session. Kind::invalid: the value set cannot be expanded,
// or the concept is not known; what it says is the terminology's own reason. Kind::too_costly: over
// one of the limits.
search::Resolve resolve_codes(const Session& session, const CodeLimits& limits = {});

}  // namespace fingerpost::interaction
