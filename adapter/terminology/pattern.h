// The one use of regular expressions here: a filter's.

#pragma once

#include <memory>
#include <string_view>

namespace fingerpost::terminology {

// R4 filter-operator "regex": the whole text has to match. Matching is linear in the text.
class Pattern {
 public:
  explicit Pattern(std::string_view text);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  bool good() const;
  bool matches(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace fingerpost::terminology
