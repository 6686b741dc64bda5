#include "exchange/folder_intake.h"

#include "exchange/carried.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr const char* taken = "taken";
constexpr const char* taking = ".taking";
constexpr std::int64_t second_us = 1'000'000;

}  // namespace

FolderIntake::FolderIntake(const Parts& parts, FolderIntakeOptions options, FolderTrouble trouble)
    : parts_(parts), options_(options), trouble_(std::move(trouble)), thread_([this] { run(); }) {}

FolderIntake::~FolderIntake() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// The same trouble once.
void FolderIntake::tell(const Partner& partner, const Error& error) {
  if (!trouble_ || !told_.insert(partner.id + "\n" + error.where + "\n" + error.text).second)
    return;
  trouble_(partner.id, error);
}

void FolderIntake::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    for (const auto& partner : parts_.partners.list) {
      if (stop_) break;
      if (partner.channel == Channel::folder && !partner.folder.in.empty())
        look(partner, known_[partner.id]);
    }
    lock.lock();
    changed_.wait_for(lock, std::chrono::microseconds(options_.poll_us),
                      [this] { return stop_.load(); });
  }
}

// Calls act(file, seen) for each file that has settled, until it says that the next must wait.
template <class Act>
void FolderIntake::each_settled(const Partner& partner, const std::string& folder, Known& known,
                                Act act) {
  const auto list = remote::list_files(folder, options_.files, options_.file_bytes);
  if (!list) return tell(partner, list.error());
  if (list->too_large) tell(partner, {Kind::too_costly, "a file is too large", ""});
  Known now;
  bool go_on = true;
  for (const auto& file : list->files) {
    auto& seen = now[file.name] = known[file.name];
    if (go_on && !stop_ && settled(partner, file, seen)) go_on = act(file, seen);
  }
  known = std::move(now);
}

void FolderIntake::look(const Partner& partner, Watched& known) {
  const auto& folder = partner.folder.in;
  const auto there = folder + "/" + taking;
  each_settled(partner, folder, known.in, [&](const remote::FolderFile& file, const Seen& seen) {
    const auto moved = remote::move_file(folder, file.name, there);
    if (moved) known.taking[file.name] = seen;
    // Of two of one name the second waits.
    if (!moved && moved.error().kind != Kind::conflict) tell(partner, moved.error());
    return true;
  });
  if (std::error_code error; !std::filesystem::exists(there, error)) return;
  each_settled(partner, there, known.taking,
               [&](const remote::FolderFile& file, const Seen&) { return take(partner, file); });
}

bool FolderIntake::settled(const Partner& partner, const remote::FolderFile& file,
                           Seen& seen) const {
  const auto now = parts_.clock.monotonic_us();
  if (!(seen.file == file)) seen = {file, now};
  return now - seen.since_us >= partner.folder.settle_seconds * second_us;
}

// Whether the next may be taken: not while the store takes nothing.
bool FolderIntake::take(const Partner& partner, const remote::FolderFile& file) {
  const auto there = partner.folder.in + "/" + taking;
  auto bytes = remote::take_file(there, file, options_.file_bytes);
  if (!bytes) {
    if (bytes.error().kind != Kind::conflict) tell(partner, bytes.error());
    return true;
  }
  const auto kept = keep_carried(parts_, {partner.id, "folder:" + partner.id, std::move(*bytes)});
  if (!kept) {
    tell(partner, kept.error());
    return false;
  }
  const auto away = remote::put_away(there, file, partner.folder.in + "/" + taken);
  if (!away && away.error().kind != Kind::conflict) tell(partner, away.error());
  return true;
}

}  // namespace fingerpost::exchange
