#include "exchange/folder_transport.h"

#include "exchange/delivery.h"
#include "remote/drop_folder.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

using remote::Outcome;

// "0000000042-KEY.hl7": names are in the order of the rows.
std::string file_name(const store::OutboxRow& row) {
  constexpr std::size_t digits = 10;
  auto number = std::to_string(row.id);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return number + "-" + row.idempotency_key + (row.kind == bars_kind ? ".json" : ".hl7");
}

bool is_carried(std::string_view kind) {
  return kind == hl7v2_kind || kind == hl7v2_answer_kind || kind == bars_kind;
}

}  // namespace

FolderTransport::FolderTransport() : thread_([this] { run(); }) {}

FolderTransport::~FolderTransport() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
  for (const auto& job : waiting_) job.done({Outcome::later, "stopped before sending", 0, 0, ""});
}

void FolderTransport::send(const store::OutboxRow& row, const Partner& partner, Done done) {
  if (!is_carried(row.kind))
    return done({Outcome::refused, "the partner is not reached this way", 0, 0, ""});
  {
    const std::lock_guard lock(mutex_);
    const auto& folder = partner.folder;
    waiting_.push_back({folder.out, file_name(row), row.body, folder.mode, std::move(done)});
  }
  changed_.notify_one();
}

// A file that is not there may have been taken.
void FolderTransport::look_up(const store::OutboxRow&, const Partner&, Done done) {
  done({Outcome::unknown, "the peer cannot be asked", 0, 0, ""});
}

void FolderTransport::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    const auto job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job.done(remote::drop_file(job.folder, job.name, job.bytes, job.mode));
    lock.lock();
  }
}

}  // namespace fingerpost::exchange
