#include "exchange/retry.h"

#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;
using remote::Answer;
using remote::Outcome;

TEST_CASE("the delay doubles up to its most, half of it by chance") {
  const RetryPolicy policy;
  SeededRandom random;
  const Answer later{Outcome::later, "", 0, 503, ""};
  std::int64_t full = policy.first_us;
  for (int attempts = 1; attempts <= 40; ++attempts) {
    CAPTURE(attempts);
    for (int i = 0; i < 50; ++i) {
      const auto delay = retry_delay_us(policy, attempts, later, random);
      CHECK(delay >= full / 2);
      CHECK(delay <= full);
    }
    full = std::min(full * 2, policy.most_us);
  }
}

TEST_CASE("the peer's wish stands when it is later, and silence waits longer") {
  const RetryPolicy policy;
  SeededRandom random;
  CHECK(retry_delay_us(policy, 1, {Outcome::later, "", 90'000'000, 503, ""}, random) == 90'000'000);
  CHECK(retry_delay_us(policy, 1, {Outcome::unknown, "", 0, 0, ""}, random) >=
        policy.unknown_first_us / 2);
}

TEST_CASE("what becomes of a row after a go") {
  struct Row {
    Outcome outcome;
    int attempts;
    store::OutboxStatus status;
  };
  using store::OutboxStatus;
  const RetryPolicy policy;
  const auto one = GENERATE_COPY(
      Row{Outcome::delivered, 1, OutboxStatus::delivered},
      Row{Outcome::refused, 1, OutboxStatus::dead}, Row{Outcome::later, 1, OutboxStatus::waiting},
      Row{Outcome::unknown, 149, OutboxStatus::waiting},
      Row{Outcome::unknown, 150, OutboxStatus::dead}, Row{Outcome::later, 150, OutboxStatus::dead});
  SeededRandom random;
  store::OutboxRow row;
  row.id = 7;
  row.attempts = one.attempts;
  const auto update = after_go(policy, row, {one.outcome, "why", 0, 0, ""}, 1'000, random);
  CHECK(update.id == 7);
  CHECK(update.status == one.status);
  CHECK(update.note->find("why") != std::string::npos);
  CHECK(update.due_us.has_value() == (one.status == OutboxStatus::waiting));
}
