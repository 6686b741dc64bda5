// BaRS messages to R4 resources and back, by the maps of mappings/bars.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/translate.h"
#include "mapping/fml.h"
#include "model/definitions.h"

#include <string>

namespace fingerpost::exchange {

// A servicerequest-request or -response. Ids are the partner's, or of who is unknown the sending
// organisation's. Kind::invalid: no such message.
Result<Translation> read_bars(const model::Definitions& definitions, const mapping::Maps& maps,
                              std::string bytes, const TranslateOptions& options);

// The message that tells of a referral: a Bundle (JSON or XML) of one ServiceRequest, with its Task
// and whom they name. A request, or the answer to one when the Task's step is its owner's.
// Kind::invalid: who sends or receives is not in it, or no use case is configured.
Result<Translation> write_bars(const model::Definitions& definitions, const mapping::Maps& maps,
                               std::string bytes, const TranslateOptions& options);

}  // namespace fingerpost::exchange
