// What a policy lets through of the store in memory. Internal to store/.

#pragma once

#include "store/memory_search.h"
#include "store/policy.h"

#include <cstdint>
#include <set>

namespace fingerpost::store {

// Under the lock that the data has, for as long.
class MemorySight {
 public:
  MemorySight(const State& state, const Policy& policy);

  bool everything() const { return everything_; }
  bool sees(const Resource& resource) const;
  bool sees_patient(std::uint64_t patient) const;
  bool sees(const Resource& resource, std::int64_t version) const {
    return sees(resource) && (everything_ || version >= resource.seen_from);
  }
  const std::set<std::uint64_t>& organisations() const { return organisations_; }

 private:
  bool everything_ = true;
  std::uint64_t hidden_ = 0;  // labels
  std::uint64_t client_ = 0;
  std::set<std::uint64_t> organisations_;
  std::set<std::uint64_t> related_;   // Patients
  std::set<std::uint64_t> labelled_;  // Patients
  std::set<std::uint64_t> refusing_;  // Patients
};

}  // namespace fingerpost::store
