// Applies messages that were acknowledged and are not applied yet: after a restart, or when the
// first go failed. Three goes, then a person must look.

#pragma once

#include "exchange/intake.h"
#include "exchange/parts.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace fingerpost::exchange {

struct InboxOptions {
  int goes = 3;
  std::int64_t retry_us = 5'000'000;  // doubles with each go
  std::int64_t poll_us = 500'000;
};

// One thread. A go is counted before it begins, so that a message that ends the process is counted
// too. The parts and the intake must outlive it.
class InboxWorker {
 public:
  InboxWorker(const Parts& parts, Intake& intake, InboxOptions options);
  InboxWorker(const InboxWorker&) = delete;
  InboxWorker& operator=(const InboxWorker&) = delete;
  ~InboxWorker();  // the message under way is finished first

 private:
  void run();
  bool look(store::Reader& reader, std::int64_t due_by_us);
  bool go(store::InboxRow row);

  const Parts& parts_;
  Intake& intake_;
  InboxOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace fingerpost::exchange
