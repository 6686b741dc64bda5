// What the gateway's own handlers, beside FHIR's, answer.

#pragma once

#include "fingerpost/result.h"
#include "http/message.h"

#include <string>

namespace fingerpost::command {

http::Response json(std::string body);
// An OperationOutcome with the status of the error's kind.
http::Response refused(const Error& error);

}  // namespace fingerpost::command
