// The FHIR base: URLs and methods to interactions, answers to responses (R4 http.html).

#pragma once

#include "http/message.h"
#include "interaction/context.h"

#include <memory>

namespace fingerpost::access {
class Authority;
}

namespace fingerpost::http {

class Jobs;

// One thread's handler; request.path is what follows the base. Without jobs, which must outlive it,
// everybody waits for his answer. With an authority, which must, too, each request is its token's
// caller's, and refused where that may not ask it; without, everybody is the local caller.
Handler fhir_handler(std::shared_ptr<const interaction::Session> session, Jobs* jobs = nullptr,
                     const access::Authority* authority = nullptr);

}  // namespace fingerpost::http
