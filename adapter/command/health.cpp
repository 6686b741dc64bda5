#include "command/health.h"

namespace fingerpost::command {

std::string health_report(store::Health health, const Result<store::QueueCounts>& counts) {
  std::string out = R"({"store":")" + std::string(store::name(health)) + '"';
  if (!counts) return out + "}";
  const auto number = [&out](const char* before, std::int64_t value) {
    out += before + std::to_string(value);
  };
  number(R"(,"inbox":{"refused":)", counts->inbox_refused);
  number(R"(,"quarantined":)", counts->inbox_quarantined);
  number(R"(},"outbox":{"held":)", counts->outbox_held);
  number(R"(,"dead":)", counts->outbox_dead);
  number(R"(},"countedTo":)", store::most_counted);
  return out + "}";
}

}  // namespace fingerpost::command
