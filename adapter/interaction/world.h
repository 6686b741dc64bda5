// What expressions and maps that clients send may ask, and how long they may run.

#pragma once

#include "interaction/context.h"
#include "path/fhirpath.h"

namespace fingerpost::interaction {

// Codes and profiles by the context's validator, where it has one. The time counts from this call.
path::World world_of(const Context& context);

}  // namespace fingerpost::interaction
