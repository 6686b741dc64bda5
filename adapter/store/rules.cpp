#include "store/rules.h"

#include <algorithm>

namespace fingerpost::store {

Result<WriteOutcome> decide(const Write& write, const std::optional<Current>& current,
                            std::int64_t now_us) {
  const bool there = current && !current->removed;
  if (write.must_be_new && current)
    return Error{Kind::conflict, "a resource of this id was there before", "id"};
  if (write.if_version && (!there || current->version != *write.if_version))
    return Error{Kind::conflict, "the current version is another one", "If-Match"};
  if (write.op == Write::Op::remove && !there) return WriteOutcome{};
  if (write.op == Write::Op::put && there && write.skip_same && same(write.body, current->body))
    return WriteOutcome{Change::unchanged, current->version, current->last_updated_us};
  // A clock that was set back must not make a newer version look older.
  const std::int64_t floor = current ? current->last_updated_us : 0;
  WriteOutcome outcome{Change::created, current ? current->version + 1 : 1,
                       std::max(whole_ms(now_us), floor)};
  if (there) outcome.change = Change::updated;
  if (write.op == Write::Op::remove) outcome.change = Change::removed;
  return outcome;
}

Error other_content() {
  return {Kind::conflict, "a message with this key and other content was received before", "inbox"};
}

Error other_status() {
  return {Kind::conflict, "the row is no longer as it was", "status"};
}

Error no_such_row(const char* where) {
  return {Kind::not_found, "there is no such row", where};
}

}  // namespace fingerpost::store
