// A running gateway: every part, made by hand in the order they need each other.

#pragma once

#include "command/address.h"
#include "command/configuration.h"
#include "command/files.h"
#include "command/log.h"
#include "fingerpost/result.h"

#include <memory>
#include <optional>
#include <string>

namespace fingerpost::command {

struct GatewayOptions {
  SharedPaths shared;
  std::string version;
  std::string config;           // path of the file the configuration came from; may be empty
  Configuration configuration;  // its data folder is named
};

// Serves from the moment it is made. The log must outlive it.
class Gateway {
 public:
  static Result<std::unique_ptr<Gateway>> start(const GatewayOptions& options, Log& log);
  ~Gateway();  // stop()
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  Address http() const;
  std::optional<Address> mllp() const;
  // The folder of maps read again: what comes from now on is translated by them, unless they do not
  // load or their cases do not hold; the log says which.
  // Gives the cases that passed.
  Result<std::size_t> reload_maps();
  // The maps so, and the clients of the configuration.
  void reload();
  // The store's disk failed: what comes from now on is not kept, and only a new start reads what is.
  bool failed() const;
  // Takes nothing more, answers what has come, and puts everything down in order.
  void stop();

 private:
  struct Parts;
  explicit Gateway(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::command
