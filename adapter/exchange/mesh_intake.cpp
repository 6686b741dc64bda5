#include "exchange/mesh_intake.h"

#include "exchange/carried.h"
#include "exchange/quoted.h"
#include "exchange/work.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view report_kind = "mesh-report";
constexpr std::string_view damaged_kind = "mesh-damaged";
constexpr std::size_t full_list = 500;    // MESH lists no more at once
constexpr std::size_t most_pages = 1000;  // of one look

std::string text_of(const remote::MeshReceived& report) {
  return R"({"Mex-MessageID":)" + quoted(report.id) + R"(,"Mex-LocalID":)" +
         quoted(report.local_id) + R"(,"Mex-LinkedMsgID":)" + quoted(report.linked_id) +
         R"(,"Mex-WorkflowID":)" + quoted(report.workflow) + R"(,"Mex-StatusCode":)" +
         quoted(report.status_code) + "}";
}

// A message that cannot be taken stays with MESH, which tells its sender when it expires; that it
// is there waits for a person. The same again is one row.
Result<void> keep_damaged(const Parts& parts, const std::string& mailbox, const std::string& id,
                          const Error& error) {
  store::Unit unit;
  unit.inbox = inbox_row("mesh:" + mailbox, damaged_kind, "mesh|" + id,
                         R"({"Mex-MessageID":)" + quoted(id) + "}");
  unit.inbox->status = store::InboxStatus::quarantined;
  unit.inbox->note = error.text + ": it is left with MESH";
  const auto kept = commit_now(parts.store, std::move(unit));
  if (!kept) return kept.error();
  return {};
}

// Whether it is this row that MESH could not deliver: taken by MESH, from this mailbox, and under
// the id that the report names, where it names one. A row that was sent again since is another's.
bool is_about(const Parts& parts, const std::string& mailbox, const remote::MeshReceived& report,
              const store::OutboxRow& row) {
  const auto* partner = parts.partners.find(row.receiver);
  if (partner == nullptr || partner->channel != Channel::mesh || partner->mesh.from != mailbox)
    return false;
  if (row.status != store::OutboxStatus::delivered) return false;
  return report.linked_id.empty() || row.note.ends_with("MESH message " + report.linked_id);
}

}  // namespace

Result<void> keep_report(const Parts& parts, const std::string& mailbox,
                         const remote::MeshReceived& report) {
  store::Unit unit;
  unit.inbox = inbox_row("mesh:" + mailbox, report_kind, "mesh|" + report.id, text_of(report));
  unit.inbox->status = store::InboxStatus::quarantined;
  unit.inbox->note = "a report of a message that is not in the outbox so";
  LET(const auto reader, parts.store.reader());
  const auto row = reader->outbox_row(report.local_id);
  if (!row && row.error().kind != Kind::not_found) return row.error();
  if (row && is_about(parts, mailbox, report, *row)) {
    unit.inbox->status = store::InboxStatus::applied;
    unit.inbox->note = "of outbox row " + std::to_string(row->id);
    auto& update = unit.outbox_updates.emplace_back();
    update.id = row->id;
    update.status = store::OutboxStatus::dead;
    update.note = "not delivered: MESH " + report.status_code;
    update.kind = row->kind;
  }
  const auto kept = commit_now(parts.store, std::move(unit));
  if (!kept) return kept.error();
  return {};
}

MeshIntake::MeshIntake(const Parts& parts, std::unique_ptr<remote::MeshInbox> inbox,
                       MeshIntakeOptions options, MeshTrouble trouble)
    : parts_(parts),
      inbox_(std::move(inbox)),
      options_(options),
      trouble_(std::move(trouble)),
      thread_([this] { run(); }) {}

MeshIntake::~MeshIntake() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  inbox_->close();
  thread_.join();
}

// The same trouble once, until it has passed: of the mailbox, or of the message that it names.
void MeshIntake::tell(const Error& error) {
  if (stop_ || !trouble_ || !told_.insert(error.where + "\n" + error.text).second) return;
  trouble_(inbox_->mailbox(), error);
}

void MeshIntake::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    const bool more = poll();
    lock.lock();
    if (more) continue;
    changed_.wait_for(lock, std::chrono::microseconds(options_.poll_us),
                      [this] { return stop_.load(); });
  }
}

// Whether there are more at once.
bool MeshIntake::poll() {
  const auto now = parts_.clock.monotonic_us();
  if (shaken_us_ < 0 || now - shaken_us_ >= options_.handshake_us) {
    if (const auto shaken = inbox_->handshake(); !shaken) {
      tell(shaken.error());
      return false;
    }
    shaken_us_ = now;
  }
  return take_pages();
}

// Page by page, so that what cannot be taken hides nothing behind it. A page without anything new
// is the last, whatever it names. Whether there are more at once.
bool MeshIntake::take_pages() {
  std::set<std::string> seen, pages;
  std::size_t taken = 0;
  bool full = false, anew = false;
  std::string page;
  do {
    if (stop_) return false;
    const auto list = inbox_->list(page);
    if (!list) {
      tell(list.error());
      return false;
    }
    anew = false;
    for (const auto& id : list->ids) {
      if (stop_) return false;
      if (!seen.insert(id).second) continue;
      anew = true;
      taken += take(id) ? 1 : 0;
    }
    full = list->ids.size() >= full_list;
    page = list->next;
  } while (anew && !page.empty() && pages.size() < most_pages && pages.insert(page).second);
  std::erase_if(told_, [&](const std::string& told) {
    return seen.count(told.substr(0, told.find('\n'))) == 0;
  });
  std::erase_if(damaged_, [&](const auto& one) { return seen.count(one.first) == 0; });
  // Of a server that names no other page.
  return taken > 0 && full && pages.empty();
}

bool MeshIntake::take(const std::string& id) {
  const auto now = parts_.clock.monotonic_us();
  if (const auto damaged = damaged_.find(id);
      damaged != damaged_.end() && now < damaged->second.again_us)
    return false;
  if (kept_.count(id) == 0) {
    if (auto kept = keep(id); !kept) {
      auto error = kept.error();
      const bool lasting = error.kind == Kind::invalid || error.kind == Kind::too_costly;
      if (lasting && !stop_ && keep_damaged(parts_, inbox_->mailbox(), id, error)) {
        auto& [again_us, pause_us] = damaged_[id];
        pause_us = std::min(std::max(2 * pause_us, options_.poll_us), options_.damaged_us);
        again_us = now + pause_us;
      }
      error.where = id;
      tell(error);
      return error.kind == Kind::gone;
    }
    kept_.insert(id);
  }
  if (const auto told = inbox_->acknowledge(id); !told) {
    tell(told.error());
    return false;
  }
  kept_.erase(id);
  return true;
}

Result<void> MeshIntake::keep(const std::string& id) {
  LET(auto message, inbox_->download(id));
  if (message.report) return keep_report(parts_, inbox_->mailbox(), message);
  const auto* partner = parts_.partners.find_mailbox(inbox_->mailbox(), message.from);
  Carried carried;
  if (partner != nullptr) carried.partner = partner->id;
  carried.sender = "mesh:" + message.from;
  carried.bytes = std::move(message.body);
  return keep_carried(parts_, std::move(carried));
}

}  // namespace fingerpost::exchange
