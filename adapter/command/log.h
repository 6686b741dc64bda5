// The gateway's log: one JSON object a line. Ids, codes, counts and addresses only; never a value
// of a message or a resource.

#pragma once

#include "base/clock.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace fingerpost::command {

// Any thread, and none waits for the writing: lines that a stuck reader leaves no room for are
// dropped, and a later line says how many.
// {"time":"…Z","level":"info","event":"started","http":"127.0.0.1:8080"}
class Log {
 public:
  using Field = std::pair<std::string_view, std::string_view>;

  Log(std::ostream& out, Clock& clock);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();  // writes what waits

  void info(std::string_view event, std::initializer_list<Field> fields = {});
  void error(std::string_view event, std::initializer_list<Field> fields = {});

 private:
  std::string line(std::string_view level, std::string_view event,
                   std::initializer_list<Field> fields);
  void add(std::string line);
  void run();

  std::ostream& out_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;  // guarded by mutex_
  std::uint64_t dropped_ = 0;      // guarded by mutex_
  bool stop_ = false;              // guarded by mutex_
  std::thread thread_;
};

}  // namespace fingerpost::command
