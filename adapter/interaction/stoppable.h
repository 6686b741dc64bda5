// A session whose work can be told to stop.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"

#include <atomic>
#include <memory>

namespace fingerpost::interaction {

using Stop = std::shared_ptr<std::atomic<bool>>;

// As open_session. Once `stop` is true every look at the store is refused (Kind::busy), and what
// waits for the store is let go instead of going on: nothing more is begun, and `done` may never be
// called. What the store was given before is done whole.
Result<std::shared_ptr<const Session>> open_stoppable_session(const Context& context, Post post,
                                                              Stop stop);

}  // namespace fingerpost::interaction
