// A place in a search result as text that only we can make or read.

#pragma once

#include "search/hash.h"
#include "search/plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::search {

// The place may hold values of the resource (a family name it sorted by), and links end in logs: so
// it is encrypted, and bound to the query's fingerprint. Base64url.
std::string seal(const HashKey& key, std::uint64_t fingerprint, const Place& place);
// Nothing when it was not made by seal under this key for this fingerprint.
std::optional<Place> unseal(const HashKey& key, std::uint64_t fingerprint, std::string_view text);

}  // namespace fingerpost::search
