#include "command/command.h"
#include "command/configuration.h"
#include "command/files.h"
#include "wire/json.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <system_error>

namespace fingerpost::command {
namespace {

namespace fs = std::filesystem;

// What is wrong with the files that a configuration names, a line each: those that are not there,
// and tables of codes that are no JSON.
std::string file_faults(const Configuration& configuration, const std::string& file) {
  std::string lines;
  const auto look = [&](const std::string& key, const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      lines += file + ": " + key + ": is not there: " + path.string() + "\n";
    } else if (path.extension() == ".json") {
      const auto text = read_file(path);
      const auto read = text ? wire::parse_json(*text, Limits{}) : text.error();
      if (!read) lines += file + ": " + key + ": " + path.string() + ": is no JSON\n";
    }
  };
  const auto folder = fs::path(file).parent_path();
  for (const auto& name : configuration.packages) look("fhir.packages", folder / name);
  for (const auto& partner : configuration.partners.list)
    for (const auto& name : partner.concept_maps)
      look("partner " + partner.id + ".concept_maps", folder / name);
  for (const auto& source : configuration.sources) look("source.folder", source.folder);
  if (!configuration.terminology.ca_file.empty())
    look("terminology.ca_file", configuration.terminology.ca_file);
  for (const auto& [key, path] : files_of_roads(configuration.mesh, configuration.bars.account,
                                                configuration.partners))
    look(key, path);
  for (const auto& client : configuration.access.clients)
    look("client " + client.is.id + ".jwks", folder / client.jwks);
  if (!lines.empty()) return lines;
  const auto load = [&](const std::optional<TlsFiles>& tls, std::string_view listener) {
    if (!tls) return;
    const auto loaded = load_tls(*tls, file, listener);
    if (!loaded) lines += file + ": " + loaded.error().where + ": " + loaded.error().text + "\n";
  };
  load(configuration.http.tls, "http");
  if (configuration.mllp) load(configuration.mllp->tls, "mllp");
  const auto clients = load_clients(configuration.access, file);
  if (!clients)
    lines += file + ": " + clients.error().where + ": " + clients.error().text + "\n";
  return lines;
}

// What is wrong with where it listens, a line each.
std::string listen_faults(const Configuration& configuration, const std::string& file) {
  std::string lines;
  const auto look = [&](const Result<void>& reach) {
    if (!reach) lines += file + ": " + reach.error().where + ": " + reach.error().text + "\n";
  };
  look(check_http_reach(configuration));
  if (!configuration.mllp) return lines;
  look(check_mllp_reach(*configuration.mllp));
  const auto &http = configuration.http.at, &mllp = configuration.mllp->at;
  if (http.port != 0 && http.port == mllp.port && http.host == mllp.host)
    lines += file + ": mllp.listen: is the address of http.listen\n";
  return lines;
}

// Partners that nothing can be written for, a line each.
std::string road_faults(const Configuration& configuration, const std::string& file) {
  std::string lines;
  if (!configuration.bars.use_case.empty()) return lines;
  for (const auto& partner : configuration.partners.list)
    if (exchange::language(partner) == exchange::Language::bars)
      lines += file + ": partner " + partner.id +
               ": cannot be sent referrals: BaRS messages are written under bars.use_case, and it "
               "is not said\n";
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
  const auto faults =
      file_faults(*configuration, command.file) + listen_faults(*configuration, command.file) +
      road_faults(*configuration, command.file);
  if (!faults.empty()) {
    console.error << faults;
    return found_errors;
  }
  const auto partners = configuration->partners.list.size();
  const auto clients = configuration->access.clients.size();
  console.out << "the configuration is sound: " << partners
              << (partners == 1 ? " partner" : " partners");
  if (clients > 0) console.out << ", " << clients << (clients == 1 ? " client" : " clients");
  console.out << '\n';
  return done;
}

}  // namespace fingerpost::command
