#include "command/extract_watch.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

constexpr const char* applied = "applied";
constexpr const char* refused = "refused";
constexpr const char* taking = ".taking";
constexpr std::int64_t second = 1'000'000;

// The extracts in a folder, in the order of their names.
std::vector<fs::path> extracts_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; at != end && !error; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!at->is_directory(error) || name.starts_with('.') || name == applied || name == refused)
      continue;
    found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// What is in an extract's folder, so that a change shows. Empty: no files.
std::string files_in(const fs::path& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; at != end && !error;
       at.increment(error)) {
    if (!at->is_regular_file(error)) continue;
    const auto time = at->last_write_time(error).time_since_epoch().count();
    lines.push_back(at->path().string() + ' ' + std::to_string(at->file_size(error)) + ' ' +
                    std::to_string(time) + '\n');
  }
  std::sort(lines.begin(), lines.end());
  std::string files;
  for (const auto& line : lines) files += line;
  return files;
}

int shortest_wait(const std::vector<ExtractSource>& sources) {
  int seconds = 3600;
  for (const auto& source : sources) seconds = std::min(seconds, source.poll_seconds);
  return std::max(seconds, 1);
}

// Whether the store, and not the extract, is the reason.
bool is_for_now(Kind kind) {
  return kind == Kind::busy || kind == Kind::fault;
}

}  // namespace

ExtractWatch::ExtractWatch(const exchange::Parts& parts, const LiveMaps& maps, Log& log,
                           ExtractWatchOptions options)
    : parts_(parts),
      maps_(maps),
      log_(log),
      options_(std::move(options)),
      known_(options_.sources.size()),
      poll_seconds_(shortest_wait(options_.sources)),
      thread_([this] { run(); }) {}

ExtractWatch::~ExtractWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ExtractWatch::run() {
  // What was being looked at when the program ended.
  for (const auto& source : options_.sources)
    for (const auto& folder : extracts_in(fs::path(source.folder) / taking))
      bring_back(source, folder);
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    for (std::size_t i = 0; i < options_.sources.size() && !stop_; ++i)
      look(options_.sources[i], known_[i]);
    lock.lock();
    changed_.wait_for(lock, std::chrono::seconds(poll_seconds_), [this] { return stop_.load(); });
  }
}

void ExtractWatch::look(const ExtractSource& source, Known& known) {
  Known now;
  bool go_on = true;
  for (const auto& folder : extracts_in(source.folder)) {
    const auto name = folder.filename().string();
    auto& seen = now[name] = known[name];
    const auto files = files_in(folder);
    if (!go_on || stop_ || files.empty()) continue;
    go_on = is_due(source, files, seen) && take(source, folder, seen);
  }
  known = std::move(now);
}

bool ExtractWatch::is_due(const ExtractSource& source, const std::string& files, Seen& seen) {
  const auto now = parts_.clock.monotonic_us();
  if (seen.files != files) seen = {files, now, 0, false};
  if (now - seen.since_us < source.settle_seconds * second) return false;
  if (seen.refused_us == 0) return true;
  return seen.may_pass && now - seen.refused_us >= options_.retry_seconds * second;
}

// Whether those after it may be taken. Its files are mapped into memory meanwhile, and one that was
// cut short there would end the program: so they are taken from where uploads go.
bool ExtractWatch::take(const ExtractSource& source, const fs::path& folder, Seen& seen) {
  seen.refused_us = std::max<std::int64_t>(1, parts_.clock.monotonic_us());
  seen.may_pass = true;
  const auto apart = fs::path(source.folder) / taking / folder.filename();
  std::error_code error;
  fs::create_directories(apart.parent_path(), error);
  if (!error) fs::rename(folder, apart, error);
  if (error) {
    log_.error("extract cannot be put away",
               {{"source", source.id()}, {"reason", error.message()}});
    return false;
  }
  const auto set = maps_.now();
  exchange::ExtractRules rules;
  rules.first_delta = source.first_delta;
  rules.stop = [this] {
    ++progress_.batches;
    return stop_.load();
  };
  progress_.batches = 0;
  progress_.under_way = 1;
  const auto taken = take_folder(parts_, set->translator, source, options_.data, apart, rules);
  progress_.under_way = 0;
  const bool go_on = finish(source, apart, taken, seen);
  bring_back(source, apart);
  return go_on;
}

bool ExtractWatch::finish(const ExtractSource& source, const fs::path& folder,
                          const Result<exchange::TakenExtract>& taken, Seen& seen) {
  const auto id = source.id();
  const auto name = folder.filename().string();
  if (taken) {
    ++progress_.applied;
    progress_.resources += taken->resources;
    log_.info(taken->repeated ? "extract applied before" : "extract applied",
              {{"source", id},
               {"folder", name},
               {"time", taken->time},
               {"resources", std::to_string(taken->resources)},
               {"retracted", std::to_string(taken->retracted)},
               {"warnings", std::to_string(taken->warnings)}});
    return put_away(source, folder, applied);
  }
  if (stop_) return false;
  const auto& error = taken.error();
  log_.error(is_for_now(error.kind) ? "extract not taken yet" : "extract refused",
             {{"source", id}, {"folder", name}, {"where", error.where}, {"reason", error.text}});
  if (is_for_now(error.kind)) return false;
  ++progress_.refused;
  if (const auto kept = keep_refused_folder(parts_, source, folder, error); !kept) return false;
  if (error.where == exchange::passed_by) return put_away(source, folder, refused);
  seen.may_pass = error.kind == Kind::conflict;
  return false;
}

// What stays to be looked at again goes back, unless another of its name has come.
void ExtractWatch::bring_back(const ExtractSource& source, const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  const auto place = fs::path(source.folder) / folder.filename();
  if (fs::exists(place, error)) {
    put_away(source, folder, refused);
    return;
  }
  fs::rename(folder, place, error);
  if (error)
    log_.error("extract cannot be put away",
               {{"source", source.id()}, {"reason", error.message()}});
}

bool ExtractWatch::put_away(const ExtractSource& source, const fs::path& folder,
                            const char* where) {
  const auto to = fs::path(source.folder) / where;
  std::error_code error;
  fs::create_directories(to, error);
  auto name = folder.filename().string();
  for (int more = 2; fs::exists(to / name, error); ++more)
    name = folder.filename().string() + "." + std::to_string(more);
  if (!error) fs::rename(folder, to / name, error);
  if (!error) return true;
  log_.error("extract cannot be put away", {{"source", source.id()}, {"reason", error.message()}});
  return false;
}

}  // namespace fingerpost::command
