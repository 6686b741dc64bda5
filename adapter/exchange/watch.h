// What a REST write does to a referral: its rules are kept, and those it concerns are told.

#pragma once

#include "exchange/parts.h"
#include "exchange/speaker.h"
#include "fingerpost/tree.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// One resource that a request is about to change; the shape of interaction::Change.
struct Written {
  std::string_view type;
  std::string_view id;
  std::string_view before;      // the stored body being replaced; "" when there is none
  const Tree* after = nullptr;  // null: removed
};

// Of these it asks what they were before (interaction::Context::watched).
std::vector<std::string> watched_types();

// Any thread may call. The parts must outlive it.
class Watch {
 public:
  explicit Watch(const Parts& parts) : parts_(parts), readers_(parts.store) {}

  // Checks each referral Task's step by the rules of care/loop.h and adds the outbox rows it calls
  // for to the unit, which holds a write for each change. A Task is a referral by what it was or by
  // what it becomes. Whose word a write is, the Provenances of the unit say that are about it;
  // without one it is anybody's who may. When a Task is given to another owner, the old one is told
  // that it is cancelled for him and the new one gets all of it. A changed request goes to the
  // owners of its open referrals. What was read of the store for this becomes guards of the unit,
  // so that nothing is told that has changed meanwhile. The care-planning cycle is kept too, and
  // what follows of it is added to the unit (exchange/cycle.h). The unit comes with a guard for
  // each resource whose version the client named: a referral that anybody may claim is claimed so.
  // Kind::unsupported: no such step, another request or requester than before, an outcome, a reason
  // or an owner is missing, the request or the receiver is not known, another owner at the end, a
  // request that is revoked because its Task is rejected; `where` is the element. Kind::forbidden:
  // the other party's step. Kind::conflict: an open referral, or its request, would be deleted; a
  // claim without a version (`where` "If-Match"); a cancellation that was asked for is forgotten.
  Result<void> before_commit(store::Unit& unit, std::span<const Written> written,
                             const Speaker& speaker);

 private:
  const Parts& parts_;
  Readers readers_;
};

}  // namespace fingerpost::exchange
