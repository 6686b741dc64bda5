#include "care/sessions.h"

#include <string>
#include <utility>

namespace fingerpost::care {
namespace {

Error refused(std::string text) {
  return {Kind::unsupported, std::move(text), "Task.extension"};
}

}  // namespace

Result<void> check_sessions(const std::optional<Sessions>& before, const Sessions& now,
                            bool audited) {
  if (now.attended > now.planned) return refused("more sessions were attended than are planned");
  if (now.needed.value_or(0) > now.planned)
    return refused("more sessions are needed than are planned");
  if (before && now.attended < before->attended && !audited)
    return refused("sessions that were attended stay so: " + std::to_string(before->attended));
  return {};
}

Result<void> check_completed(const Sessions& sessions, bool reason) {
  if (sessions.attended >= sessions.needed.value_or(0) || reason) return {};
  return refused("the course is complete with " + std::to_string(*sessions.needed) +
                 " sessions, and " + std::to_string(sessions.attended) +
                 " were attended: statusReason says why it is completed");
}

}  // namespace fingerpost::care
