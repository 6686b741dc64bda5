#include "command/configuration_roads.h"

#include "base/base64.h"
#include "command/configuration_section.h"
#include "command/files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

namespace fingerpost::command {
namespace {

namespace fs = std::filesystem;
using exchange::Channel;

// A mailbox, a workflow: they stand in paths and headers.
Result<std::string> read_mesh_name(const std::string& name) {
  if (!remote::is_mesh_id(name))
    return Error{Kind::invalid, "may have letters, digits, - and _ only, and 100 of them", ""};
  return name;
}

// What stands in a header, or in JSON there: one line of ASCII.
Result<std::string> read_header_text(const std::string& text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (!plain) return Error{Kind::invalid, "must be one line of ASCII", ""};
  return text;
}

const char* fault_of(const MeshAccount& account) {
  if (account.mailbox.empty()) return "needs a mailbox";
  if (account.url.empty()) return "needs a url";
  if (account.password_file.empty()) return "needs a password_file";
  if (account.shared_key_file.empty()) return "needs a shared_key_file";
  if (account.key_file.empty() != account.cert_file.empty())
    return "needs both a cert_file and a key_file, or neither";
  if (account.poll_seconds < 1) return "poll_seconds must be 1 at least";
  if (account.chunk_bytes == 0) return "chunk_bytes must be 1 at least";
  return nullptr;
}

// "sha256/BASE64" of a public key in DER.
Result<void> add_pin(const std::string& text, std::vector<std::string>& pins) {
  constexpr std::string_view scheme = "sha256/";
  constexpr std::size_t digest_bytes = 32;
  std::optional<std::string> digest;
  if (text.starts_with(scheme)) digest = from_base64(text.substr(scheme.size()), Base64::plain);
  if (!digest || digest->size() != digest_bytes)
    return Error{Kind::invalid, "a pin is sha256/ and the base64 of a public key's SHA-256", ""};
  pins.push_back(std::string(scheme) + to_base64(*digest, Base64::plain));
  return {};
}

void read_mllp(Section& section, exchange::Partner& partner) {
  Address mllp;
  section.address("mllp", mllp);
  partner.host = mllp.host;
  partner.port = mllp.port;
  auto& road = partner.mllp;
  section.section("tls", [&road](Section& inner) {
    road.tls = true;
    inner.text("ca_file", road.ca_file);
    inner.text("cert_file", road.cert_file);
    inner.text("key_file", road.key_file);
    inner.texts_read_by("pins",
                        [&road](const std::string& text) { return add_pin(text, road.pins); });
    if (road.key_file.empty() != road.cert_file.empty())
      inner.refuse("needs both a cert_file and a key_file, or neither");
  });
  section.flag("keep_open", road.keep_open);
  section.word("answers", {"original", "accept", "enhanced"}, [&road](std::size_t index) {
    road.answers = static_cast<exchange::AnswerMode>(index);
  });
}

remote::HttpClientOptions http_options(const MeshAccount& account) {
  remote::HttpClientOptions options;
  options.total_ms = 300'000;  // 15 MB over a slow line
  options.connections_per_host = 4;
  options.ca_file = account.ca_file;
  options.cert_file = account.cert_file;
  options.key_file = account.key_file;
  return options;
}

Result<remote::MeshMailbox> open_mailbox(const MeshAccount& account) {
  remote::MeshMailbox mailbox{account.url, account.mailbox, "", ""};
  LET(mailbox.password, read_secret(account.password_file));
  LET(mailbox.shared_key, read_secret(account.shared_key_file));
  return mailbox;
}

Result<remote::BarsClient::Access> open_access(const BarsAccount& account) {
  LET_DONE(check_secret(account.key_file));
  LET(const auto pem, read_file(account.key_file));
  auto signer = remote::JwtSigner::open(pem);
  if (!signer) return Error{Kind::invalid, signer.error().text, account.key_file};
  remote::TokenOptions tokens;
  tokens.url = account.token_url;
  tokens.application = account.application;
  tokens.key_id = account.key_id;
  return remote::BarsClient::Access{std::move(tokens), std::move(*signer)};
}

}  // namespace

Result<void> check_secret(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (error || !fs::is_regular_file(status))
    return Error{Kind::not_found, "is no file, and a secret is to be in it", path};
  if ((status.permissions() & fs::perms::others_all) != fs::perms::none)
    return Error{Kind::forbidden, "holds a secret, and everybody may open it: chmod o= it", path};
  return {};
}

void read_mesh(Section& section, std::vector<MeshAccount>& accounts) {
  MeshAccount account;
  section.text_read_by("mailbox", account.mailbox, read_mesh_name);
  section.web_base("url", account.url);
  section.text("password_file", account.password_file);
  section.text("shared_key_file", account.shared_key_file);
  section.text("ca_file", account.ca_file);
  section.text("cert_file", account.cert_file);
  section.text("key_file", account.key_file);
  section.number("poll_seconds", account.poll_seconds);
  section.number("chunk_bytes", account.chunk_bytes);
  if (const auto* fault = fault_of(account)) section.refuse(fault);
  accounts.push_back(std::move(account));
}

void read_bars(Section& section, BarsAccount& account) {
  section.text_read_by("organisation", account.organisation, read_header_text);
  section.text_read_by("organisation_name", account.organisation_name, read_header_text);
  section.web_base("token_url", account.token_url);
  section.text("application", account.application);
  section.text("key_id", account.key_id);
  section.text("key_file", account.key_file);
  section.text("ca_file", account.ca_file);
  const bool whole =
      !account.application.empty() && !account.key_id.empty() && !account.key_file.empty();
  if (!account.token_url.empty() && !whole)
    section.refuse("a token_url needs an application, a key_id and a key_file");
}

void read_road(Section& section, exchange::Partner& partner) {
  section.word("channel", {"none", "self", "fhir", "mllp", "mesh", "bars", "folder"},
               [&](std::size_t index) { partner.channel = static_cast<Channel>(index); });
  section.web_base("fhir", partner.fhir_base);
  read_mllp(section, partner);
  section.section("mesh", [&](Section& inner) {
    inner.text_read_by("from", partner.mesh.from, read_mesh_name);
    inner.text_read_by("mailbox", partner.mesh.mailbox, read_mesh_name);
    inner.text_read_by("workflow", partner.mesh.workflow, read_mesh_name);
  });
  section.section("bars", [&](Section& inner) {
    inner.web_base("base", partner.bars.base);
    inner.text("system", partner.bars.service_system);
    inner.text("service", partner.bars.service);
  });
  section.section("folder", [&](Section& inner) {
    inner.text("out", partner.folder.out);
    inner.text("in", partner.folder.in);
    inner.number("settle_seconds", partner.folder.settle_seconds);
    constexpr unsigned modes[] = {0600, 0640, 0660};  // what is in it is no stranger's to read
    inner.word("mode", {"0600", "0640", "0660"},
               [&](std::size_t index) { partner.folder.mode = modes[index]; });
    if (partner.folder.settle_seconds < 1) inner.refuse("settle_seconds must be 1 at least");
  });
  section.word("carries", {"hl7v2", "bars"}, [&](std::size_t index) {
    partner.carried = index == 0 ? exchange::Language::hl7v2 : exchange::Language::bars;
  });
}

Result<void> check_roads(const std::vector<MeshAccount>& accounts,
                         const exchange::Partners& partners) {
  std::set<std::string_view> names, folders;
  for (const auto& account : accounts)
    if (!names.insert(account.mailbox).second)
      return Error{Kind::invalid, "two sections have this mailbox", "mesh " + account.mailbox};
  for (const auto& partner : partners.list) {
    const auto where = "partner " + partner.id;
    if (partner.channel == Channel::mesh && names.count(partner.mesh.from) == 0)
      return Error{Kind::invalid, "no [[mesh]] section has the mailbox it is sent to from", where};
    for (const std::string_view folder : {partner.folder.out, partner.folder.in})
      if (!folder.empty() && !folders.insert(folder).second)
        return Error{Kind::invalid, "its folder is another road's too", where};
  }
  return {};
}

std::vector<NamedFile> files_of_roads(const std::vector<MeshAccount>& accounts,
                                      const BarsAccount& bars, const exchange::Partners& partners) {
  using Is = NamedFile::Is;
  std::vector<NamedFile> files;
  const auto add = [&files](const std::string& key, const std::string& path, Is is) {
    if (!path.empty()) files.push_back({key, path, is});
  };
  for (const auto& one : accounts) {
    const auto where = "mesh " + one.mailbox + ".";
    add(where + "password_file", one.password_file, Is::secret);
    add(where + "shared_key_file", one.shared_key_file, Is::secret);
    add(where + "ca_file", one.ca_file, Is::certificates);
    add(where + "cert_file", one.cert_file, Is::certificates);
    add(where + "key_file", one.key_file, Is::private_key);
  }
  add("bars.key_file", bars.key_file, Is::private_key);
  add("bars.ca_file", bars.ca_file, Is::certificates);
  for (const auto& one : partners.list) {
    const auto where = "partner " + one.id + ".";
    add(where + "tls.ca_file", one.mllp.ca_file, Is::certificates);
    add(where + "tls.cert_file", one.mllp.cert_file, Is::certificates);
    add(where + "tls.key_file", one.mllp.key_file, Is::private_key);
    add(where + "folder.out", one.folder.out, Is::folder);
    add(where + "folder.in", one.folder.in, Is::folder);
  }
  return files;
}

Result<std::string> read_secret(const std::string& path) {
  LET_DONE(check_secret(path));
  LET(auto text, read_file(path));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty() || text.find_first_of("\r\n") != std::string::npos)
    return Error{Kind::invalid, "must be one line, the secret", path};
  return text;
}

Result<std::unique_ptr<remote::BarsClient>> bars_client(const BarsAccount& account,
                                                        const std::string& use_case,
                                                        const std::string& version,
                                                        const exchange::Partners& partners,
                                                        Clock& clock, Random& random) {
  remote::BarsClientOptions options;
  auto& bases = options.http.bases;
  for (const auto& partner : partners.list)
    if (partner.channel == Channel::bars) bases.push_back(partner.bars.base);
  if (bases.empty()) return std::unique_ptr<remote::BarsClient>();
  options.http.ca_file = account.ca_file;
  options.organisation = account.organisation;
  options.organisation_name = account.organisation_name;
  options.version = version;
  options.use_case = use_case;
  std::optional<remote::BarsClient::Access> access;
  if (!account.token_url.empty()) {
    bases.push_back(account.token_url);
    LET(auto opened, open_access(account));
    access.emplace(std::move(opened));
  }
  return std::make_unique<remote::BarsClient>(std::move(options), std::move(access), clock, random);
}

Result<exchange::MeshClients> mesh_clients(const std::vector<MeshAccount>& accounts, Clock& clock,
                                           Random& random) {
  exchange::MeshClients clients;
  for (const auto& account : accounts) {
    LET(auto mailbox, open_mailbox(account));
    remote::MeshClientOptions options;
    options.http = http_options(account);
    options.chunk_bytes = account.chunk_bytes;
    clients[account.mailbox] =
        std::make_unique<remote::MeshClient>(options, std::move(mailbox), clock, random);
  }
  return clients;
}

Result<std::unique_ptr<remote::MeshInbox>> mesh_inbox(const MeshAccount& account,
                                                      const Limits& limits, Clock& clock,
                                                      Random& random) {
  LET(auto mailbox, open_mailbox(account));
  remote::MeshInboxOptions options;
  options.http = http_options(account);
  options.message_bytes = limits.body_bytes;
  return std::make_unique<remote::MeshInbox>(options, std::move(mailbox), clock, random);
}

}  // namespace fingerpost::command
