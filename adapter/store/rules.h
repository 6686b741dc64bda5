// What a write does to what is there: the rules that every implementation of the store shares.

#pragma once

#include "fingerpost/result.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <string_view>

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

// Times are kept in whole milliseconds, as they are written.
constexpr std::int64_t whole_ms(std::int64_t time_us) {
  return time_us - time_us % 1000;
}

Error other_content();                 // the inbox has the key with another digest
Error no_such_row(const char* where);  // an update of a row that is not there
Error other_status();                  // an update of a row that is no longer what it says

}  // namespace fingerpost::store
