#include "exchange/retry.h"

#include <algorithm>

namespace fingerpost::exchange {

std::int64_t retry_delay_us(const RetryPolicy& policy, int attempts, const remote::Answer& answer,
                            Random& random) {
  const bool unknown = answer.outcome == remote::Outcome::unknown;
  std::int64_t delay = std::max(policy.first_us, unknown ? policy.unknown_first_us : 0);
  for (int i = 1; i < attempts && delay < policy.most_us; ++i) delay *= 2;
  delay = std::min(delay, policy.most_us);
  const auto half = delay / 2;
  const auto chance =
      static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(half + 1));
  return std::max(half + chance, answer.retry_after_us);
}

store::OutboxUpdate after_go(const RetryPolicy& policy, const store::OutboxRow& row,
                             const remote::Answer& answer, std::int64_t now_us, Random& random) {
  store::OutboxUpdate update;
  update.id = row.id;
  update.kind = row.kind;
  update.note = std::string(name(answer.outcome)) + ": " + answer.reason;
  switch (answer.outcome) {
    case remote::Outcome::delivered:
      update.status = store::OutboxStatus::delivered;
      return update;
    case remote::Outcome::refused:
      update.status = store::OutboxStatus::dead;
      return update;
    case remote::Outcome::later:
    case remote::Outcome::unknown:
      break;
  }
  if (row.attempts >= policy.goes) {
    update.status = store::OutboxStatus::dead;
    update.note = "given up after " + std::to_string(row.attempts) + " goes; " + *update.note;
    return update;
  }
  update.status = store::OutboxStatus::waiting;
  update.due_us = now_us + retry_delay_us(policy, row.attempts, answer, random);
  return update;
}

}  // namespace fingerpost::exchange
