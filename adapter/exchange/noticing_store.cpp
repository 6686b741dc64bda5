#include "exchange/noticing_store.h"

#include "fingerpost/translate.h"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

using What = Notice::What;

std::optional<What> of(store::InboxStatus status) {
  if (status == store::InboxStatus::refused) return What::inbox_refused;
  if (status == store::InboxStatus::quarantined) return What::inbox_quarantined;
  return std::nullopt;
}

What of(store::Health health) {
  switch (health) {
    case store::Health::full:
      return What::store_full;
    case store::Health::stopped:
      return What::store_stopped;
    case store::Health::good:
      break;
  }
  return What::store_good;
}

// An extract's row stands quarantined while it is being taken, so that a stop in between is known:
// that needs nobody, until an update says that it was left so.
bool is_being_taken(const store::InboxRow& row) {
  const auto format = format_named(row.kind);
  return row.status == store::InboxStatus::quarantined && format && is_extract(*format);
}

// What a unit will have done, once it is committed: of rows without an id yet, all but that.
struct Consequences {
  bool sends = false;
  std::string source;  // of the inbox row
  std::vector<Notice> notices;
  std::optional<Notice> inbox;
  std::vector<std::pair<std::size_t, Notice>> outbox;  // by index of Unit::outbox
};

Consequences consequences(const store::Unit& unit) {
  Consequences found;
  if (unit.inbox) found.source = unit.inbox->source;
  for (const auto& update : unit.inbox_updates)
    if (const auto what = of(update.status))
      found.notices.push_back({*what, update.id, update.kind, update.note.value_or("")});
  for (const auto& update : unit.outbox_updates)
    if (update.status == store::OutboxStatus::dead)
      found.notices.push_back(
          {What::outbox_dead, update.id, update.kind, update.note.value_or("")});
  if (unit.inbox && !is_being_taken(*unit.inbox))
    if (const auto what = of(unit.inbox->status))
      found.inbox = Notice{*what, 0, unit.inbox->kind, unit.inbox->note};
  for (std::size_t i = 0; i < unit.outbox.size(); ++i) {
    const auto& row = unit.outbox[i];
    found.sends |= row.status == store::OutboxStatus::waiting;
    if (row.status == store::OutboxStatus::dead)
      found.outbox.push_back({i, {What::outbox_dead, 0, row.kind, row.note}});
  }
  return found;
}

}  // namespace

std::string_view name(Notice::What what) {
  constexpr std::string_view names[] = {"inbox row refused", "inbox row quarantined",
                                        "outbox row dead",   "store full",
                                        "store stopped",     "store good"};
  return names[static_cast<int>(what)];
}

struct NoticingStore::State {
  std::mutex mutex;
  NoticeHooks hooks;                         // guarded by mutex
  store::Store* behind = nullptr;            // null after silence(); guarded by mutex
  store::Health seen = store::Health::good;  // guarded by mutex

  void done(Consequences& found, const Result<store::UnitOutcome>& outcome) {
    const std::lock_guard lock(mutex);
    if (behind == nullptr) return;
    look_at_store();
    if (outcome && !found.source.empty() && hooks.received) hooks.received(found.source);
    if (!outcome || outcome->duplicate) return;
    for (const auto& notice : found.notices) tell(notice);
    if (found.inbox) {
      found.inbox->id = outcome->inbox_id;
      tell(*found.inbox);
    }
    for (auto& [index, notice] : found.outbox) {
      notice.id = outcome->outbox_ids[index];
      if (notice.id != 0) tell(notice);  // 0: it was there before
    }
    if (found.sends && hooks.to_send) hooks.to_send();
  }

  void look_at_store() {
    const auto now = behind->health();
    if (now == seen) return;
    seen = now;
    tell({of(now), 0, "", ""});
  }

  void tell(const Notice& notice) {
    if (hooks.notice) hooks.notice(notice);
  }
};

NoticingStore::NoticingStore(store::Store& behind)
    : behind_(behind), state_(std::make_shared<State>()) {}

NoticingStore::~NoticingStore() {
  silence();
}

void NoticingStore::hook(NoticeHooks hooks) {
  const std::lock_guard lock(state_->mutex);
  state_->hooks = std::move(hooks);
  state_->behind = &behind_;
}

void NoticingStore::silence() {
  const std::lock_guard lock(state_->mutex);
  state_->behind = nullptr;
  state_->hooks = {};
}

void NoticingStore::commit(store::Unit unit, store::Completion completion) {
  auto found = consequences(unit);
  behind_.commit(std::move(unit),
                 [state = state_, found = std::move(found),
                  completion = std::move(completion)](Result<store::UnitOutcome> outcome) mutable {
                   state->done(found, outcome);
                   completion(std::move(outcome));
                 });
}

}  // namespace fingerpost::exchange
