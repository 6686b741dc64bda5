// What keeps a data folder its owner's alone.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fingerpost::command {

struct MadePrivate {
  std::string path;
  std::string was;   // "0755"
  bool done = true;  // false: it is as it was, for it is another user's, or others use it too
};

// The folder to 0700 and what the gateway keeps in it to 0600 where others may do more with it: a
// folder that an earlier program or a person made. What else lies in it is left alone. Gives what
// was not so.
std::vector<MadePrivate> make_private(const std::filesystem::path& data);

}  // namespace fingerpost::command
