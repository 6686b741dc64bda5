#include "exchange/numbers.h"

#include "exchange/neighbourhood.h"
#include "record/nhs_number.h"

#include <algorithm>

namespace fingerpost::exchange {
namespace {

bool meet(const std::set<std::string>& left, const std::set<std::string>& right) {
  return std::any_of(left.begin(), left.end(),
                     [&](const std::string& one) { return right.count(one) > 0; });
}

}  // namespace

void add_numbers(NodeRef node, Numbers& numbers) {
  each(node, "identifier", [&](NodeRef identifier) {
    const auto system = child_text(identifier, "system");
    const auto value = child_text(identifier, "value");
    if (system.empty() || value.empty()) return;
    if (record::is_nhs_number_system(system)) numbers.nhs.emplace(value);
    numbers.all.insert(std::string(system) + "|" + std::string(value));
  });
}

bool are_one(const Numbers& left, const Numbers& right) {
  if (!left.nhs.empty() && !right.nhs.empty()) return meet(left.nhs, right.nhs);
  return meet(left.all, right.all);
}

std::string_view replaced_by(NodeRef patient) {
  std::string_view other;
  each(patient, "link", [&](NodeRef link) {
    if (other.empty() && child_text(link, "type") == "replaced-by")
      other = child_text(child(link, "other"), "reference");
  });
  return other;
}

}  // namespace fingerpost::exchange
