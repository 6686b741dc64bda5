// Which code an issue of a validation is about, for the person who has the file.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/tree.h"

#include <string>

namespace fingerpost::command {

// "http://loinc.org|1234-5": of the code, Coding or CodeableConcept at the issue's expression; ""
// where there is none, or the issue is not about a code.
std::string code_of(const Tree& tree, const Issue& issue);

}  // namespace fingerpost::command
