// POST /inbox/FORMAT: a whole record of a GP system, kept before it is answered.

#pragma once

#include "exchange/intake.h"
#include "http/message.h"

namespace fingerpost::command {

// One thread's handler; request.path is "/gpconnect" or "/gp2gp". The query may name the partner
// it comes from, "?source=surgery"; an id that is none is refused, and so is one that the caller, if
// there is one, does not speak for. Answers
// {"resources":[…],"report":{…}}, the report being the loss report.
http::Handler record_handler(exchange::Intake& intake, const exchange::Partners& partners);

}  // namespace fingerpost::command
