// What changes and a server has once, or once for each name, kept beside what was made of stored
// resources.

#pragma once

#include "interaction/compiled.h"

#include <cstddef>
#include <memory>
#include <string>

namespace fingerpost::interaction {

// What is kept is constant; what it holds is not.
template <class T>
struct Kept {
  std::shared_ptr<T> it;
};

// Null: there is none of this name, or it was let go.
template <class T>
std::shared_ptr<T> find_kept(Compiled& compiled, const std::string& name) {
  const auto kept = compiled.find_set<Kept<T>>(name);
  return kept ? kept->it : nullptr;
}

// The one of this name, begun when there is none.
template <class T>
std::shared_ptr<T> find_or_begin(Compiled& compiled, const std::string& name, std::size_t bytes) {
  if (auto known = find_kept<T>(compiled, name)) return known;
  const auto made = std::make_shared<T>();
  compiled.keep_set<Kept<T>>(name, std::make_shared<const Kept<T>>(Kept<T>{made}), bytes);
  auto known = find_kept<T>(compiled, name);  // another's, if it was quicker
  return known ? known : made;
}

}  // namespace fingerpost::interaction
