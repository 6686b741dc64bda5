// An interaction's answer as an HTTP response.

#pragma once

#include "http/message.h"
#include "http/negotiate.h"
#include "interaction/answer.h"
#include "interaction/context.h"

#include <string_view>

namespace fingerpost::http {

constexpr std::string_view fhir_json = "application/fhir+json; charset=utf-8";
constexpr std::string_view fhir_xml = "application/fhir+xml; charset=utf-8";

// In the form that is asked for: JSON as it stands, or the same as XML, or indented, or compressed.
Response response_of(const interaction::Context& context, interaction::Answer answer,
                     const Asked& asked);

// An outcome that was made without looking at what is asked, in the form that is asked for.
void rewrite_outcome(const interaction::Context& context, const Asked& asked, Response& response);

}  // namespace fingerpost::http
