// What stands for too long: told when it begins and when it has passed.

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"
#include "store/store.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace fingerpost::exchange {

// A partner that is expected to send something at least so often.
struct Quiet {
  std::string partner;
  std::int64_t us = 0;
};

struct Certificate {
  std::string name;  // "http", "partner surgery"
  std::int64_t ends_us = 0;
};

struct AlarmOptions {
  std::int64_t outbox_us = 3'600'000'000;  // an open row of a lane is older
  std::int64_t inbox_us = 900'000'000;     // a message was acknowledged, and is not applied since
  std::vector<Quiet> quiet;
  std::int64_t certificate_us = 30 * std::int64_t{86'400'000'000};  // one ends sooner
  std::function<std::vector<Certificate>()> certificates;           // read anew each time
  std::int64_t poll_us = 15'000'000;
};

struct Alarm {
  enum class What : std::uint8_t {
    outbox_old,         // subject: the lane
    outbox_dead,        // subject: the lane
    inbox_old,          // subject: the source
    inbox_quarantined,  // subject: ""; an extract only when it stands so for inbox_us, for it does
                        // while it is taken
    partner_quiet,      // subject: the partner
    store,              // subject: how it stands: "full", "stopped"
    certificate,        // subject: its name; since: when it ends
  };
  What what = What::store;
  std::string subject;
  std::int64_t row = 0;       // the oldest it is about; 0: none is known
  std::int64_t since_us = 0;  // when that began, where it is known
};
std::string_view name(Alarm::What what);  // "outbox old" …
constexpr std::size_t alarm_kinds = static_cast<std::size_t>(Alarm::What::certificate) + 1;

// When each partner that may be quiet was last heard; at first, when the watching began. Any
// thread.
class Heard {
 public:
  Heard(const std::vector<Quiet>& quiet, std::int64_t now_us);
  void hear(std::string_view source, std::int64_t now_us);
  std::int64_t last_us(std::string_view partner) const;

 private:
  std::map<std::string, std::atomic<std::int64_t>, std::less<>> last_us_;  // its keys stay
};

// All that stands now, each what and subject once.
Result<std::vector<Alarm>> alarms(store::Reader& reader, store::Health health, const Heard& heard,
                                  const AlarmOptions& options, std::int64_t now_us);

// One thread that looks every poll_us. All must outlive it.
class AlarmWatch {
 public:
  // raised: it begins to stand; else it has passed. On the thread of the watch.
  using Tell = std::function<void(const Alarm&, bool raised)>;

  AlarmWatch(store::Store& store, Clock& clock, const Heard& heard, AlarmOptions options,
             Tell tell);
  AlarmWatch(const AlarmWatch&) = delete;
  AlarmWatch& operator=(const AlarmWatch&) = delete;
  ~AlarmWatch();

  std::vector<Alarm> standing() const;  // any thread

 private:
  void run();
  void look(store::Reader& reader);

  store::Store& store_;
  Clock& clock_;
  const Heard& heard_;
  const AlarmOptions options_;
  const Tell tell_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Alarm> standing_;  // guarded by mutex_
  bool stop_ = false;            // guarded by mutex_
  std::thread thread_;
};

}  // namespace fingerpost::exchange
