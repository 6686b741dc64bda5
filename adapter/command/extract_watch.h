// Folders that extracts are put into, and a gateway that takes them from there.
//
//   FOLDER/NAME/…            an extract, whole when nothing in it has changed for a while
//   FOLDER/applied/NAME/…    it was applied, or had been before
//   FOLDER/refused/NAME/…    it came too late: a later one was applied
//   FOLDER/.taking/NAME/…    it is being looked at: who uploads it anew makes files of their own
//
// Extracts are taken in the order of their names. One that is not complete, or goes on from one
// that was not applied, stays, and holds up those after it, which may go on from it: it is looked
// at again when a file of it changes, and what is not about the files alone after a while as well.
// Each that is refused is a row of the inbox with the reason.

#pragma once

#include "base/clock.h"
#include "command/extract_folder.h"
#include "command/live_maps.h"
#include "command/log.h"
#include "command/metrics_page.h"
#include "exchange/parts.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace fingerpost::command {

struct ExtractWatchOptions {
  std::filesystem::path data;  // of the store
  std::vector<ExtractSource> sources;
  int retry_seconds = 600;  // after one was refused for what is stored
};

// One thread; it looks as often as the most impatient source says. All must outlive it.
class ExtractWatch {
 public:
  ExtractWatch(const exchange::Parts& parts, const LiveMaps& maps, Log& log,
               ExtractWatchOptions options);
  ExtractWatch(const ExtractWatch&) = delete;
  ExtractWatch& operator=(const ExtractWatch&) = delete;
  // An extract under way ends between two batches, and is finished after the next start.
  ~ExtractWatch();

  const ExtractProgress& progress() const { return progress_; }

 private:
  // A folder as it was last seen.
  struct Seen {
    std::string files;
    std::int64_t since_us = 0;
    std::int64_t refused_us = 0;  // 0: it was not
    bool may_pass = false;        // the reason may go without a change of its files: for a while
  };
  using Known = std::map<std::string, Seen>;

  void run();
  void look(const ExtractSource& source, Known& known);
  bool is_due(const ExtractSource& source, const std::string& files, Seen& seen);
  bool take(const ExtractSource& source, const std::filesystem::path& folder, Seen& seen);
  bool finish(const ExtractSource& source, const std::filesystem::path& folder,
              const Result<exchange::TakenExtract>& taken, Seen& seen);
  void bring_back(const ExtractSource& source, const std::filesystem::path& folder);
  bool put_away(const ExtractSource& source, const std::filesystem::path& folder,
                const char* where);

  const exchange::Parts& parts_;
  const LiveMaps& maps_;
  Log& log_;
  ExtractWatchOptions options_;
  std::vector<Known> known_;  // by source
  int poll_seconds_ = 1;
  ExtractProgress progress_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fingerpost::command
