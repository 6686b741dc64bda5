// Ids that a run has made: what one key is asked for, its references are asked for as well.

#pragma once

#include "path/fhirpath.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::mapping {

constexpr std::string_view uuid_scheme = "urn:uuid:";

class KnownIds {
 public:
  // "urn:uuid:" and the version 5 UUID of the keys, which lives as long as the arena.
  std::string_view find(std::span<const std::string_view> keys, path::Arena& arena);

 private:
  static constexpr std::size_t kept_ids = 64;
  struct Known {
    std::string_view keys, id;  // in the arena
  };

  std::vector<Known> known_;  // by a hash of the keys; made when the first is asked for
  std::string keys_;
};

}  // namespace fingerpost::mapping
