// Requests that are answered while their clients do not wait (R4 async.html). Answers lie in memory
// until their time is over: a restart forgets them, and a client that asks then is told so by 404.

#pragma once

#include "access/caller.h"
#include "fingerpost/result.h"
#include "http/message.h"
#include "interaction/stoppable.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace fingerpost::http {

// Any thread may call. One thread of its own works, on one job after another.
class Jobs {
 public:
  // What a job does, with a session of its own, which lasts as long as `respond` does.
  using Work =
      std::function<void(const std::shared_ptr<const interaction::Session>& session, Respond)>;

  // The context must outlive it. `kept_bytes`: of all requests that wait and all answers together,
  // what may lie in memory for clients that do not come (the limit async_kept_bytes).
  static constexpr std::size_t usual_kept_bytes = std::size_t{512} << 20;
  static Result<std::unique_ptr<Jobs>> start(const interaction::Context& context,
                                             std::size_t kept_bytes = usual_kept_bytes);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  // The job's id, which nobody can guess. `bytes`: that the work holds until it is answered.
  // Kind::busy: Limits::async_jobs are kept already, or there is no room for it. An answer for
  // which there is no room beside the others that are kept is told to be too large.
  // `caller`: whose it is. Another client's look finds nothing, nor does one of the same client
  // with less than the scopes it was made with.
  Result<std::string> add(Work work, std::size_t bytes = 0,
                          access::CallerPtr caller = access::local_caller());
  // Nothing: there is no such job. No response: it is not done yet.
  struct State {
    std::shared_ptr<const Response> response;
  };
  std::optional<State> look(std::string_view id,
                            const access::Caller& caller = *access::local_caller());
  // Forgets the job, and what it would have answered; false when there is none. One that has begun
  // stops where it next looks at the store, or waits for it: what was committed stays.
  bool cancel(std::string_view id, const access::Caller& caller = *access::local_caller());

 private:
  struct Job {
    access::CallerPtr caller;
    Work work;  // until it begins
    interaction::Stop stop = std::make_shared<std::atomic<bool>>(false);
    std::size_t held_bytes = 0;  // until it is answered
    std::shared_ptr<const Response> response;
    std::int64_t done_us = 0;

    bool is_of(const access::Caller& other) const;
    std::size_t bytes() const { return response ? response->content().size() : held_bytes; }
  };
  struct Queue;  // of the thread's work; outlives late answers

  Jobs(const interaction::Context& context, std::size_t kept_bytes);
  void run();
  void begin(const std::string& id);
  void finished(const std::string& id, Response response);
  void forget_old();               // under the mutex
  std::size_t kept_bytes() const;  // the same

  const interaction::Context& context_;  // of the sessions
  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::unordered_map<std::string, Job> jobs_;
  std::shared_ptr<Queue> queue_;
  std::thread thread_;
};

}  // namespace fingerpost::http
