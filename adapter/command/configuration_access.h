// Who may use the gateway, as the configuration says it.

#pragma once

#include "access/client.h"
#include "fingerpost/result.h"

#include <string>
#include <vector>

namespace fingerpost::command {

class Section;

struct AccessConfiguration {
  struct Client {
    access::Client is;  // without its keys
    std::string jwks;   // a file as written, relative to the configuration's
  };
  std::vector<Client> clients;  // none: whoever is on this machine may do everything
  int token_seconds = 300;
};

void read_client(Section& section, AccessConfiguration& access);
void read_tokens(Section& section, AccessConfiguration& access);

// The clients with their keys. `config` is the path of the configuration; `where` of the error is
// the client and the file.
Result<access::Clients> load_clients(const AccessConfiguration& access, const std::string& config);

}  // namespace fingerpost::command
