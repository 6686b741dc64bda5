// The marks of a referral that protect the person, as its resources carry them.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/partner.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

namespace fingerpost::exchange {

// A bit for each care::Mark of the Task's request: that the person must not be contacted stands in
// ServiceRequest.orderDetail (contacting-subject-prohibited), a safeguarding concern in a Flag that
// its supportingInfo refers to (BaRS' category SG, or R4's `safety`); a Flag that is not known here
// counts as one.
unsigned marks_of(Neighbourhood& near, NodeRef task);

// Kind::unsupported when what the partner is sent cannot say what the referral is marked with:
// nothing may be sent then. Over FHIR the resources go as they are.
Result<void> check_carried(const Partner& partner, unsigned marks);

}  // namespace fingerpost::exchange
