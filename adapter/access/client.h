// The clients of the gateway, as they are registered.

#pragma once

#include "access/caller.h"
#include "access/jwks.h"

#include <map>
#include <string>
#include <vector>

namespace fingerpost::access {

struct Client {
  std::string id;
  std::string name;
  std::string organisation;  // ODS code
  std::string role;
  std::vector<std::string> partners;  // ids of those that it speaks for, beside its organisation
  Purpose purpose = Purpose::direct_care;
  Scopes scopes;                 // the most it is granted
  bool sees_everything = false;  // as a Caller has it
  std::uint64_t labels = 0;
  KeySet keys;
  // Of its certificates where the listener asks for one: SHA-256 of the public key, base64. Not
  // empty: it is served over connections with one of these alone.
  std::vector<std::string> pins;
};

using Clients = std::map<std::string, Client, std::less<>>;

}  // namespace fingerpost::access
