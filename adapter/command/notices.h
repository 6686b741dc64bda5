// What happens that somebody should know of, as lines of the log or of the audit.

#pragma once

#include "access/authority.h"
#include "base/clock.h"
#include "command/log.h"
#include "exchange/alarms.h"
#include "exchange/noticing_store.h"
#include "exchange/overdue.h"
#include "exchange/partner.h"
#include "fingerpost/result.h"
#include "interaction/audit_trail.h"
#include "store/store.h"

#include <string>
#include <string_view>

namespace fingerpost::command {

// What needs a person, or has passed.
void write_notice(Log& log, const exchange::Notice& notice);
// What stands for too long (raised), and that it has passed.
void write_alarm(Log& log, const exchange::Partners& partners, const exchange::Alarm& alarm,
                 bool raised);
// Tokens that were granted, asked after, given back or refused: in the audit.
void note_token(interaction::AuditTrail& trail, Clock& clock, std::string_view path,
                const access::TokenAnswer& answer);
// Where the audit ends, for whoever keeps the log elsewhere: a chain that was made anew has not
// this row. An error when it does not end where its last commit left it.
void write_audit_head(Log& log, const std::string& data);
// What was done about referrals that wait too long; nothing when nothing was.
void write_sweep(Log& log, const Result<exchange::OverdueCounts>& counts);

}  // namespace fingerpost::command
