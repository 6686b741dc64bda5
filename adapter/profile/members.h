// Which elements the members of a node are.

#pragma once

#include "model/definitions.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace fingerpost::profile {

// A view, for one walk over the members of one node. Members mostly come in the order of their
// definition: each is first looked for where the last one was and a little after.
class MemberElements {
 public:
  MemberElements(const model::Definitions& definitions, TypeId type)
      : definitions_(definitions), type_(type), elements_(definitions.elements(type)) {}

  // Null for what the type has no element of.
  const model::Element* of(NameId name) {
    constexpr std::size_t ahead = 6;
    const auto near = elements_.subspan(at_, std::min(ahead, elements_.size() - at_));
    const auto next = std::ranges::find(near, name, &model::Element::name);
    const auto* found = next == near.end() ? definitions_.element(type_, name) : &*next;
    if (found != nullptr) at_ = static_cast<std::size_t>(found - elements_.data());
    return found;
  }

 private:
  const model::Definitions& definitions_;
  TypeId type_;
  std::span<const model::Element> elements_;
  std::size_t at_ = 0;  // of the last found
};

}  // namespace fingerpost::profile
