#include "command/configuration.h"
#include "support/catch.h"

#include <string>

using namespace fingerpost;
using namespace fingerpost::command;

namespace {

const std::string partner = "[[partner]]\nid = \"north\"\n";

}  // namespace

TEST_CASE("operators are answered on loopback, and say what is too long for them") {
  const auto read = read_configuration(partner + R"(
[admin]
listen = "127.0.0.1:9190"
[subscriptions]
endpoints = ["https://hub.example/told/", "http://127.0.0.1:9/told"]
most = 3
[alarms]
outbox_minutes = 5
inbox_minutes = 2
certificate_days = 7
quiet = [{ partner = "north", minutes = 90 }]
)",
                                       "g.toml");
  REQUIRE(read);
  CHECK(read->operators.listen == Address{"127.0.0.1", 9190});
  CHECK(read->operators.alarms.outbox_us == 300'000'000);
  CHECK(read->operators.alarms.inbox_us == 120'000'000);
  CHECK(read->operators.alarms.certificate_us == 604'800'000'000);
  REQUIRE(read->operators.alarms.quiet.size() == 1);
  CHECK(read->operators.alarms.quiet[0].partner == "north");
  CHECK(read->operators.alarms.quiet[0].us == 5'400'000'000);
  CHECK(read->subscriptions.endpoints ==
        std::vector<std::string>{"https://hub.example/told", "http://127.0.0.1:9/told"});
  CHECK(read->subscriptions.most == 3);
  const auto plain = read_configuration("", "g.toml");
  CHECK(plain->operators.listen == Address{"127.0.0.1", 0});
  CHECK(plain->operators.alarms.outbox_us == 3'600'000'000);
}

TEST_CASE("operators are answered nowhere else, and warned of partners alone") {
  struct Row {
    std::string text;
    const char* fault;
  };
  const auto row = GENERATE_COPY(
      Row{"[admin]\nlisten = \"0.0.0.0:9090\"\n", "admin.listen: must be numeric and on loopback"},
      Row{"[admin]\nlisten = \"localhost:1\"\n", "admin.listen: must be numeric and on loopback"},
      Row{"[alarms]\nquiet = [{ partner = \"south\", minutes = 1 }]\n", "south: is no partner"},
      Row{partner + "[alarms]\nquiet = [{ partner = \"north\" }]\n", "needs a partner, and its"},
      Row{"[alarms]\noutbox_minutes = -1\n", "is out of range"},
      Row{"[subscriptions]\nendpoints = [\"http://other.example/told\"]\n", "must begin with"},
      Row{"[subscriptions]\nendpoints = [\"https://\"]\n", "must begin with https://"});
  CAPTURE(row.text);
  const auto read = read_configuration(row.text, "g.toml");
  REQUIRE_FALSE(read);
  CHECK(read.error().text.find(row.fault) != std::string::npos);
}
