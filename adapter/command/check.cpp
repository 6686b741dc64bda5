#include "store/check.h"

#include "command/command.h"
#include "store/audit.h"

#include <filesystem>
#include <ostream>

namespace fingerpost::command {
namespace {

constexpr const char* others =
    " (the others are deleted, or indexed by more than R4's own parameters)";

}  // namespace

int run(const Check& command, Console console) {
  if (!std::filesystem::is_directory(command.data))
    return refuse({Kind::not_found, "is no folder", command.data}, console);
  const auto definitions = open_definitions(command.shared);
  if (!definitions) return refuse(definitions.error(), console);
  const auto checked = store::check_folder(command.data, definitions->get());
  if (!checked) return refuse(checked.error(), console);
  console.out << checked->resources << " resources, " << checked->compared
              << " of them compared with their bodies"
              << (checked->compared == checked->resources ? "" : others) << ": "
              << (checked->faults.empty() ? "all agree" : "not all agree") << '\n';
  for (const auto& fault : checked->faults) console.out << fault << '\n';
  const auto audit = store::verify_audit(command.data);
  if (!audit && audit.error().kind != Kind::unsupported) return refuse(audit.error(), console);
  const bool altered = audit && !audit->fault.empty();
  if (altered) console.out << "audit: " << audit->fault << '\n';
  return checked->faults.empty() && !altered ? done : found_errors;
}

}  // namespace fingerpost::command
