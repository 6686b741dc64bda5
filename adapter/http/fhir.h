// The FHIR base: URLs and methods to interactions, answers to responses (R4 http.html).

#pragma once

#include "http/message.h"
#include "interaction/context.h"

#include <memory>

namespace fingerpost::http {

class Jobs;

// One thread's handler; request.path is what follows the base. Without jobs, which must outlive it,
// everybody waits for his answer.
Handler fhir_handler(std::shared_ptr<const interaction::Session> session, Jobs* jobs = nullptr);

}  // namespace fingerpost::http
