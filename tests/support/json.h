// JSON texts compared by content: member order aside, numbers to the character.

#pragma once

#include "wire/sorted_json.h"

#include <stdexcept>
#include <string>
#include <string_view>

namespace fingerpost::test {

inline std::string sorted_json(std::string_view text) {
  Limits limits;
  limits.depth = 256;
  const auto document = wire::parse_json(std::string(text), limits);
  if (!document) throw std::runtime_error("not JSON: " + document.error().text);
  return wire::sorted_json(wire::JsonView(*document));
}

}  // namespace fingerpost::test
