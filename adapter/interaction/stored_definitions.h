// Profiles, extensions and questionnaires that clients have stored, for one validation.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/context.h"
#include "profile/budget.h"
#include "profile/registry.h"
#include "terminology/terminology.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace fingerpost::interaction {

// Bounds of what clients stored, for one validation. What is over them is not used, and said.
struct DefinitionLimits {
  std::size_t definitions = 1000;
  std::size_t definition_bytes = std::size_t{8} << 20;    // of one, as it is stored
  std::size_t definitions_bytes = std::size_t{32} << 20;  // of all together
  profile::Budget together;                               // of their snapshots and profiles
};

struct StoredDefinitions {
  std::shared_ptr<const profile::Registry> registry;  // over the validator's; null: the validator's
  terminology::Terminology codes;
  Issues left_out;  // definitions over a limit
};

// Those that a resource (or null) and the canonicals lead to, with the value sets they are bound
// to. What the validator itself knows comes first: nobody stores another R4. Null: nothing stored
// is needed. There must be a validator. What was made of the same versions before is used again.
Result<std::unique_ptr<const StoredDefinitions>> definitions_for(
    const Session& session, const Tree* resource, std::span<const std::string> canonicals,
    const DefinitionLimits& limits = {});

}  // namespace fingerpost::interaction
