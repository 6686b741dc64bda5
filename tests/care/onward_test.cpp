#include "care/onward.h"

#include "support/catch.h"

using namespace fingerpost;
using namespace fingerpost::care;

TEST_CASE("an onward referral is known in each way that it is written, and told in one") {
  struct Row {
    const char* name;
    Links links;
    std::optional<Links> said;
  };
  const Links specified{"filler-order", "ServiceRequest/a", "Task/a", ""};
  const Row rows[] = {
      {"as specified", specified, specified},
      {"original-order, as in the examples",
       {"original-order", "ServiceRequest/a", "Task/a", ""},
       specified},
      {"by Task.basedOn to the request",
       {"filler-order", "", "", "ServiceRequest/a"},
       Links{"filler-order", "ServiceRequest/a", "", ""}},
      {"by Task.basedOn to the Task",
       {"filler-order", "", "", "https://a.example/fhir/Task/a"},
       Links{"filler-order", "", "https://a.example/fhir/Task/a", ""}},
      {"a renewal", {"order", "ServiceRequest/a", "", ""}, std::nullopt},
      {"a step of a Task", {"order", "", "Task/a", ""}, std::nullopt},
      {"a plan's request", {"order", "CarePlan/a", "Task/a", ""}, std::nullopt},
      {"a filler-order of nothing", {"filler-order", "", "", ""}, std::nullopt},
      {"no reference", {"filler-order", "", "", "a"}, std::nullopt},
      {"a first request", {"order", "", "", ""}, std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK((as_onward(row.links) == row.said));
  }
}

TEST_CASE("the same need of the same person is found while the first referral is open") {
  const Standing open{Status::in_progress, Withdrawal::asked}, ended{Status::rejected, {}};
  const Asked before[] = {{"Patient/a", "s|1", "garden", ended},
                          {"Patient/a", "s|1", "garden", open},
                          {"Patient/b", "s|1", "", open},
                          {"Patient/d", "", "garden", open}};
  struct Row {
    Asked asked;
    std::optional<std::size_t> found;
  };
  const Row rows[] = {
      {{"Patient/a", "s|1", "garden", {}}, 1},
      {{"Patient/a", "s|1", "", {}}, 1},
      {{"Patient/a", "s|1", "advice", {}}, std::nullopt},
      {{"Patient/a", "s|2", "garden", {}}, std::nullopt},
      {{"Patient/b", "s|1", "advice", {}}, 2},
      {{"Patient/c", "s|1", "garden", {}}, std::nullopt},
      // Two requests in words may be of two needs.
      {{"Patient/d", "", "garden", {}}, std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(row.asked.patient, row.asked.code, row.asked.owner);
    CHECK((duplicate_of(row.asked, before) == row.found));
  }
}
