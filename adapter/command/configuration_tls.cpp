#include "command/configuration_tls.h"

#include "command/configuration_roads.h"
#include "command/configuration_section.h"
#include "command/files.h"

#include <filesystem>
#include <utility>

namespace fingerpost::command {
namespace {

struct Named {
  const char* key;
  std::string TlsFiles::*file;
  std::string tls::Material::*text;
};
constexpr Named private_key{"key", &TlsFiles::key, &tls::Material::key};
constexpr Named all[] = {
    {"certificate", &TlsFiles::certificate, &tls::Material::certificate},
    private_key,
    {"client_ca", &TlsFiles::client_ca, &tls::Material::client_ca},
    {"crl", &TlsFiles::crl, &tls::Material::crl},
};

}  // namespace

void read_tls(Section& section, std::optional<TlsFiles>& to) {
  section.section("tls", [&](Section& inner) {
    auto& files = to.emplace();
    for (const auto& one : all) inner.text(one.key, files.*one.file);
    if (files.certificate.empty() || files.key.empty())
      inner.refuse("needs a certificate and its key");
  });
}

Result<std::shared_ptr<const tls::Context>> load_tls(const TlsFiles& files,
                                                     const std::string& config,
                                                     std::string_view listener) {
  const auto folder = std::filesystem::path(config).parent_path();
  // An error with the key and the file it is of.
  const auto named = [&](Error error, const Named& one) {
    error.where =
        std::string(listener) + ".tls." + one.key + ": " + (folder / files.*one.file).string();
    return error;
  };
  if (const auto safe = check_secret((folder / files.key).string()); !safe)
    return named(safe.error(), private_key);
  tls::Material material;
  for (const auto& one : all) {
    if ((files.*one.file).empty()) continue;
    LET(material.*one.text, read_file(folder / files.*one.file));
  }
  auto made = tls::Context::serve(material);
  if (made) return made;
  for (const auto& one : all)
    if (made.error().where == one.key) return named(std::move(made).error(), one);
  return made;
}

}  // namespace fingerpost::command
