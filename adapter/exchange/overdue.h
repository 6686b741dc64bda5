// Referrals that wait too long: whoever was asked is reminded, what nobody answered ends, and
// whoever asked gets a Task to act upon. So none is lost in silence.

#pragma once

#include "exchange/watch.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

namespace fingerpost::exchange {

struct OverdueCounts {
  std::size_t open = 0;      // referrals looked at
  std::size_t reminded = 0;  // their owners
  std::size_t expired = 0;   // ended without an answer
  std::size_t raised = 0;    // Tasks for whoever asked
  std::size_t checks = 0;    // Tasks to look at a plan whose person's health has changed
  std::size_t stuck = 0;     // referrals that something is wrong with: they wait for a person
};

// Looks once, at the clock's time, at every open referral that somebody here asked for or is asked:
// one that a record tells of is left alone. What is first seen late is reminded of, and ends no
// sooner than Policy::act_within after that. What is done stands
// in the store and is known again there: a sweep after it, or after a restart, does it no second
// time. A referral that somebody changes meanwhile waits for the next sweep. Errors are the
// store's.
Result<OverdueCounts> raise_overdue(const Parts& parts, Watch& watch);

// Told of each sweep, on its thread.
using OverdueTold = std::function<void(const Result<OverdueCounts>& counts)>;

// One thread that sweeps. The parts and the watch must outlive it.
class OverdueWorker {
 public:
  OverdueWorker(const Parts& parts, Watch& watch, OverdueTold told = {});
  OverdueWorker(const OverdueWorker&) = delete;
  OverdueWorker& operator=(const OverdueWorker&) = delete;
  ~OverdueWorker();

 private:
  void run();

  const Parts& parts_;
  Watch& watch_;
  const OverdueTold told_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace fingerpost::exchange
