// The certificates that the configuration names, and when they end.

#pragma once

#include "command/configuration.h"
#include "exchange/alarms.h"

#include <string>
#include <vector>

namespace fingerpost::command {

// Of those that can be read now. `config` is the path of the configuration.
std::vector<exchange::Certificate> certificates(const Configuration& configuration,
                                                const std::string& config);

}  // namespace fingerpost::command
