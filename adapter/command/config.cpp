#include "command/command.h"
#include "command/configuration.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <system_error>

namespace fingerpost::command {
namespace {

namespace fs = std::filesystem;

// The files that a configuration names and that are not there, a line each.
std::string missing_files(const Configuration& configuration, const std::string& file) {
  std::string lines;
  const auto look = [&](const std::string& key, const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error))
      lines += file + ": " + key + ": is not there: " + path.string() + "\n";
  };
  const auto folder = fs::path(file).parent_path();
  for (const auto& name : configuration.packages) look("fhir.packages", folder / name);
  for (const auto& partner : configuration.partners.list)
    for (const auto& name : partner.concept_maps)
      look("partner " + partner.id + ".concept_maps", folder / name);
  if (!configuration.terminology.ca_file.empty())
    look("terminology.ca_file", configuration.terminology.ca_file);
  return lines;
}

}  // namespace

int run(const ConfigCheck& command, Console console) {
  const auto configuration = load_configuration(command.file);
  if (!configuration) {
    const bool unread = !configuration.error().where.empty();
    if (unread) return refuse(configuration.error(), console);
    console.error << configuration.error().text << '\n';
    return found_errors;
  }
  const auto missing = missing_files(*configuration, command.file);
  if (!missing.empty()) {
    console.error << missing;
    return found_errors;
  }
  for (const auto& [listen, what] :
       {std::pair{std::optional(configuration->http), "HTTP"}, {configuration->mllp, "MLLP"}}) {
    if (!listen) continue;
    const auto reach = check_reach(*listen, what);
    if (!reach) return refuse(reach.error(), console), found_errors;
  }
  const auto partners = configuration->partners.list.size();
  console.out << "the configuration is sound: " << partners
              << (partners == 1 ? " partner\n" : " partners\n");
  return done;
}

}  // namespace fingerpost::command
