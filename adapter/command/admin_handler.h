// The operators' door of a running gateway: a listener of its own on loopback, for whoever can read
// the file that names it.

#pragma once

#include "command/address.h"
#include "exchange/admin.h"
#include "fingerpost/limits.h"
#include "http/message.h"

#include <filesystem>
#include <string>

namespace fingerpost::command {

// Where the door is, and the word that opens it.
struct Door {
  Address at;
  std::string token;
};

// DIR/gateway.door, readable by the gateway's own user alone.
Result<void> write_door(const std::filesystem::path& data, const Door& door);
Result<Door> read_door(const std::filesystem::path& data);
void remove_door(const std::filesystem::path& data);

// One thread's handler of exchange/admin.h's paths; 403 without "Authorization: Bearer <token>".
http::Handler admin_handler(exchange::Admin& admin, std::string token, const Limits& limits);

}  // namespace fingerpost::command
