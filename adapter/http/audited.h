// Requests with their place in the audit: what no commit tells of is told when it is answered.

#pragma once

#include "base/clock.h"
#include "http/message.h"
#include "interaction/audit_trail.h"
#include "interaction/noting.h"

namespace fingerpost::http {

// The trail and the clock must outlive it and every answer.
Handler audited(Handler handler, interaction::AuditTrail& trail, Clock& clock);
// The same of what operators ask for: lists of rows and metrics show nothing of a message.
Handler audited_operators(Handler handler, interaction::AuditTrail& trail, Clock& clock);

// Gives the answer when the audit has been told of it, or says that nothing is handed out.
void respond_told(const interaction::AskingPtr& asking, Response response, const Respond& respond);

}  // namespace fingerpost::http
