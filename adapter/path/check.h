// The static type check: names and types against the definitions, before anything is evaluated.

#pragma once

#include "path/fhirpath.h"
#include "path/syntax.h"

namespace fingerpost::path {

// Kind::invalid with the place: an element or start type that does not exist, an operator or
// function whose operands can never fit. What the definitions leave open passes.
Result<void> check_types(const Syntax& syntax, const model::Definitions& definitions,
                         const CompileOptions& options);

}  // namespace fingerpost::path
