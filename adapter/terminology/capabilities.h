// What the terminology operations can do, as FHIR says it.

#pragma once

#include "model/definitions.h"
#include "terminology/terminology.h"

#include <string_view>

namespace fingerpost::terminology {

// R4 terminologycapabilities.html: the parameters of expansions, and the code systems at hand.
// `now` is a FHIR dateTime.
Tree capabilities(const model::Definitions& definitions, const Terminology& terminology,
                  std::string_view software_version, std::string_view now);

}  // namespace fingerpost::terminology
