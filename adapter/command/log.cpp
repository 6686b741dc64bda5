#include "command/log.h"

#include "store/body.h"
#include "wire/json.h"

#include <ostream>
#include <string>

namespace fingerpost::command {

void Log::info(std::string_view event, std::initializer_list<Field> fields) {
  write("info", event, fields);
}

void Log::error(std::string_view event, std::initializer_list<Field> fields) {
  write("error", event, fields);
}

void Log::write(std::string_view level, std::string_view event,
                std::initializer_list<Field> fields) {
  std::string line = "{";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (line.size() > 1) line += ',';
    wire::write_json_string(line, name);
    line += ':';
    wire::write_json_string(line, value);
  };
  add("time", store::instant(clock_.now_us()));
  add("level", level);
  add("event", event);
  for (const auto& [name, value] : fields) add(name, value);
  line += "}\n";
  const std::lock_guard lock(mutex_);
  out_ << line << std::flush;
}

}  // namespace fingerpost::command
