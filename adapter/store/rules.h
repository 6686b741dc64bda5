// What a write does to what is there: the rules that every implementation of the store shares.

#pragma once

#include "fingerpost/result.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::store {

struct Current {
  std::int64_t version = 0;
  std::int64_t last_updated_us = 0;
  bool removed = false;
  std::string_view body;  // only where the write says skip_same
};

// What comes of the write. Its version and time are the new ones; of `unchanged` the current ones.
Result<WriteOutcome> decide(const Write& write, const std::optional<Current>& current,
                            std::int64_t now_us);

// The guard's search as it is run: one match more than it allows is enough to tell.
search::Plan guarding(const SearchGuard& guard);
bool finds_exactly(const Page& page, const std::vector<std::string>& ids);

// What of the limit refused_bytes_together the row takes; 0 for rows of other sources.
std::size_t refused_bytes(const InboxRow& row);

// Times are kept in whole milliseconds, as they are written.
constexpr std::int64_t whole_ms(std::int64_t time_us) {
  return time_us - time_us % 1000;
}

Error ambiguous(const search::Criterion::LoneId& id);  // resources of several types have it
Error guard_failed();                                  // what a unit was decided on has changed
Error no_room_for_refused();                           // Limits::refused_bytes_together is reached
Error other_content();                                 // the inbox has the key with another digest
Error no_such_row(const char* where);                  // an update of a row that is not there
Error other_status();  // an update of a row that is no longer what it says

}  // namespace fingerpost::store
