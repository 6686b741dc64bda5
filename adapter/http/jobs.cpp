#include "http/jobs.h"

#include "base/uuid.h"

#include <algorithm>
#include <utility>

namespace fingerpost::http {

struct Jobs::Queue {
  std::mutex mutex;
  std::condition_variable came;
  std::deque<std::function<void()>> work;
  bool ending = false;

  void push(std::function<void()> one) {
    {
      const std::lock_guard lock(mutex);
      if (ending) return;
      work.push_back(std::move(one));
    }
    came.notify_one();
  }

  // Nothing: the end.
  std::function<void()> next() {
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return ending || !work.empty(); });
    if (ending) return nullptr;
    auto one = std::move(work.front());
    work.pop_front();
    return one;
  }

  void end() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    came.notify_one();
  }
};

Jobs::Jobs(const interaction::Context& context, std::size_t kept_bytes)
    : context_(context), most_bytes_(kept_bytes), queue_(std::make_shared<Queue>()) {}

Result<std::unique_ptr<Jobs>> Jobs::start(const interaction::Context& context,
                                          std::size_t kept_bytes) {
  std::unique_ptr<Jobs> jobs(new Jobs(context, kept_bytes));
  jobs->thread_ = std::thread([at = jobs.get()] { at->run(); });
  return jobs;
}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, job] : jobs_) *job.stop = true;
  }
  queue_->end();
  if (thread_.joinable()) thread_.join();
  queue_->work.clear();  // what came late holds this
}

bool Jobs::Job::is_of(const access::Caller& other) const {
  if (caller->client != other.client || caller->local != other.local) return false;
  const auto& scopes = caller->scopes.list();
  return std::all_of(scopes.begin(), scopes.end(), [&](const access::Scope& scope) {
    return other.may(scope.type, scope.rights);
  });
}

void Jobs::run() {
  while (auto work = queue_->next()) work();
}

Result<std::string> Jobs::add(Work work, std::size_t bytes, access::CallerPtr caller) {
  auto id = uuid_v4(context_.random);
  {
    const std::lock_guard lock(mutex_);
    forget_old();
    if (jobs_.size() >= context_.limits.async_jobs)
      return Error{Kind::busy,
                   "as many answers are kept as the limit async_jobs of " +
                       std::to_string(context_.limits.async_jobs),
                   ""};
    if (bytes > 0 && kept_bytes() + bytes > most_bytes_)
      return Error{Kind::busy,
                   "what waits and is kept would be over the limit async_kept_bytes of " +
                       std::to_string(most_bytes_),
                   ""};
    auto& job = jobs_[id];
    job.caller = std::move(caller);
    job.work = std::move(work);
    job.held_bytes = bytes;
  }
  queue_->push([this, id] { begin(id); });
  return id;
}

void Jobs::begin(const std::string& id) {
  Work work;
  interaction::Stop stop;
  {
    const std::lock_guard lock(mutex_);
    const auto at = jobs_.find(id);
    if (at == jobs_.end()) return;  // cancelled
    work = std::move(at->second.work);
    stop = at->second.stop;
  }
  const auto session = interaction::open_stoppable_session(
      context_, [queue = queue_](std::function<void()> later) { queue->push(std::move(later)); },
      stop);
  if (!session) return finished(id, outcome(503, "transient", "the store cannot be read now"));
  // Whatever goes on with the job holds its way to answer, and so the session.
  const auto respond = [this, id, kept = *session](Response response) {
    finished(id, std::move(response));
  };
  try {
    work(*session, respond);
  } catch (const std::exception&) {
    // The text of an exception may hold patient data: it goes nowhere.
    finished(id, outcome(500, "exception", "the request met a fault of the server"));
  }
}

void Jobs::finished(const std::string& id, Response response) {
  const std::lock_guard lock(mutex_);
  const auto at = jobs_.find(id);
  if (at == jobs_.end()) return;  // cancelled
  at->second.held_bytes = 0;      // the request is done with
  if (kept_bytes() + response.content().size() > most_bytes_)
    response = outcome(422, "too-costly",
                       "the answers that are kept would be over the limit async_kept_bytes of " +
                           std::to_string(most_bytes_));
  at->second.response = std::make_shared<const Response>(std::move(response));
  at->second.done_us = context_.clock.monotonic_us();
}

std::size_t Jobs::kept_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [id, job] : jobs_) bytes += job.bytes();
  return bytes;
}

std::optional<Jobs::State> Jobs::look(std::string_view id, const access::Caller& caller) {
  const std::lock_guard lock(mutex_);
  forget_old();
  const auto at = jobs_.find(std::string(id));
  if (at == jobs_.end() || !at->second.is_of(caller)) return {};
  return State{at->second.response};
}

bool Jobs::cancel(std::string_view id, const access::Caller& caller) {
  const std::lock_guard lock(mutex_);
  const auto at = jobs_.find(std::string(id));
  if (at == jobs_.end() || !at->second.is_of(caller)) return false;
  *at->second.stop = true;
  jobs_.erase(at);
  return true;
}

void Jobs::forget_old() {
  const auto before =
      context_.clock.monotonic_us() - std::int64_t{1'000'000} * context_.limits.async_kept_seconds;
  std::erase_if(
      jobs_, [&](const auto& one) { return one.second.response && one.second.done_us < before; });
}

}  // namespace fingerpost::http
