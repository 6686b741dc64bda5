// R4 resources as a GP Connect record (FHIR STU3), by the maps of mappings/gpconnect.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/translate.h"
#include "mapping/fml.h"
#include "model/definitions.h"

#include <string>

namespace fingerpost::exchange {

// An R4 Bundle (JSON or XML) as a STU3 Bundle of type collection, in which references are Type/id.
// Kind::invalid: no Bundle.
Result<Translation> write_gpconnect(const model::Definitions& definitions,
                                    const mapping::Maps& maps, std::string bytes,
                                    const TranslateOptions& options);

}  // namespace fingerpost::exchange
