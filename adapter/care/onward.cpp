#include "care/onward.h"

namespace fingerpost::care {
namespace {

// Whether the reference is to a resource of the type: Type/id, alone or at the end of a URL.
bool refers_to(std::string_view type, std::string_view reference) {
  const auto id = reference.rfind('/');
  if (id == std::string_view::npos) return false;
  const auto before = reference.substr(0, id);
  const auto start = before.rfind('/');
  return (start == std::string_view::npos ? before : before.substr(start + 1)) == type;
}

}  // namespace

std::optional<Links> as_onward(const Links& links) {
  const bool by_request = refers_to("ServiceRequest", links.request_based_on);
  const bool by_task = refers_to("Task", links.task_part_of);
  const bool filled = links.intent == "filler-order";
  // A request that is only based on another one may be its renewal, and a Task that is only a part
  // of another one a step of it: either is an onward referral with the other, or as a filler-order.
  if (!filled && !(by_request && by_task)) return std::nullopt;
  Links said{"filler-order", links.request_based_on, links.task_part_of, ""};
  if (said.request_based_on.empty() && refers_to("ServiceRequest", links.task_based_on))
    said.request_based_on = links.task_based_on;
  if (said.task_part_of.empty() && refers_to("Task", links.task_based_on))
    said.task_part_of = links.task_based_on;
  if (said.request_based_on.empty() && said.task_part_of.empty()) return std::nullopt;
  return said;
}

std::optional<std::size_t> duplicate_of(const Asked& asked, std::span<const Asked> before) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& other = before[i];
    const bool same_service =
        other.owner == asked.owner || other.owner.empty() || asked.owner.empty();
    const bool same_need = !asked.code.empty() && other.code == asked.code;
    if (open(other.standing.status) && other.patient == asked.patient && same_need && same_service)
      return i;
  }
  return std::nullopt;
}

}  // namespace fingerpost::care
