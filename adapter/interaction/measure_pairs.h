// Measures of a person in pairs: how it was first, how it is now (OM-11, OM-22). They are carried
// and paired here, never scored.

#pragma once

#include "interaction/care.h"

#include <string>
#include <vector>

namespace fingerpost::interaction {

struct MeasurePair {
  Held baseline;
  std::optional<Held> follow_up;  // none: it was taken once
};

// One pair for each measure of fhir-profiles/ (activation, wellbeing) that the person has, by the
// dates that they were taken at; one without a date, or withdrawn, is no measure.
Result<std::vector<MeasurePair>> measure_pairs(const Session& session, const std::string& patient);

// A List of them: "baseline" and "follow-up" in entry.flag, one after the other.
std::string pairs_list(const Session& session, const std::vector<MeasurePair>& pairs,
                       const std::string& id, const std::string& patient);

}  // namespace fingerpost::interaction
