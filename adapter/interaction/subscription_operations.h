// Operations of the Subscriptions R5 Backport IG 1.1: how a subscription stands, and its events.

#pragma once

#include "interaction/operations.h"

namespace fingerpost::interaction {

// Subscription/ID/$status, and Subscription/$status of those that `id` and `status` name: a
// searchset of Parameters.
Answer subscription_status(const Session& session, const OperationCall& call);
// Subscription/ID/$events: what was told, or will be, from eventsSinceNumber to eventsUntilNumber,
// at most Limits::page_max of it; without resources, which may be read.
Answer subscription_events(const Session& session, const OperationCall& call);

}  // namespace fingerpost::interaction
