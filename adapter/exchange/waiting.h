// Since when an open referral waits here for what it waits for (care/deadlines.h).

#pragma once

#include "care/deadlines.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "store/store.h"

#include <chrono>
#include <string_view>

namespace fingerpost::exchange {

// What a Task's history is read with.
struct Past {
  const model::Definitions& definitions;
  const Limits& limits;
  store::Reader& reader;
};

// Of a stored Task, `standing` so. What a date in it says is its sender's word, who may tell of
// last year or have a clock that is wrong: all is counted from when the store took the step that it
// stands at, an answer from when its owner of now was asked, and news from its newest version.
// A Task of our profile referral-task, or one without any other date, says by when it is to be
// answered (Task.restriction.period.end): then since `deadlines` ago of that, by as much sooner as
// its sender's clock was ahead; one that had passed when it came says nothing.
Result<std::chrono::sys_seconds> waiting_since(const Past& past, std::string_view id, NodeRef task,
                                               care::Standing standing,
                                               const care::Deadlines& deadlines);

}  // namespace fingerpost::exchange
