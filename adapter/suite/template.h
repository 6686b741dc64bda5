// Answers compared with the templates of the terminology suite: JSON in which `$…$` stands for what
// may vary, and order says nothing.

#pragma once

#include "wire/json_value.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::suite {

using Json = wire::JsonValue;

// What first differs; empty when the answer is what the template allows.
struct Difference {
  std::string path, expected, actual;

  explicit operator bool() const { return !path.empty(); }
};
// at_least: the answer may say more than the template.
enum class Say { exactly, at_least };
Difference differs(const Json& expected, const Json& actual, Say say = Say::exactly);

// What R4 says by the extensions of R5's elements, as those elements.
void to_r5(Json& resource);

}  // namespace fingerpost::suite
