#include "store/rules.h"

#include <algorithm>

namespace fingerpost::store {

Result<WriteOutcome> decide(const Write& write, const std::optional<Current>& current,
                            std::int64_t now_us) {
  const bool there = current && !current->removed;
  if (write.op == Write::Op::reindex)
    return WriteOutcome{Change::unchanged, current ? current->version : 0,
                        current ? current->last_updated_us : 0};
  if (write.must_be_new && current)
    return Error{Kind::conflict, "a resource of this id was there before", "id"};
  if (write.if_version && (!there || current->version != *write.if_version))
    return Error{Kind::conflict, "the current version is another one", "If-Match"};
  if (write.op == Write::Op::remove && !there) return WriteOutcome{};
  if (write.op == Write::Op::expunge || write.op == Write::Op::drop_history) {
    if (!current) return WriteOutcome{};
    return WriteOutcome{Change::removed, current->version, current->last_updated_us};
  }
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

search::Plan guarding(const SearchGuard& guard) {
  auto plan = guard.plan;
  plan.sort.clear();
  plan.includes.clear();
  plan.after.reset();
  plan.total = search::Total::none;
  plan.count = static_cast<int>(guard.ids.size()) + 1;
  return plan;
}

bool finds_exactly(const Page& page, const std::vector<std::string>& ids) {
  return page.partial.empty() && page.hits.size() == ids.size() &&
         std::all_of(page.hits.begin(), page.hits.end(), [&](const Hit& hit) {
           return std::find(ids.begin(), ids.end(), hit.resource.id) != ids.end();
         });
}

std::size_t refused_bytes(const InboxRow& row) {
  if (row.source != refused_source) return 0;
  return row.raw.size() + row.answer.size() + row.note.size();
}

Error ambiguous(const search::Criterion::LoneId& id) {
  return {Kind::invalid, "resources of more than one type have this id: the value must be Type/id",
          id.where};
}

Error guard_failed() {
  return {Kind::conflict, "what the request was decided on has changed meanwhile", "guard"};
}

Error no_room_for_refused() {
  return {Kind::too_costly, "the limit refused_bytes_together is reached", "refused"};
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
