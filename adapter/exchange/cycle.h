// The care-planning cycle as REST writes keep it: bookings, invitations, sessions and stages by
// their rules (care/), and the Tasks and events that follow from what is written.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/watch.h"
#include "store/store.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// One commit in the making. `near` holds what it puts, `stored` what was there before: whose
// something is.
struct Cycle {
  const Parts& parts;
  Neighbourhood& near;
  Neighbourhood& stored;
  store::Reader& reader;
  store::Unit& unit;
  std::span<const Written> written;
  const Speaker& speaker;

  // What the commit does to a resource; null: nothing.
  const Written* written_at(std::string_view type, std::string_view id) const;
  // The resource as it was; no tree: there was none.
  Result<std::optional<Tree>> before(const Written& one) const;
  // The ids of a search, which then guards the commit.
  Result<std::vector<std::string>> find(const std::string& type, std::vector<search::Pair> pairs);
  // Whether a Provenance of the commit gives a reason: an audited correction.
  bool audited() const;
};

// Whether keep_cycle has rules for resources of the type.
bool is_of_cycle(std::string_view type);

// Refuses what breaks a rule, and adds what follows. Kind::conflict: a race was lost, or something
// is still held; Kind::unsupported: a rule is broken; `where` is the element.
Result<void> keep_cycle(Cycle& cycle);

// The rules of one resource that is written or removed.
Result<void> keep_appointment(Cycle& cycle, const Written& one);
Result<void> keep_slot(Cycle& cycle, const Written& one);
Result<void> keep_invitation(Cycle& cycle, const Written& one);
Result<void> keep_plan(Cycle& cycle, const Written& one);
Result<void> keep_reading(Cycle& cycle, const Written& one);
Result<void> keep_task(Cycle& cycle, const Written& one);

}  // namespace fingerpost::exchange
