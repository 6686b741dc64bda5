#include "search/live_parameters.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace fingerpost::search {

struct LiveParameters::State {
  std::mutex changing;  // held during a change, and before the other
  mutable std::mutex mutex;
  std::shared_ptr<const Parameters> now;
  std::uint64_t generation = 0;
  std::vector<std::weak_ptr<const Parameters>> before;
  std::function<void()> call;  // under `changing`
};

// A copy, so that nobody but those who work with it holds it: older_in_use() goes by that.
LiveParameters::LiveParameters(const Parameters& first) : state_(std::make_shared<State>()) {
  auto made = first.with({});
  state_->now =
      made ? *std::move(made) : std::shared_ptr<const Parameters>(std::shared_ptr<void>(), &first);
}

std::shared_ptr<const Parameters> LiveParameters::now() const {
  const std::lock_guard lock(state_->mutex);
  return state_->now;
}

std::uint64_t LiveParameters::generation() const {
  const std::lock_guard lock(state_->mutex);
  return state_->generation;
}

Result<void> LiveParameters::change(const Make& make) {
  const std::lock_guard one_by_one(state_->changing);
  const auto before = now();
  LET(auto next, make(*before));
  {
    const std::lock_guard lock(state_->mutex);
    std::erase_if(state_->before, [](const auto& old) { return old.expired(); });
    state_->before.push_back(before);
    state_->now = std::move(next);
    ++state_->generation;
  }
  if (state_->call) state_->call();
  return {};
}

bool LiveParameters::older_in_use() const {
  const std::lock_guard lock(state_->mutex);
  return std::any_of(state_->before.begin(), state_->before.end(),
                     [](const auto& old) { return !old.expired(); });
}

void LiveParameters::on_change(std::function<void()> call) {
  const std::lock_guard one_by_one(state_->changing);
  state_->call = std::move(call);
}

}  // namespace fingerpost::search
