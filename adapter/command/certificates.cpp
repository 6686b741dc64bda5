#include "command/certificates.h"

#include "command/files.h"
#include "tls/expiry.h"

#include <filesystem>

namespace fingerpost::command {

std::vector<exchange::Certificate> certificates(const Configuration& configuration,
                                                const std::string& config) {
  std::vector<exchange::Certificate> found;
  const auto add = [&](const std::string& name, const std::filesystem::path& file) {
    if (file.empty()) return;
    const auto text = read_file(file);
    if (!text) return;
    if (const auto ends = tls::ends_us(*text)) found.push_back({name, *ends});
  };
  const auto folder = std::filesystem::path(config).parent_path();
  if (configuration.http.tls) add("http", folder / configuration.http.tls->certificate);
  if (configuration.mllp && configuration.mllp->tls)
    add("mllp", folder / configuration.mllp->tls->certificate);
  for (const auto& one : configuration.mesh) add("mesh " + one.mailbox, one.cert_file);
  for (const auto& one : configuration.partners.list) add("partner " + one.id, one.mllp.cert_file);
  return found;
}

}  // namespace fingerpost::command
