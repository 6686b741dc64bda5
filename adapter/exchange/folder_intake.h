// Messages that partners put into folders.

#pragma once

#include "exchange/parts.h"
#include "remote/drop_folder.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace fingerpost::exchange {

struct FolderIntakeOptions {
  std::int64_t poll_us = 2'000'000;
  std::size_t files = 1'000;                       // of one folder, in one look
  std::size_t file_bytes = std::size_t{64} << 20;  // of one message
};

// What went wrong, for the log: no patient data.
using FolderTrouble = std::function<void(const std::string& partner, const Error& error)>;

// One thread. A file is taken when it has stayed as it is for the partner's settle_seconds, in the
// order of the names: moved to ".taking/", where another of its name does not meet it, read there,
// kept as an inbox row, and only then put into "taken/". A stop in between brings it again, and it
// is known by what it is. Symbolic links and what begins with a dot are nobody's messages. A file
// that is too large stays, and is told of.
class FolderIntake {
 public:
  FolderIntake(const Parts& parts, FolderIntakeOptions options, FolderTrouble trouble);
  FolderIntake(const FolderIntake&) = delete;
  FolderIntake& operator=(const FolderIntake&) = delete;
  ~FolderIntake();  // the file under way is finished first

 private:
  struct Seen {
    remote::FolderFile file;
    std::int64_t since_us = 0;
  };
  using Known = std::map<std::string, Seen>;

  void run();
  // A folder that files come into, and the one that they are read in.
  struct Watched {
    Known in, taking;
  };

  void look(const Partner& partner, Watched& known);
  template <class Act>
  void each_settled(const Partner& partner, const std::string& folder, Known& known, Act act);
  bool settled(const Partner& partner, const remote::FolderFile& file, Seen& seen) const;
  bool take(const Partner& partner, const remote::FolderFile& file);
  void tell(const Partner& partner, const Error& error);

  const Parts& parts_;
  const FolderIntakeOptions options_;
  const FolderTrouble trouble_;
  std::map<std::string, Watched> known_;  // by partner
  std::set<std::string> told_;            // trouble that was told
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fingerpost::exchange
