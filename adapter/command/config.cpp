#include "command/command.h"
#include "command/configuration.h"
#include "command/configuration_files.h"

#include <filesystem>
#include <ostream>
#include <string>

namespace fingerpost::command {
namespace {

namespace fs = std::filesystem;

// "gateway.toml:12: " of what stands in line 12: the longest text of the file that ends `where`.
std::string place_of(const Configuration& configuration, const std::string& file,
                     const std::string& where) {
  const auto folder = fs::path(file).parent_path();
  const auto ends = [&where](const std::string& text) {
    if (text.empty() || !where.ends_with(text)) return false;
    const auto before = where.size() - text.size();
    return before == 0 || where[before - 1] == '/' || where[before - 1] == ' ';
  };
  std::size_t longest = 0;
  unsigned line = 0;
  for (const auto& [text, at] : configuration.lines) {
    if (text.size() <= longest || !(ends(text) || ends((folder / text).string()))) continue;
    longest = text.size();
    line = at;
  }
  return file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " ";
}

// What is wrong with the files that a configuration names, a line each.
std::string named_faults(const Configuration& configuration, const std::string& file,
                         const SharedPaths& shared) {
  std::string lines;
  for (const auto& fault : file_faults(configuration, file, shared))
    lines += place_of(configuration, file, fault.where) + fault.where + ": " + fault.text + "\n";
  return lines;
}

// What is wrong with where it listens, a line each.
std::string listen_faults(const Configuration& configuration, const std::string& file) {
  std::string lines;
  const auto look = [&](const Result<void>& reach) {
    if (reach) return;
    const auto& where = reach.error().where;
    lines += place_of(configuration, file, where) + where + ": " + reach.error().text + "\n";
  };
  const auto meet = [&](const char* key, const Address& address, const char* others_key,
                        const Address& other) {
    if (address.port == 0 || address.port != other.port || address.host != other.host) return;
    lines += place_of(configuration, file, to_text(address)) + key + ": is the address of " +
             others_key + "\n";
  };
  look(check_http_reach(configuration));
  const auto &http = configuration.http.at, &admin = configuration.operators.listen;
  meet("admin.listen", admin, "http.listen", http);
  if (!configuration.mllp) return lines;
  look(check_mllp_reach(*configuration.mllp));
  const auto& mllp = configuration.mllp->at;
  meet("mllp.listen", mllp, "http.listen", http);
  meet("admin.listen", admin, "mllp.listen", mllp);
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
  const auto faults = named_faults(*configuration, command.file, command.shared) +
                      listen_faults(*configuration, command.file) +
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
