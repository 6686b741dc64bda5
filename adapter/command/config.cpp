#include "command/command.h"
#include "command/configuration.h"

#include <ostream>

namespace fingerpost::command {

int run(const ConfigCheck& command, Console console) {
  const auto configuration = load_configuration(command.file);
  if (!configuration) {
    const bool unread = !configuration.error().where.empty();
    if (unread) return refuse(configuration.error(), console);
    console.error << configuration.error().text << '\n';
    return found_errors;
  }
  for (const auto& [listen, what] :
       {std::pair{std::optional(configuration->http), "HTTP"}, {configuration->mllp, "MLLP"}}) {
    if (!listen) continue;
    const auto reach = check_reach(*listen, what);
    if (!reach) return refuse(reach.error(), console), found_errors;
  }
  console.out << "the configuration is sound: " << configuration->partners.list.size()
              << " partners\n";
  return done;
}

}  // namespace fingerpost::command
