// JSON that is written by hand, in pieces.

#pragma once

#include "wire/json.h"

#include <string>
#include <string_view>

namespace fingerpost::exchange {

inline std::string quoted(std::string_view text) {
  std::string out;
  wire::write_json_string(out, text);
  return out;
}

}  // namespace fingerpost::exchange
