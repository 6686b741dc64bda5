// What is wrong with the files that a configuration names.

#pragma once

#include "command/configuration.h"
#include "command/files.h"
#include "fingerpost/result.h"

#include <string>
#include <vector>

namespace fingerpost::command {

// All that a start would refuse, and what could never work once it is started: certificates and
// keys that are none, do not belong to each other or are weak, secrets that everybody may read,
// maps and packages that do not load. `where` is the key and the path; no text holds what is in a
// file. `config` is the path of the configuration.
std::vector<Error> file_faults(const Configuration& configuration, const std::string& config,
                               const SharedPaths& shared);

}  // namespace fingerpost::command
