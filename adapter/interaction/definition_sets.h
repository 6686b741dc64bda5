// What was made of sets of stored definitions, kept for later requests.

#pragma once

#include "interaction/compiled.h"
#include "profile/registry.h"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace fingerpost::interaction {

// Holds what was used last. What a set takes grows with what is asked of it, so that all are
// weighed anew with each look. Any thread.
class DefinitionSets {
 public:
  using Set = std::shared_ptr<const profile::Registry>;

  explicit DefinitionSets(std::size_t most_bytes = std::size_t{128} << 20)
      : most_bytes_(most_bytes) {}

  // Null: it is not kept. A name tells the versions that the set is of.
  Set find(const std::string& name);
  // `bytes`: of what it was given, beside what it makes of that. The one used last is kept whatever
  // it takes.
  void keep(std::string name, Set set, std::size_t bytes);
  std::size_t count() const;

 private:
  struct One {
    std::string name;
    Set set;
    std::size_t bytes = 0;
  };
  void shrink();

  std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<One> sets_;  // the last used first
};

// The one that a server has.
std::shared_ptr<DefinitionSets> definition_sets(Compiled& compiled);

}  // namespace fingerpost::interaction
