#include "store/memory_sight.h"

#include <algorithm>

namespace fingerpost::store {

MemorySight::MemorySight(const State& state, const Policy& policy)
    : everything_(policy.everything),
      hidden_(search::every_label & ~policy.labels),
      client_(search::client_hash(state.hash_key, policy.client)) {
  if (everything_) return;
  const auto code = search::organisation_hash(state.hash_key, policy.organisation);
  organisations_.insert(code);
  // However these are labelled, and removed ones too.
  std::set<std::uint64_t> refused = {search::Belonging::everybody, code};
  for (const Resource& one : state.resources) {
    const auto& codes = one.belonging.codes;
    if (one.versions.empty() || std::find(codes.begin(), codes.end(), code) == codes.end())
      continue;
    refused.insert(one.reference);
    if (!one.removed() && (one.labels & hidden_) == 0) organisations_.insert(one.reference);
  }
  for (const Resource& one : state.resources) {
    if (one.versions.empty()) continue;
    const bool hidden = (one.labels & hidden_) != 0;
    if (hidden && one.type == "Patient") labelled_.insert(one.reference);
    if (!one.removed() && search::is_somebody(one.belonging.whose))
      for (const auto organisation : one.belonging.refused)
        if (refused.contains(organisation)) refusing_.insert(one.belonging.whose);
    if (hidden || one.removed() || !search::is_somebody(one.belonging.whose)) continue;
    for (const auto organisation : one.belonging.organisations)
      if (organisation == client_ || organisations_.contains(organisation))
        related_.insert(one.belonging.whose);
  }
}

bool MemorySight::sees_patient(std::uint64_t patient) const {
  return related_.contains(patient) && !labelled_.contains(patient) && !refusing_.contains(patient);
}

bool MemorySight::sees(const Resource& resource) const {
  if (everything_) return true;
  if ((resource.labels & hidden_) != 0) return false;
  const auto whose = resource.belonging.whose;
  return whose == search::of_all || sees_patient(whose);
}

}  // namespace fingerpost::store
