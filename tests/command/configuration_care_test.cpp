#include "command/configuration.h"
#include "support/catch.h"

using namespace fingerpost;
using namespace fingerpost::command;
using std::chrono::hours;

TEST_CASE("the deadlines of care are read in their units, and have defaults") {
  const auto none = read_configuration("", "g.toml");
  REQUIRE(none);
  CHECK(none->policy.deadlines.response == hours(24 * 14));
  CHECK(none->policy.disclosure == care::Disclosure::all);
  const auto read = read_configuration(
      "[care]\nresponse_days = 10\nnudge_days = 3\nbegin_days = 21\noutcome_days = 60\n"
      "cancellation_days = 7\nlook_every_seconds = 60\nact_within_hours = 24\n"
      "check_within_days = 5\ninvitations = 4\ndisclosure = \"codes\"\n",
      "g.toml");
  REQUIRE(read);
  const auto& policy = read->policy;
  CHECK(policy.deadlines.response == hours(24 * 10));
  CHECK(policy.deadlines.nudge == hours(24 * 3));
  CHECK(policy.deadlines.begin == hours(24 * 21));
  CHECK(policy.deadlines.news == hours(24 * 60));
  CHECK(policy.deadlines.cancellation == hours(24 * 7));
  CHECK(policy.look_every == std::chrono::seconds(60));
  CHECK(policy.act_within == hours(24));
  CHECK(policy.check_within == hours(24 * 5));
  CHECK(policy.invitations == 4);
  CHECK(policy.disclosure == care::Disclosure::codes);
}

TEST_CASE("a deadline that cannot be is a mistake of the configuration") {
  struct Row {
    const char *text, *problem;
  };
  const auto row = GENERATE(Row{"response_days = 0", "at least 1"},
                            Row{"begin_days = 5000", "ten years at most"},
                            Row{"nudge_days = 14", "come before response_days"},
                            Row{"invitations = 0", "at least 1"},
                            Row{"disclosure = \"some\"", "must be one of: none, codes"},
                            Row{"respons_days = 3", "is it response_days?"});
  CAPTURE(row.text);
  const auto refused = read_configuration("[care]\n" + std::string(row.text) + "\n", "g.toml");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find(row.problem) != std::string::npos);
}
