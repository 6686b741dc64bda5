#include "command/configuration_files.h"

#include "command/live_maps.h"
#include "command/packages.h"
#include "profile/validator.h"
#include "remote/jwt_signer.h"
#include "terminology/core.h"
#include "tls/context.h"
#include "tls/expiry.h"
#include "wire/json.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace fingerpost::command {
namespace {

namespace fs = std::filesystem;
using Is = NamedFile::Is;

Result<void> look_at_certificates(const fs::path& path) {
  LET(const auto text, read_file(path));
  if (!tls::ends_us(text)) return Error{Kind::invalid, "holds no certificate in PEM", ""};
  return {};
}

Result<void> look_at(const NamedFile& file) {
  std::error_code error;
  if (!fs::exists(file.path, error)) return Error{Kind::not_found, "is not there", ""};
  switch (file.is) {
    case Is::folder:
      if (fs::is_directory(file.path, error)) return {};
      return Error{Kind::invalid, "is no folder", ""};
    case Is::certificates:
      return look_at_certificates(file.path);
    case Is::private_key:
      return check_secret(file.path);
    case Is::secret: {
      LET_DONE(read_secret(file.path));
      return {};
    }
  }
  return {};
}

// A key and its certificate, as they are shown to others.
Result<void> look_at_pair(const std::string& certificate, const std::string& key) {
  tls::Material shown;
  LET(shown.certificate, read_file(certificate));
  LET(shown.key, read_file(key));
  LET_DONE(tls::Context::serve(shown));
  return {};
}

Result<void> look_at_signer(const std::string& path) {
  LET(const auto pem, read_file(path));
  LET_DONE(remote::JwtSigner::open(pem));
  return {};
}

Result<void> look_at_packages(const Configuration& configuration, const fs::path& folder,
                              const SharedPaths& shared) {
  if (configuration.packages.empty()) return {};
  LET(const auto definitions, open_definitions(shared));
  auto codes = terminology::core(*definitions);
  profile::Validator validator(*definitions, &codes);
  for (const auto& name : configuration.packages) {
    const auto path = folder / name;
    // A file in a package that cannot be read, and a package that has nothing to be read, are lines
    // of the log.
    const auto added = add_package(*definitions, path, validator.registry(), codes);
    if (!added && added.error().kind != Kind::unsupported) return added.error();
  }
  return {};
}

Result<void> look_at_maps(const Configuration& configuration, const std::string& config,
                          const SharedPaths& shared) {
  bool any = false;
  for (const auto& partner : configuration.partners.list) any |= !partner.concept_maps.empty();
  if (!any) return {};
  LET(auto definitions, open_definitions(shared));
  LET_DONE(LiveMaps::load({shared, configuration.partners, config, configuration.limits},
                          std::move(definitions)));
  return {};
}

class Looking {
 public:
  Looking(const Configuration& configuration, std::string config)
      : of_(configuration), config_(std::move(config)), folder_(fs::path(config_).parent_path()) {}

  std::vector<Error> run(const SharedPaths& shared) {
    single_files();
    if (!found_.empty()) return std::move(found_);
    pairs();
    listeners();
    if (!found_.empty()) return std::move(found_);
    whole(look_at_maps(of_, config_, shared));
    whole(look_at_packages(of_, folder_, shared));
    return std::move(found_);
  }

 private:
  void add(const std::string& key, const fs::path& path, const Result<void>& looked) {
    if (!looked) found_.push_back({Kind::invalid, looked.error().text, key + ": " + path.string()});
  }
  // Of an error that says where it is itself.
  template <class Looked>
  void whole(const Looked& looked) {
    if (!looked) found_.push_back(looked.error());
  }

  void single_files() {
    for (const auto& name : of_.packages) exists("fhir.packages", folder_ / name);
    for (const auto& partner : of_.partners.list)
      for (const auto& name : partner.concept_maps)
        table("partner " + partner.id + ".concept_maps", folder_ / name);
    for (const auto& client : of_.access.clients)
      exists("client " + client.is.id + ".jwks", folder_ / client.jwks);
    auto files = files_of_roads(of_.mesh, of_.bars.account, of_.partners);
    for (const auto& source : of_.sources)
      files.push_back({"source.folder", source.folder, Is::folder});
    for (const auto& [key, path] : {std::pair("terminology.ca_file", of_.terminology.ca_file),
                                    std::pair("subscriptions.ca_file", of_.subscriptions.ca_file)})
      if (!path.empty()) files.push_back({key, path, Is::certificates});
    for (const auto& file : files) add(file.key, file.path, look_at(file));
  }

  void exists(const std::string& key, const fs::path& path) {
    std::error_code error;
    if (!fs::exists(path, error)) add(key, path, Error{Kind::not_found, "is not there", ""});
  }

  void table(const std::string& key, const fs::path& path) {
    exists(key, path);
    const auto text = read_file(path);
    if (text && path.extension() == ".json" && !wire::parse_json(*text, Limits{}))
      add(key, path, Error{Kind::invalid, "is no JSON", ""});
  }

  void pair(const std::string& section, const std::string& certificate, const std::string& key) {
    if (certificate.empty()) return;
    const auto looked = look_at_pair(certificate, key);
    const bool of_key = !looked && looked.error().where == "key";
    add(section + (of_key ? "key_file" : "cert_file"), of_key ? key : certificate, looked);
  }

  void pairs() {
    for (const auto& one : of_.mesh) pair("mesh " + one.mailbox + ".", one.cert_file, one.key_file);
    for (const auto& one : of_.partners.list)
      pair("partner " + one.id + ".tls.", one.mllp.cert_file, one.mllp.key_file);
    const auto& bars = of_.bars.account;
    if (!bars.key_file.empty()) add("bars.key_file", bars.key_file, look_at_signer(bars.key_file));
  }

  void listeners() {
    if (of_.http.tls) whole(load_tls(*of_.http.tls, config_, "http"));
    if (of_.mllp && of_.mllp->tls) whole(load_tls(*of_.mllp->tls, config_, "mllp"));
    whole(load_clients(of_.access, config_));
  }

  const Configuration& of_;
  const std::string config_;
  const fs::path folder_;
  std::vector<Error> found_;
};

}  // namespace

std::vector<Error> file_faults(const Configuration& configuration, const std::string& config,
                               const SharedPaths& shared) {
  return Looking(configuration, config).run(shared);
}

}  // namespace fingerpost::command
