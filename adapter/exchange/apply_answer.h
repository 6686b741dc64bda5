// A service's answer to a referral that was sent to it, as one unit of the store.

#pragma once

#include "exchange/apply.h"

namespace fingerpost::exchange {

// The translation holds a Task with the id of ours and what the answer says of it: status,
// statusReason, identifier, output, note, and the patient's NHS number in `for`. The stored Task
// takes the step, when it is the owner's to take and leads onward, and gains what it has not yet;
// nothing else of it changes. Where the answer says that the request itself is completed
// (Task.meta.tag urn:fingerpost:bars:request-status), its ServiceRequest is as well; what else the
// translation holds is the other side's own, and is stored. A refusal after the acceptance cancels.
// Kind::not_found with `where` Task.id: no such referral that `source.partner` owns; of another's
// nothing is said. Kind::invalid: another patient, or an end without an outcome. Otherwise as
// apply().
Result<Applied> apply_answer(const Parts& parts, store::Reader& reader,
                             const Translation& translation, const Source& source);

// What the sender of a status request is sent, and nothing else: the translation's Task as it
// stands here. Kind::not_found with `where` Task.id: it is not known. Kind::unsupported with
// `where` MSH-3: there is no road back to the sender.
Result<Applied> apply_status_request(const Parts& parts, store::Reader& reader,
                                     const Translation& translation, const Source& source);

}  // namespace fingerpost::exchange
