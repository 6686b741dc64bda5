#include "terminology/subsumption.h"

#include "terminology/compose.h"

namespace fingerpost::terminology {

std::optional<bool> subsumes(const Terminology& terminology, const Coded& general,
                             const Coded& special, const Limits& limits) {
  if (general.code.empty() || general.system.empty() || general.system != special.system) return {};
  if (general.code == special.code) return true;
  const Composer composer(terminology, {}, limits);
  const auto above = composer.item(general.system, general.version, general.code);
  const auto below = composer.item(special.system, special.version, special.code);
  if (!above || !below || !above->system || above->system != below->system) return {};
  if (above->place == no_row || below->place == no_row) return {};
  return is_a(below->system, below->place, above->place);
}

}  // namespace fingerpost::terminology
