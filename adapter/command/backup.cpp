#include "store/backup.h"

#include "command/command.h"

#include <ostream>

namespace fingerpost::command {

int run(const Backup& command, Console console) {
  const auto copied = store::back_up(command.data, command.to);
  if (!copied) return refuse(copied.error(), console);
  console.out << "backed up and checked: " << *copied << " bytes\n";
  return done;
}

}  // namespace fingerpost::command
