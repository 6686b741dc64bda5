// Profiles, extensions and questionnaires that clients have stored, for one validation.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/context.h"
#include "profile/registry.h"
#include "terminology/terminology.h"

#include <memory>
#include <span>
#include <string>

namespace fingerpost::interaction {

struct StoredDefinitions {
  profile::Registry registry;  // over the validator's
  terminology::Terminology codes;
};

// Those that a resource (or null) and the canonicals lead to, with the value sets they are bound
// to. What the validator itself knows comes first: nobody stores another R4. Null: nothing stored
// is needed. There must be a validator.
Result<std::unique_ptr<const StoredDefinitions>> definitions_for(
    const Session& session, const Tree* resource, std::span<const std::string> canonicals);

}  // namespace fingerpost::interaction
