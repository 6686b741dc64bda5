#include "care/facts.h"

#include <array>

namespace fingerpost::care {

std::optional<Fact> fact_of(std::optional<Status> before, Status after, std::string_view reason) {
  if (!before || before == after) return std::nullopt;
  if (after == Status::in_progress || after == Status::completed)
    return Fact{social_prescribing_code, "Referral to social prescribing service"};
  const bool ends =
      after == Status::rejected || after == Status::cancelled || after == Status::failed;
  if (ends && reason == "patient-declined")
    return Fact{"871711000000103", "Social prescribing declined"};
  return std::nullopt;
}

namespace {

constexpr std::array<std::string_view, 4> codes = {"none", "codes", "summary", "all"};

}  // namespace

std::string_view code(Disclosure disclosure) {
  return codes[static_cast<std::size_t>(disclosure)];
}

std::optional<Disclosure> read_disclosure(std::string_view code) {
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (codes[i] == code) return static_cast<Disclosure>(i);
  return std::nullopt;
}

}  // namespace fingerpost::care
