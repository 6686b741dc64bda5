// What comes into our MESH mailboxes: messages, and reports of what could not be delivered.

#pragma once

#include "exchange/parts.h"
#include "remote/mesh_inbox.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace fingerpost::exchange {

struct MeshIntakeOptions {
  std::int64_t poll_us = 300'000'000;          // MESH asks for no more than every five minutes
  std::int64_t handshake_us = 86'400'000'000;  // and for this once a day
  std::int64_t damaged_us = 3'600'000'000;     // the longest until what was damaged is tried again
};

// What went wrong, or is well again, for the log: no patient data.
using MeshTrouble = std::function<void(const std::string& mailbox, const Error& error)>;

// A report in one commit with what it changes: the outbox row whose LocalID it names, which MESH
// had taken and nobody collected, is dead, with the reason; a report that is of no such row waits
// for a person, and changes nothing. Errors: busy and fault.
Result<void> keep_report(const Parts& parts, const std::string& mailbox,
                         const remote::MeshReceived& report);

// One thread for one mailbox. Each message is downloaded, kept, and only then acknowledged to MESH:
// a stop in between brings it again, and it is known by what it is. One that is damaged or too
// large is left there, for others to be taken, and downloaded again, later each time; its sender is
// told by MESH when it expires.
class MeshIntake {
 public:
  MeshIntake(const Parts& parts, std::unique_ptr<remote::MeshInbox> inbox,
             MeshIntakeOptions options, MeshTrouble trouble);
  MeshIntake(const MeshIntake&) = delete;
  MeshIntake& operator=(const MeshIntake&) = delete;
  ~MeshIntake();  // a call that waits ends at once; what was kept and not acknowledged comes again

 private:
  // When it is downloaded again, and how much later than the last time that is.
  struct Damaged {
    std::int64_t again_us = 0, pause_us = 0;
  };

  void run();
  bool poll();
  bool take_pages();
  bool take(const std::string& id);
  Result<void> keep(const std::string& id);
  void tell(const Error& error);

  const Parts& parts_;
  const std::unique_ptr<remote::MeshInbox> inbox_;
  const MeshIntakeOptions options_;
  const MeshTrouble trouble_;
  std::set<std::string> kept_;  // here, and MESH does not know yet
  std::set<std::string> told_;  // trouble that was told and has not passed
  std::map<std::string, Damaged> damaged_;
  std::int64_t shaken_us_ = -1;  // when the mailbox was last validated
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fingerpost::exchange
