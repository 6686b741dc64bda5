// OperationOutcome: what is wrong, as FHIR says it (R4 operationoutcome.html).

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"

#include <string>
#include <string_view>

namespace fingerpost::interaction {

// Appends an OperationOutcome resource of these issues. Without any, it says that all is well. What
// an issue says of a header or a parameter becomes "http." and its name, as R4 has it.
void write_outcome(const Issues& issues, std::string& out);

// The issue that says what the error says; its code is the table's for the error's kind.
Issue issue_of(const Error& error);

}  // namespace fingerpost::interaction
