// The operators' door of a running gateway: a listener of its own on loopback, for whoever can read
// the file that names it.

#pragma once

#include "command/address.h"
#include "exchange/admin.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "http/message.h"

#include <cstddef>
#include <filesystem>
#include <functional>
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

// Reads the maps again: the cases beside them that passed.
using Reload = std::function<Result<std::size_t>()>;
using Metrics = std::function<http::Response()>;

// One thread's handler of exchange/admin.h's paths, and of
//   POST maps/reload      {"cases":N}; or, with the reason, everything stays as it was
// 403 without "Authorization: Bearer <token>".
// Only metrics, which tell nobody's data, are open to all on this machine:
//   GET metrics           Prometheus text, see command/metrics_page.h
http::Handler admin_handler(exchange::Admin& admin, Reload reload, Metrics metrics,
                            std::string token, const Limits& limits);

}  // namespace fingerpost::command
