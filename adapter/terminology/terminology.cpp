#include "terminology/terminology.h"

namespace fingerpost::terminology {

Checked Terminology::check(std::string_view, const Coded&) const {
  return {Membership::not_known, "the value set is not at hand", false, false};
}

Checked Terminology::check_code(const Coded&) const {
  return {Membership::not_known, "the code system is not at hand", false, false};
}

bool Terminology::has_value_set(std::string_view) const {
  return false;
}

bool Terminology::has_code_system(std::string_view) const {
  return false;
}

const ConceptMap* Terminology::concept_map(std::string_view canonical) const {
  const auto url = canonical.substr(0, canonical.find('|'));
  for (auto map = maps_.rbegin(); map != maps_.rend(); ++map)
    if ((*map)->url() == url) return map->get();
  return nullptr;
}

}  // namespace fingerpost::terminology
