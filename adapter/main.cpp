#include "command/command.h"
#include "command/guard.h"

#include <exception>
#include <iostream>

int main(int count, char** words) {
  fingerpost::command::guard_process();
  try {
    const std::vector<std::string> arguments(words + 1, words + count);
    return fingerpost::command::run(arguments, FINGERPOST_VERSION, {std::cout, std::cerr});
  } catch (const std::exception&) {
    // Only bugs and exhausted memory come here. An exception's text may hold a patient's data.
    std::cerr << "error: the program failed\n";
    return fingerpost::command::could_not_run;
  }
}
