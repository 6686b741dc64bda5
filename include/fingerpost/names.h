// Element and type names as small numbers, so that walking a tree compares integers.

#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost {

// An interned name. 0 is "no name". Numbers from first_local on belong to one tree only
// (Tree::name_text).
using NameId = std::uint32_t;
constexpr NameId no_name = 0;
constexpr NameId first_local_name = 0x8000'0000;

// Grows while definitions and maps are loaded; read by all threads after that, so intern nothing
// once the program serves.
class Names {
 public:
  Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  Names(Names&&) noexcept;
  Names& operator=(Names&&) noexcept;
  ~Names();

  NameId intern(std::string_view text);
  NameId find(std::string_view text) const;  // no_name when it was never interned
  std::string_view text(NameId name) const;  // "" for no_name and for local names
  std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;  // a deque: the views of the index stay good while it grows
  struct Index;
  std::unique_ptr<Index> index_;
};

}  // namespace fingerpost
