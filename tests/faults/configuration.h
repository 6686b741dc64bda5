// What the program is told: a partner for each kind of sender, and the receiver.

#pragma once

#include "faults/senders.h"

namespace fingerpost::test {

// The folder is where its partners' folders and the secrets' files are made.
inline void write_configuration(const std::filesystem::path& folder, std::uint16_t receiver,
                                const MeshServer& mesh) {
  namespace fs = std::filesystem;
  for (const auto* name : {"in", "out"}) fs::create_directory(folder / name);
  const std::pair<const char*, const char*> secrets[] = {{"password", MeshServer::password},
                                                         {"key", MeshServer::shared_key}};
  for (const auto& [name, text] : secrets) {
    std::ofstream(folder / name) << text << '\n';
    fs::permissions(folder / name, fs::perms::owner_read);
  }
  std::string text = R"(
[self]
application = "FINGERPOST"

[[partner]]
id = "surgery"
channel = "none"
application = "GPSYS"

[[partner]]
id = "riverside"
channel = "fhir"
fhir = "http://127.0.0.1:RECEIVER/fhir"
identifier = [
  { system = "", value = "RLP99" },
  { system = "https://fhir.nhs.uk/Id/ods-organization-code", value = "RLP99" },
]

[[partner]]
id = "village"
channel = "folder"
application = "VILLAGE"
folder = { out = "FOLDER/out", in = "FOLDER/in", settle_seconds = 1 }

[[partner]]
id = "island"
channel = "mesh"
application = "ISLAND"
mesh = { from = "MAILBOX", mailbox = "ISLAND", workflow = "REFERRALS" }

[[mesh]]
mailbox = "MAILBOX"
url = "MESH"
password_file = "FOLDER/password"
shared_key_file = "FOLDER/key"
poll_seconds = 1
)";
  const std::pair<std::string, std::string> values[] = {{"RECEIVER", std::to_string(receiver)},
                                                        {"FOLDER", folder.string()},
                                                        {"MAILBOX", our_mailbox},
                                                        {"MESH", mesh.url()}};
  for (const auto& [name, value] : values)
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at))
      text.replace(at, name.size(), value);
  std::ofstream(folder / "config.toml") << text;
}

}  // namespace fingerpost::test
