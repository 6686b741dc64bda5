// Events of the audit that no commit tells of: what was read, and what was refused.
//
// A commit for each would make every read wait for the disk. Those of a short time are kept by one
// row together, and the answers do not wait for it: what a machine that fails within that time has
// handed out last is not in the audit. With `hold`, which no configuration asks for, every answer
// waits until its event is on the disk. Either way nothing is handed out while the audit cannot be
// kept. Refusals that differ in nothing are one event that tells how many they were, and those of
// nobody who is known are waited for longer: who has no name cannot fill the disk.

#pragma once

#include "store/store.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace fingerpost::interaction {

struct AuditTrailOptions {
  int gather_ms = 20;
  int unnamed_ms = 1000;  // while nothing waits but refusals of nobody who is known
  bool hold = false;
  std::size_t most_waiting = 20'000;      // events; more are refused until some are kept
  std::size_t most_together = 500;        // events in one row
  std::size_t bytes_together = 1u << 20;  // about, in one row
  int retry_ms = 200;
};

// What refusals differ in: client, what was done, asked, from, status.
using RefusalKey = std::tuple<std::string, std::string, std::string, std::string, int>;

// Any thread may call. One thread of its own commits.
class AuditTrail {
 public:
  // The store must outlive it, and does not call back after it has gone.
  AuditTrail(store::Store& store, AuditTrailOptions options);
  ~AuditTrail();  // keeps what waits, if the store takes it
  AuditTrail(const AuditTrail&) = delete;
  AuditTrail& operator=(const AuditTrail&) = delete;

  using Then = std::function<void(bool kept)>;
  // `then` is called once: from here, or, with hold, from the trail's thread. false: the event
  // could not be kept, and nothing may be handed out for it.
  void add(store::AuditNote note, const Then& then);

 private:
  struct Waiting {
    store::AuditNote note;
    std::vector<Then> then;
  };
  void run();
  bool wait();  // false: it is over
  std::vector<Waiting> take();
  bool put(store::AuditNote note, const Then& then);  // false: there is no room
  void forget();                                      // where refusals stand, and how many names
  bool keep(const std::vector<Waiting>& some);

  store::Store& store_;
  const AuditTrailOptions options_;
  std::atomic<bool> kept_ = true;  // the last commit was
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<Waiting> waiting_;
  std::size_t named_ = 0;                       // of those, not refusals of nobody
  std::map<RefusalKey, std::size_t> refusals_;  // where in those
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace fingerpost::interaction
