// What the paths of the OpenAPI document share: parameters, bodies and responses, by their names.

#pragma once

#include "interaction/offers.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace fingerpost::interaction {

// How an interaction is asked and answered, by names of components; blanks between several.
struct Shape {
  Interaction interaction;
  std::string_view parameters;
  std::string_view body;
  std::string_view answers;  // each begins with its status
};
const Shape& shape_of(Interaction interaction);

// {"schemas":…,"parameters":…,"requestBodies":…,"responses":…}
const std::string& openapi_components();

template <class Each>
void for_each_word(std::string_view words, const Each& each) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (end > 0) each(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

// Appends a list of {"$ref":…} to components of a kind.
void write_references(std::string& out, std::string_view kind, std::string_view names);

}  // namespace fingerpost::interaction
