#include "command/command.h"

#include <ostream>

namespace fingerpost::command {

int refuse(const Error& error, Console console) {
  console.error << "error: ";
  if (!error.where.empty()) console.error << error.where << ": ";
  console.error << error.text << '\n';
  return could_not_run;
}

int run(std::span<const std::string> arguments, std::string_view version, Console console) {
  const auto asked = read_command_line(arguments, version, console);
  if (const auto* status = std::get_if<int>(&asked)) return *status;
  return std::visit([&](const auto& command) { return run(command, console); },
                    std::get<Command>(asked));
}

}  // namespace fingerpost::command
