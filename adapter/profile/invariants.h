// The invariants of the base definitions, compiled once, by the place they are asked at.

#pragma once

#include "model/definitions.h"
#include "profile/profile.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::profile {

// What an invariant's expression is asked as: itself, but where R4 4.0.1 published one that does
// not say what its own text says, and where a cast names a System type and would also do with
// FHIR's.
std::string meant(std::string_view key, std::string_view expression);

// Without the universal ones (is_universal), which the walk asks itself.
class BaseInvariants {
 public:
  explicit BaseInvariants(const model::Definitions& definitions);

  // Of a type's own root: asked of every value of the type.
  std::span<const std::uint32_t> of_type(TypeId type) const { return list(types_[type]); }
  // Of an element, beside those of its type. `element` is its index in Definitions::elements(type).
  std::span<const std::uint32_t> of_element(std::uint32_t first_element,
                                            std::size_t element) const {
    return list(elements_[first_element + element]);
  }
  const Invariant& operator[](std::uint32_t invariant) const { return all_[invariant]; }

 private:
  struct List {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::span<const std::uint32_t> list(List at) const {
    return std::span<const std::uint32_t>(lists_).subspan(at.first, at.count);
  }

  std::vector<Invariant> all_;
  std::vector<std::uint32_t> lists_;
  std::vector<List> types_;     // by TypeId
  std::vector<List> elements_;  // by index in the definitions' elements
};

}  // namespace fingerpost::profile
