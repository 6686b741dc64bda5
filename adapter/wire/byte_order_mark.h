// What says at the front of a text that it is UTF-8.

#pragma once

#include <string_view>

namespace fingerpost::wire {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace fingerpost::wire
