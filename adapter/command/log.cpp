#include "command/log.h"

#include "store/body.h"
#include "wire/json.h"

#include <ostream>

namespace fingerpost::command {
namespace {

constexpr std::size_t most_waiting = 1'000;  // lines

}  // namespace

Log::Log(std::ostream& out, Clock& clock) : out_(out), clock_(clock), thread_([this] { run(); }) {}

Log::~Log() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Log::info(std::string_view event, std::initializer_list<Field> fields) {
  add(line("info", event, fields));
}

void Log::error(std::string_view event, std::initializer_list<Field> fields) {
  add(line("error", event, fields));
}

std::string Log::line(std::string_view level, std::string_view event,
                      std::initializer_list<Field> fields) {
  std::string line = "{";
  const auto member = [&](std::string_view name, std::string_view value) {
    if (line.size() > 1) line += ',';
    wire::write_json_string(line, name);
    line += ':';
    wire::write_json_string(line, value);
  };
  member("time", store::instant(clock_.now_us()));
  member("level", level);
  member("event", event);
  for (const auto& [name, value] : fields) member(name, value);
  return line + "}\n";
}

void Log::add(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() < most_waiting)
      lines_.push_back(std::move(line));
    else
      ++dropped_;
  }
  changed_.notify_one();
}

void Log::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !lines_.empty(); });
    if (lines_.empty()) return;
    std::deque<std::string> lines;
    lines.swap(lines_);
    const auto dropped = std::exchange(dropped_, 0);
    lock.unlock();
    if (dropped != 0)
      lines.push_back(line("error", "log lines dropped", {{"count", std::to_string(dropped)}}));
    for (const auto& one : lines) out_ << one;
    out_ << std::flush;
    lock.lock();
  }
}

}  // namespace fingerpost::command
