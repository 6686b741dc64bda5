// A resource's index rows as the bytes kept with it: what an update compares with, and what a
// search looks at when it has found the resource by something else.

#pragma once

#include "search/index.h"

#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::store {

std::string pack(const search::IndexValues& values);
// Nothing when they are not such bytes.
std::optional<search::IndexValues> unpack(std::string_view bytes);

}  // namespace fingerpost::store
