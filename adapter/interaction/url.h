// FHIR URLs below the base: "Patient/1/_history/2", and queries "name=a&birthdate=ge2020".

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/plan.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// The segments of a path, decoded once. It has one reading only: empty and dot segments, and
// encoded slashes, percent signs, controls and anything beyond ASCII are refused.
class Path {
 public:
  static constexpr std::size_t most = 5;

  // With or without a slash in front; one at the end is allowed. More than `most` segments give
  // Kind::not_found, since no URL of FHIR here is deeper.
  static Result<Path> read(std::string_view text);

  std::size_t size() const { return size_; }
  std::string_view operator[](std::size_t i) const {
    return std::string_view(text_).substr(begin_[i], end_[i] - begin_[i]);
  }

 private:
  std::string text_;
  std::array<std::size_t, most> begin_{}, end_{};
  std::size_t size_ = 0;
};

// application/x-www-form-urlencoded: a query or the body of a _search. Refused: text that is not
// UTF-8 or has controls, more pairs than Limits::parameters.
Result<std::vector<search::Pair>> read_query(std::string_view text, const Limits& limits);

}  // namespace fingerpost::interaction
