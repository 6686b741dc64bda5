// What the store in memory holds, and one search over all of it. Internal to store/.

#pragma once

#include "store/sqlite_keys.h"
#include "store/store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::store {

// What a resource is found by, under the store's own numbers of the keys.
struct Indexed {
  search::IndexValues values;                                // empty when the resource is removed
  std::vector<search::KeyId> keys;                           // all that its type had, sorted
  std::map<std::string, std::vector<search::KeyId>> inside;  // and each type of what it contains
};

struct Resource {
  std::int64_t row = 0;
  std::string type;
  std::string id;
  std::uint64_t reference = 0;
  std::vector<Stored> versions;  // oldest first; none: it was expunged
  Indexed index;                 // of the current version
  std::uint64_t compartment = 0;
  search::Belonging belonging = {};  // `whose` as the store settled it
  std::uint64_t labels = 0;
  std::int64_t seen_from = 1;  // versions before are nobody's to see who is under a policy

  const Stored& current() const { return versions.back(); }
  bool removed() const { return versions.empty() || current().change == Change::removed; }
  search::Row search_row() const {
    return {reference, current().last_updated_us, id, &index.values, &index.values.present};
  }
};

struct State {
  search::HashKey hash_key;
  std::shared_ptr<Keys> keys = std::make_shared<Keys>();
  std::vector<Resource> resources;  // by row - 1
  std::map<std::pair<std::string, std::string>, std::size_t> by_id;
  std::vector<InboxRow> inbox;    // by id - 1
  std::vector<OutboxRow> outbox;  // by id - 1
  std::map<std::string, bool> held_lanes;
  std::vector<AuditRow> audit;  // by number - 1
  AuditHead audit_head;

  const Resource* find(std::string_view type, std::string_view id) const {
    const auto at = by_id.find({std::string(type), std::string(id)});
    return at == by_id.end() ? nullptr : &resources[at->second];
  }
};

struct Data : State {
  Data() = default;
  explicit Data(const State& state) : State(state) {}
  mutable std::shared_mutex mutex;
};

// The keys that resources of a type are indexed by, sorted.
Result<std::vector<search::KeyId>> keys_of(const Data& data, const search::Parameters& parameters,
                                           std::string_view type);

class MemorySight;
// Under the lock.
Result<Page> search_memory(const Data& data, const search::Plan& plan, const Limits& limits,
                           const MemorySight& sight);

}  // namespace fingerpost::store
