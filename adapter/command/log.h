// The gateway's log: one JSON object a line. Ids, codes, counts and addresses only; never a value
// of a message or a resource.

#pragma once

#include "base/clock.h"

#include <initializer_list>
#include <iosfwd>
#include <mutex>
#include <string_view>
#include <utility>

namespace fingerpost::command {

// Any thread. {"time":"…Z","level":"info","event":"started","http":"127.0.0.1:8080"}
class Log {
 public:
  using Field = std::pair<std::string_view, std::string_view>;

  Log(std::ostream& out, Clock& clock) : out_(out), clock_(clock) {}

  void info(std::string_view event, std::initializer_list<Field> fields = {});
  void error(std::string_view event, std::initializer_list<Field> fields = {});

 private:
  void write(std::string_view level, std::string_view event, std::initializer_list<Field> fields);

  std::ostream& out_;
  Clock& clock_;
  std::mutex mutex_;
};

}  // namespace fingerpost::command
