#include "interaction/definition_sets.h"

#include "interaction/kept.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr std::size_t most_sets = 256;  // each is looked at by every look

}  // namespace

DefinitionSets::Set DefinitionSets::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto at =
      std::find_if(sets_.begin(), sets_.end(), [&](const One& one) { return one.name == name; });
  if (at == sets_.end()) return nullptr;
  sets_.splice(sets_.begin(), sets_, at);
  shrink();
  return sets_.front().set;
}

void DefinitionSets::keep(std::string name, Set set, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sets_, [&](const One& one) { return one.name == name; });
  sets_.push_front({std::move(name), std::move(set), bytes});
  shrink();
}

std::size_t DefinitionSets::count() const {
  const std::lock_guard lock(mutex_);
  return sets_.size();
}

// Of the first that together are too many or too large, and all after them, but the very first.
void DefinitionSets::shrink() {
  std::size_t count = 0, bytes = 0;
  const auto over = std::find_if(sets_.begin(), sets_.end(), [&](const One& one) {
    bytes += one.bytes + one.set->bytes_made();
    return ++count > 1 && (bytes > most_bytes_ || count > most_sets);
  });
  sets_.erase(over, sets_.end());
}

std::shared_ptr<DefinitionSets> definition_sets(Compiled& compiled) {
  const std::string name = "definition sets";
  return find_or_begin<DefinitionSets>(compiled, name, name.size());
}

}  // namespace fingerpost::interaction
