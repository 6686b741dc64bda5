// The attachments of a GP2GP message in the Bundle of its record.

#pragma once

#include "fingerpost/translate.h"
#include "model/definitions.h"
#include "record/gp2gp_message.h"

#include <vector>

namespace fingerpost::exchange {

// Each attachment that a DocumentReference names by its url becomes a Binary, with the document as
// its security context, and the url leads to that. What no document names, and a document whose
// attachment did not come, is told. The bytes stay where they are: what the attachments view must
// outlive the translation, or be kept by its bundle.
void add_attachments(const model::Definitions& definitions,
                     const std::vector<record::Gp2gpAttachment>& attachments, const Limits& limits,
                     Translation& made);

}  // namespace fingerpost::exchange
