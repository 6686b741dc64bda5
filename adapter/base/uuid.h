// UUIDs as text (RFC 9562).

#pragma once

#include "base/clock.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fingerpost {

// Version 5 under Fingerpost's namespace, of the keys in order. Keys are joined so that ("a","bc")
// and ("ab","c") differ. The same keys give the same id for ever: stored ids depend on it.
std::string uuid_v5(std::initializer_list<std::string_view> keys);
std::string uuid_v5(const std::string_view* keys, std::size_t count);

// Version 4.
std::string uuid_v4(Random& random);

}  // namespace fingerpost
