// BaRS messages at the real program's public interface.
#include "command/http_call.h"
#include "support/ports.h"
#include "support/program.h"

#include <catch2/catch.hpp>

using namespace fingerpost;
using test::eventually;

namespace {

struct Gateway {
  test::Folder folder;
  command::Address at = {"127.0.0.1", test::free_port()};
  std::optional<test::Program> program;

  Gateway() {
    const auto partner = [](const std::string& id, const std::string& ods,
                            const std::string& channel) {
      return "[[partner]]\nid = \"" + id +
             "\"\nidentifier = [{ system = "
             "\"https://fhir.nhs.uk/Id/ods-organization-code\", value = \"" +
             ods + "\" }]\nchannel = \"" + channel + "\"\n";
    };
    folder.write("gateway.toml",
                 partner("surgery", "A99999", "none") + partner("links", "X99999", "self"));
    start();
  }
  void start() {
    program.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "data").string(), "--http",
                                 to_text(at), "--config", (folder / "gateway.toml").string()},
        folder / "out", folder / "log");
    REQUIRE(eventually([&] { return call("GET", "/health/ready").status == 200; }));
  }

  command::HttpReply call(const std::string& method, const std::string& path,
                          const std::string& body = "", const std::string& fields = "") const {
    auto reply = command::call(at, {method, path, body, fields}, command::in_seconds(60));
    return reply ? *reply : command::HttpReply{};
  }
  command::HttpReply post(const std::string& body, const std::string& fields = "") const {
    return call("POST", "/fhir/$process-message", body,
                "Content-Type: application/fhir+json\r\n" + fields);
  }
};

std::string sample() {
  return test::read_file(test::project_dir() + "/mappings/bars/samples/referral-request.json");
}
bool has(const command::HttpReply& reply, std::string_view text) {
  return reply.body.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a BaRS message is posted to $process-message, and known again after a kill") {
  Gateway gateway;
  const std::string fields =
      "X-Request-Id: 11111111-1111-4111-8111-111111111111\r\n"
      "X-Correlation-Id: 22222222-2222-4222-8222-222222222222\r\n";
  const auto taken = gateway.post(sample(), fields);
  CAPTURE(taken.body);
  REQUIRE(taken.status == 200);
  CHECK(has(taken, "\"response\":{\"identifier\":\"00000000-0000-4000-8000-000000000001\""));
  CHECK(has(gateway.call("GET", "/fhir/Task?status=requested"), "\"total\":1"));
  CHECK(has(gateway.call("GET", "/fhir/Provenance?_summary=count"), "\"total\":1"));

  gateway.program->signal(SIGKILL);
  gateway.program->wait(std::chrono::seconds(30));
  gateway.start();
  const auto again = gateway.post(sample(), fields);
  CHECK(again.status == 200);
  CHECK(again.body == taken.body);
  CHECK(has(gateway.call("GET", "/fhir/ServiceRequest?_summary=count"), "\"total\":1"));

  auto other = sample();
  other.replace(other.find("meet people"), 11, "see the sea");
  const auto refused = gateway.post(other, fields);
  CHECK(refused.status == 409);
  CHECK(has(refused, "REC_CONFLICT"));
  CHECK(has(refused, "\"code\":\"duplicate\""));
}

TEST_CASE("what is no BaRS message is refused by $process-message in BaRS's codes") {
  Gateway gateway;
  struct Row {
    const char* what;
    std::string body;
    std::string fields;
    int status;
  };
  const Row rows[] = {
      {"no Bundle", R"({"resourceType":"Patient"})", "", 400},
      {"a bad target", sample(), "NHSD-Target-Identifier: ???\r\n", 400},
      {"nothing", "", "", 400},
  };
  for (const auto& row : rows) {
    const auto refused = gateway.post(row.body, row.fields);
    CAPTURE(row.what, refused.body);
    CHECK(refused.status == row.status);
    CHECK(has(refused, "OperationOutcome"));
    if (!row.body.empty()) CHECK(has(refused, "REC_BAD_REQUEST"));
  }
  CHECK(gateway.call("GET", "/fhir/$process-message").status == 405);
  CHECK(gateway
            .call("POST", "/fhir/$process-message?async=true", sample(),
                  "Content-Type: application/fhir+json\r\n")
            .status == 400);
}

TEST_CASE("config check says which partners of BaRS can be sent nothing") {
  test::Folder folder;
  const std::string text =
      "data = \"" + (folder / "data").string() +
      "\"\n[[partner]]\nid = \"pharmacy\"\nchannel = \"bars\"\nbars = { base = "
      "\"http://127.0.0.1:9/FHIR/R4\", service = \"2000099999\" }\n"
      "[[partner]]\nid = \"quiet\"\nchannel = \"none\"\n";
  const auto check = [&](const std::string& more) {
    return test::run({"config", "check", folder.write("gateway.toml", text + more)});
  };
  const auto without = check("");
  CHECK(without.status == 1);
  CHECK(without.error.find("partner pharmacy: cannot be sent referrals") != std::string::npos);
  CHECK(without.error.find("bars.use_case") != std::string::npos);
  CHECK(without.error.find("quiet") == std::string::npos);
  const auto with = check("[bars]\nuse_case = \"a1t1\"\norganisation = \"X99999\"\n");
  CAPTURE(with.error);
  CHECK(with.status == 0);
}

TEST_CASE("$process-message is stated and defined") {
  Gateway gateway;
  const auto statement = gateway.call("GET", "/fhir/metadata");
  CHECK(has(statement, "\"name\":\"process-message\""));
  CHECK(has(statement, "bars-message-servicerequest-request-referral"));
  CHECK(has(statement, "/fhir/$process-message\""));
  const auto definition =
      gateway.call("GET", "/fhir/OperationDefinition/MessageHeader-process-message");
  CHECK(definition.status == 200);
  CHECK(has(definition, "\"code\":\"process-message\""));
}
