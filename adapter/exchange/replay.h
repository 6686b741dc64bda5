// A message that was applied, translated again by the maps of now: what would differ from what is
// stored, and the commit that makes it so.
//
// A resource that anything else has written since stays as it is: what a message said once never
// overwrites what is newer.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "store/store.h"

#include <cstddef>
#include <string>

namespace fingerpost::exchange {

struct ReplayView {
  bool values = false;             // beside the paths, what was and what will be: patient data
  std::size_t differences = 1000;  // of one resource; more are counted only
};

struct Replay {
  store::Unit unit;     // empty when the maps of now make what is stored
  std::string summary;  // {"id":5,"resources":[…],"deliveries":0}, see exchange/admin.h
};

// Kind::conflict: the row is not applied, or no message that is applied from here. Other errors are
// those of translating it now.
Result<Replay> replay(const Parts& parts, store::Reader& reader, const store::InboxRow& row,
                      const ReplayView& view);

}  // namespace fingerpost::exchange
