// An interaction's answer as an HTTP response.

#pragma once

#include "http/message.h"
#include "http/negotiate.h"
#include "interaction/answer.h"
#include "interaction/context.h"

namespace fingerpost::http {

constexpr std::string_view fhir_json = "application/fhir+json; charset=utf-8";

Response response_of(const interaction::Context& context, interaction::Answer answer,
                     const Asked& asked);

}  // namespace fingerpost::http
