// Outbox rows to partners that are reached by a folder.

#pragma once

#include "exchange/transport.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace fingerpost::exchange {

// A file for each row, by the order and the key of the rows, so that another go at a row is the
// same file. One thread: a folder that hangs delays the folders, and nobody else.
class FolderTransport final : public Transport {
 public:
  FolderTransport();
  FolderTransport(const FolderTransport&) = delete;
  FolderTransport& operator=(const FolderTransport&) = delete;
  ~FolderTransport() override;  // what is under way is finished; what waits ends as later

  void send(const store::OutboxRow& row, const Partner& partner, Done done) override;
  void look_up(const store::OutboxRow& row, const Partner& partner, Done done) override;

 private:
  struct Job {
    std::string folder, name, bytes;
    unsigned mode = 0;
    Done done;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> waiting_;  // guarded by mutex_
  bool stop_ = false;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace fingerpost::exchange
