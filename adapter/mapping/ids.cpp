#include "mapping/ids.h"

#include "base/uuid.h"

#include <functional>

namespace fingerpost::mapping {

std::string_view KnownIds::find(std::span<const std::string_view> keys, path::Arena& arena) {
  if (known_.empty()) known_.resize(kept_ids);
  keys_.clear();
  for (const auto key : keys) {  // with their sizes, so that no two lists are one text
    const auto size = key.size();
    keys_.append(reinterpret_cast<const char*>(&size), sizeof size);
    keys_ += key;
  }
  auto& known = known_[std::hash<std::string_view>()(keys_) % kept_ids];
  if (known.keys == keys_ && !known.id.empty()) return known.id;
  known = {arena.keep(keys_),
           arena.keep(std::string(uuid_scheme) += uuid_v5(keys.data(), keys.size()))};
  return known.id;
}

}  // namespace fingerpost::mapping
