// The ways to and from partners, as the configuration says them.

#pragma once

#include "exchange/mesh_intake.h"
#include "exchange/mesh_transport.h"
#include "exchange/partner.h"
#include "fingerpost/result.h"
#include "remote/bars_client.h"
#include "remote/mesh_call.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace fingerpost::command {

class Section;

// One of our mailboxes. Secrets are in files of their own.
struct MeshAccount {
  std::string mailbox, url;
  std::string password_file, shared_key_file;
  std::string ca_file, cert_file, key_file;
  int poll_seconds = 300;
  std::size_t chunk_bytes = std::size_t{15} << 20;
};

// Who we are to services that are asked by BaRS, and where tokens for them come from.
struct BarsAccount {
  std::string organisation, organisation_name;  // an ODS code
  std::string token_url;                        // "": services are asked without tokens
  std::string application, key_id, key_file;
  std::string ca_file;
};

void read_bars(Section& section, BarsAccount& account);
void read_mesh(Section& section, std::vector<MeshAccount>& accounts);
// How a partner is reached: its channel, and what that needs.
void read_road(Section& section, exchange::Partner& partner);

// A mailbox is there once, and each that a partner is sent to from is there; the folders of no two
// roads are one. `where` of the error is the section.
Result<void> check_roads(const std::vector<MeshAccount>& accounts,
                         const exchange::Partners& partners);

// The files and folders that the roads need, each with the key it is named by.
struct NamedFile {
  enum class Is : std::uint8_t { folder, certificates, private_key, secret };
  std::string key, path;
  Is is = Is::folder;
};
std::vector<NamedFile> files_of_roads(const std::vector<MeshAccount>& accounts,
                                      const BarsAccount& bars, const exchange::Partners& partners);

// That the file is there, and that not everybody may open it. `where` of the error is the path.
Result<void> check_secret(const std::string& path);

// A secret's file: one line, which nobody but its owner and group may read. `where` of the error is
// the path; it never holds what is in it.
Result<std::string> read_secret(const std::string& path);

// Null when no partner is asked by BaRS.
Result<std::unique_ptr<remote::BarsClient>> bars_client(const BarsAccount& account,
                                                        const std::string& use_case,
                                                        const std::string& version,
                                                        const exchange::Partners& partners,
                                                        Clock& clock, Random& random);
Result<exchange::MeshClients> mesh_clients(const std::vector<MeshAccount>& accounts, Clock& clock,
                                           Random& random);
Result<std::unique_ptr<remote::MeshInbox>> mesh_inbox(const MeshAccount& account,
                                                      const Limits& limits, Clock& clock,
                                                      Random& random);

}  // namespace fingerpost::command
