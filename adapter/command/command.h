// The program: one command line in, an exit status out.

#pragma once

#include "command/arguments.h"
#include "fingerpost/result.h"

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace fingerpost::command {

// Results go to `out`, everything else to `error`.
struct Console {
  std::ostream& out;
  std::ostream& error;
};

// Exit statuses of every subcommand.
constexpr int done = 0;
constexpr int found_errors = 1;   // the command ran, and the data is wrong
constexpr int could_not_run = 2;  // wrong usage, a file that cannot be read, a port in use …

// The whole program. `arguments` without the program's name.
int run(std::span<const std::string> arguments, std::string_view version, Console console);

// The command, or the exit status after help, the version or a mistake was printed.
std::variant<Command, int> read_command_line(std::span<const std::string> arguments,
                                             std::string_view version, Console console);

// Each subcommand.
int run(const Serve& command, Console console);
int run(const Translate& command, Console console);
int run(const TestMappings& command, Console console);
int run(const ApplyExtract& command, Console console);
int run(const Validate& command, Console console);
int run(const Snapshot& command, Console console);
int run(const FhirPath& command, Console console);
int run(const Transform& command, Console console);
int run(const Convert& command, Console console);
int run(const Conformance& command, Console console);
int run(const Queue& command, Console console);
int run(const MllpSend& command, Console console);
int run(const MllpListen& command, Console console);
int run(const ConfigCheck& command, Console console);
int run(const Backup& command, Console console);
int run(const Check& command, Console console);
int run(const Audit& command, Console console);

std::vector<std::string> suite_names();  // of `conformance`

// "error: <where>: <text>" on the console's error side; gives could_not_run.
int refuse(const Error& error, Console console);

}  // namespace fingerpost::command
