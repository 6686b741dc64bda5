// Terminology for one request: R4's own content, and what is stored here and the request leads to.

#pragma once

#include "interaction/operations.h"
#include "terminology/operations.h"

namespace fingerpost::interaction {

// Answers a terminology operation. `resource` names the parameter that the call's own resource is.
Answer ask_terminology(const Session& session, const OperationCall& call, std::string_view resource,
                       terminology::Reply (*operation)(const terminology::Question& question));

}  // namespace fingerpost::interaction
