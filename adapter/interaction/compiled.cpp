#include "interaction/compiled.h"

#include <utility>

namespace fingerpost::interaction {

std::string Compiled::key_of(const store::Stored& resource) {
  // The time too: what was expunged may come again, with versions from the first on.
  return resource.type + "/" + resource.id + "/" + std::to_string(resource.version) + "/" +
         std::to_string(resource.last_updated_us);
}

std::shared_ptr<const void> Compiled::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->made;
}

void Compiled::keep(std::string key, std::shared_ptr<const void> made, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes > most_bytes_ || by_key_.count(key) != 0) return;
  kept_.push_front({key, std::move(made), bytes});
  by_key_.emplace(std::move(key), kept_.begin());
  bytes_ += bytes;
  while (bytes_ > most_bytes_) {
    bytes_ -= kept_.back().bytes;
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

}  // namespace fingerpost::interaction
