// The main job, by the real program: a GP record and a referral come in over the wire, the referral
// reaches a second gateway, its outcome comes back to the GP system.
#include "command/http_call.h"
#include "support/ports.h"
#include "support/program.h"

#include <catch2/catch.hpp>

#include <regex>

using namespace fingerpost;
using command::Address;
using test::eventually;
using test::read_file;

namespace {

const std::string samples = test::project_dir() + "/mappings/";
const std::string referral = samples + "hl7v2/samples/ref-i12-social-prescribing.hl7";
const std::string record = samples + "gpconnect/samples/gpconnect-record.json";

Address free_address() {
  return {"127.0.0.1", test::free_port()};
}

command::HttpReply call(const Address& at, const command::HttpCall& request) {
  auto reply = command::call(at, request, command::in_seconds(60));
  return reply ? *reply : command::HttpReply{};
}

command::HttpReply get(const Address& at, const std::string& path) {
  return call(at, {"GET", path, "", ""});
}

bool ready(const Address& at) {
  return get(at, "/health/ready").status == 200;
}

// What the expression's group finds first.
std::string find(const std::string& text, const std::string& expression) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(expression)) ? match[1].str() : "";
}

std::string partner(const std::string& id, const std::string& ods, const std::string& channel) {
  return "[[partner]]\nid = \"" + id +
         "\"\nidentifier = [{ system = "
         "\"https://fhir.nhs.uk/Id/ods-organization-code\", value = \"" +
         ods + "\" }]\n" + channel;
}

// A practice's gateway, a service's, and the practice's GP system.
struct World {
  test::Folder folder;
  Address practice = free_address(), messages = free_address(), service = free_address(),
          gp_system = free_address();
  std::optional<test::Program> practice_gateway, service_gateway, stand_in;

  World() {
    const auto fhir = [](const Address& at) {
      return "channel = \"fhir\"\nfhir = \"http://" + to_text(at) + "/fhir\"\n";
    };
    folder.write(
        "practice.toml",
        partner("gp", "A99901", "channel = \"mllp\"\nmllp = \"" + to_text(gp_system) + "\"\n") +
            partner("service", "RLP99", fhir(service)));
    folder.write("service.toml", partner("self", "RLP99", "channel = \"self\"\n") +
                                     partner("practice", "A99901", fhir(practice)));
    stand_in.emplace(std::vector<std::string>{"mllp", "listen", to_text(gp_system)},
                     folder / "gp.out", folder / "gp.log");
    start_practice();
    service_gateway.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "service").string(), "--http",
                                 to_text(service), "--config", (folder / "service.toml").string()},
        folder / "service.out", folder / "service.log");
  }

  void start_practice() {
    practice_gateway.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "practice").string(), "--http",
                                 to_text(practice), "--mllp", to_text(messages), "--config",
                                 (folder / "practice.toml").string()},
        folder / "practice.out", folder / "practice.log");
  }

  std::string task_at(const Address& at, const std::string& id) const {
    return get(at, "/fhir/Task/" + id).body;
  }
  bool task_is(const Address& at, const std::string& id, const std::string& status) const {
    return task_at(at, id).find("\"status\":\"" + status + "\"") != std::string::npos;
  }

  // The service's next step.
  int write_step(const std::string& id, const std::string& from, const std::string& to,
                 const std::string& members = "") const {
    auto body = task_at(service, id);
    const auto old = "\"status\":\"" + from + "\"";
    const auto at = body.find(old);
    if (at == std::string::npos) return 0;
    body.replace(at, old.size(), "\"status\":\"" + to + "\"" + members);
    return call(service,
                {"PUT", "/fhir/Task/" + id, body, "Content-Type: application/fhir+json\r\n"})
        .status;
  }
};

}  // namespace

TEST_CASE("a referral reaches the service and its outcome comes back to the GP system") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice) && ready(world.service); }));

  const auto sent = test::run({"mllp", "send", to_text(world.messages), referral});
  CAPTURE(sent.out, sent.error);
  REQUIRE(sent.status == 0);
  std::string tasks;
  REQUIRE(eventually([&] {
    tasks = get(world.practice, "/fhir/Task").body;
    return tasks.find("\"resourceType\":\"Task\"") != std::string::npos;
  }));
  const auto id = find(tasks, "\"resourceType\":\"Task\",\"id\":\"([^\"]+)\"");
  REQUIRE_FALSE(id.empty());
  CAPTURE(id);

  REQUIRE(eventually([&] { return world.task_is(world.service, id, "requested"); }));
  CHECK(world.write_step(id, "requested", "accepted") == 200);
  CHECK(eventually([&] { return world.task_is(world.practice, id, "accepted"); }));
  CHECK(eventually(
      [&] { return read_file(world.folder / "gp.out").find("RF1|A") != std::string::npos; }));

  CHECK(world.write_step(id, "accepted", "in-progress") == 200);
  CHECK(world.write_step(
            id, "in-progress", "completed",
            R"(,"output":[{"type":{"text":"Outcome"},"valueString":"joined a choir"}])") == 200);
  CHECK(eventually([&] { return world.task_is(world.practice, id, "completed"); }));
  CHECK(world.task_at(world.practice, id).find("joined a choir") != std::string::npos);
  CHECK(eventually([&] {
    return read_file(world.folder / "gp.out").find("joined a choir") != std::string::npos;
  }));

  SECTION("and neither gateway's log holds anything of the patient") {
    for (const auto* log : {"practice.log", "service.log"})
      for (const auto* secret : {"Winterbourne", "9990000018", "joined a choir", "01632960003"}) {
        CAPTURE(log, secret);
        CHECK(read_file(world.folder / log).find(secret) == std::string::npos);
      }
  }
}

TEST_CASE("a record is kept, translated and answered with its loss report") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice); }));
  const auto body = read_file(record);
  const command::HttpCall post{"POST", "/inbox/gpconnect", body,
                               "Content-Type: application/json\r\n"};
  const auto taken = call(world.practice, post);
  CAPTURE(taken.body.substr(0, 2000));
  REQUIRE(taken.status == 200);
  CHECK(taken.body.find("\"lost\"") != std::string::npos);
  CHECK(find(get(world.practice, "/fhir/CarePlan?_summary=count").body, "\"total\":([0-9]+)") ==
        "1");
  CHECK(call(world.practice, post).body == taken.body);
  CHECK(call(world.practice, {"POST", "/inbox/fax", body, ""}).status == 404);
  CHECK(get(world.practice, "/inbox/gpconnect").status == 405);
  for (const auto* source : {"a%20b", "nobody", ""})
    CHECK(call(world.practice, {"POST", "/inbox/gpconnect?source=" + std::string(source), body, ""})
              .status == 400);
  const auto extract = read_file(samples + "gp2gp/samples/gp2gp-record.xml");
  CHECK(call(world.practice, {"POST", "/inbox/gp2gp?source=gp", extract, ""}).status == 200);
  CHECK(find(get(world.practice, "/fhir/Provenance?_summary=count").body, "\"total\":([0-9]+)") ==
        "2");
  const auto broken = call(world.practice, {"POST", "/inbox/gpconnect", "{\"a\":1,\"a\":2}", ""});
  CHECK(broken.status == 400);
  CHECK(broken.body.find("OperationOutcome") != std::string::npos);
}

TEST_CASE(
    "a gateway that is told to stop stops cleanly, and what it took is there after a restart") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice); }));
  REQUIRE(test::run({"mllp", "send", to_text(world.messages), referral}).status == 0);
  world.practice_gateway->signal(SIGTERM);
  CHECK(world.practice_gateway->wait(std::chrono::seconds(60)) == 0);
  CHECK(read_file(world.folder / "practice.log").find("\"event\":\"stopped\"") !=
        std::string::npos);
  world.start_practice();
  REQUIRE(eventually([&] { return ready(world.practice); }));
  CHECK(eventually([&] {
    return get(world.practice, "/fhir/Task").body.find("\"resourceType\":\"Task\"") !=
           std::string::npos;
  }));
}

TEST_CASE("the queues are the same for whoever asks, the running gateway or its folder") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice) && ready(world.service); }));
  REQUIRE(test::run({"mllp", "send", to_text(world.messages), referral}).status == 0);
  const auto broken =
      world.folder.write("broken.hl7", "MSH|^~\\&|GP|A|FP|B|20261122||REF^I12|B1|P|2.4\r");
  CHECK(test::run({"mllp", "send", to_text(world.messages), broken}).status == 1);
  const auto data = (world.folder / "practice").string();
  const auto ask = [&](const std::string& box, const std::string& action,
                       const std::string& id = "") {
    std::vector<std::string> words{box, action, "--data", data};
    if (!id.empty()) words.push_back(id);
    return test::run(words);
  };
  const auto kept = [&] {
    const auto inbox = ask("inbox", "list");
    CHECK(inbox.status == 0);
    CHECK(inbox.out.find("\"status\":\"applied\"") != std::string::npos);
    CHECK(inbox.out.find("\"status\":\"refused\"") != std::string::npos);
    CHECK(inbox.out.find("Winterbourne") == std::string::npos);
    CHECK(inbox.error.empty());
    const auto one = test::run({"inbox", "list", "--data", data, "--limit", "1"});
    CHECK(one.error.starts_with("there may be more: --after "));
    CHECK(one.out == inbox.out.substr(0, inbox.out.find('\n') + 1));
    const auto id = find(inbox.out, "\"id\":([0-9]+),\"status\":\"applied\"");
    CHECK(ask("inbox", "show", id).out.find("Winterbourne") != std::string::npos);
    CHECK(ask("inbox", "show", "999999").status == 2);
    CHECK(ask("inbox", "retry", id).status == 2);
    CHECK(ask("outbox", "hold", "service").status == 0);
    CHECK(ask("outbox", "lanes").out.find("\"lane\":\"service\",\"held\":true") !=
          std::string::npos);
    CHECK(ask("outbox", "release", "service").status == 0);
    CHECK(test::run({"outbox", "list", "--data", data, "--status", "odd"}).status == 2);
  };
  REQUIRE(eventually([&] {
    return ask("outbox", "list").out.find("\"status\":\"delivered\"") != std::string::npos;
  }));
  kept();
  world.practice_gateway->signal(SIGTERM);
  REQUIRE(world.practice_gateway->wait(std::chrono::seconds(60)) == 0);
  kept();
}

TEST_CASE("what needs a person is in the log when it happens, and counted") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice); }));
  const auto health = [&] { return get(world.practice, "/health").body; };
  CHECK(health() == R"({"store":"good","inbox":{"refused":0,"quarantined":0},)"
                    R"("outbox":{"held":0,"dead":0},"countedTo":10000})");
  const auto broken = world.folder.write(
      "broken.hl7", "MSH|^~\\&|GP|A|FP|B|20261122||REF^I12|B1|P|2.4\rPRD|RT|Winterbourne\r");
  CHECK(test::run({"mllp", "send", to_text(world.messages), broken}).status == 1);
  const std::string twice = R"({"resourceType":"Patient","id":"Winterbourne","id":"b"})";
  CHECK(call(world.practice,
             {"POST", "/fhir/Patient", twice, "Content-Type: application/fhir+json\r\n"})
            .status == 400);
  CHECK(call(world.practice, {"POST", "/inbox/gpconnect", twice, ""}).status == 400);
  CHECK(health().find(R"("refused":3)") != std::string::npos);
  const auto log = [&] { return read_file(world.folder / "practice.log"); };
  for (const auto* kind : {"hl7v2", "fhir-create", "gpconnect"}) {
    const auto line = R"("event":"inbox row refused","id":"[0-9]+","kind":")" + std::string(kind) +
                      R"re(","reason":"([^"]+)")re";
    CAPTURE(line);
    CHECK(eventually([&] { return !find(log(), line).empty(); }));
  }
  CHECK(log().find("Winterbourne") == std::string::npos);
}

TEST_CASE("the operators' door opens to its token alone") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice); }));
  const auto path = world.folder / "practice";
  const auto door = read_file(path / "gateway.door");
  const auto at = command::read_address(door.substr(0, door.find(' '))).value();
  const auto token = door.substr(door.find(' ') + 1, 32);
  CHECK(std::filesystem::status(path / "gateway.door").permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(get(at, "/inbox").status == 403);
  CHECK(call(at, {"GET", "/inbox", "", "Authorization: Bearer x\r\n"}).status == 403);
  CHECK(call(at, {"GET", "/inbox", "", "Authorization: Bearer " + token + "\r\n"}).status == 200);
  CHECK(get(world.practice, "/admin/inbox").status == 404);
}

TEST_CASE("metrics are open to this machine, and hold nobody's data") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice) && ready(world.service); }));
  const auto door = read_file(world.folder / "practice" / "gateway.door");
  const auto at = command::read_address(door.substr(0, door.find(' '))).value();
  REQUIRE(eventually([&] { return get(at, "/metrics").status == 200; }));
  REQUIRE(test::run({"mllp", "send", to_text(world.messages), referral}).status == 0);
  CHECK(get(world.practice, "/fhir/Patient/none").status == 404);
  const auto page = [&] { return get(at, "/metrics").body; };
  const auto has = [&](const std::string& line) {
    return eventually([&] { return page().find("\n" + line + "\n") != std::string::npos; });
  };
  CHECK(has(R"(fingerpost_http_answers_total{interaction="read",status="4xx"} 1)"));
  CHECK(has(R"(fingerpost_inbox_messages_total{result="accepted"} 1)"));
  CHECK(has(R"(fingerpost_outbox_goes_total{result="delivered"} 1)"));
  CHECK(has(R"(fingerpost_outbox_rows{lane="service",state="open"} 0)"));
  CHECK(has(R"(fingerpost_store_state{state="good"} 1)"));
  CHECK_FALSE(find(page(), "fingerpost_store_sync_seconds_count ([1-9][0-9]*)").empty());
  CHECK(page().find("Winterbourne") == std::string::npos);
  CHECK(get(world.practice, "/metrics").status == 404);
}

TEST_CASE("an applied message is replayed by the maps of now, which a dry run only shows") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice) && ready(world.service); }));
  REQUIRE(test::run({"mllp", "send", to_text(world.messages), referral}).status == 0);
  const auto data = (world.folder / "practice").string();
  const auto source =
      find(test::run({"inbox", "list", "--data", data}).out, "\"source\":\"([^\"]+)\"");
  for (const auto& words : {std::vector<std::string>{"1"},
                            {"--partner", source},
                            {"--partner", source, "--dry-run", "--show"}}) {
    std::vector<std::string> all{"inbox", "replay", "--data", data};
    all.insert(all.end(), words.begin(), words.end());
    const auto done = test::run(all);
    CAPTURE(words.size(), done.out, done.error);
    CHECK(done.status == 0);
    CHECK(done.out == "{\"id\":1,\"resources\":[],\"deliveries\":0}\n");
  }
  CHECK(test::run({"inbox", "replay", "--data", data}).status == 2);
  CHECK(test::run({"inbox", "replay", "--data", data, "99"}).status == 2);
  CHECK(test::run({"outbox", "retry", "--data", data}).status == 2);
  CHECK(test::run({"outbox", "retry", "--data", data, "1", "--all-dead"}).status == 2);
  const auto retried = test::run({"outbox", "retry", "--data", data, "--all-dead"});
  CHECK(retried.out == "{\"retried\":0,\"overtaken\":0,\"notWritten\":0}\n");
  CHECK(test::run({"outbox", "retry", "--data", data, "--lane", "service"}).out == retried.out);
  world.practice_gateway->signal(SIGTERM);
  REQUIRE(world.practice_gateway->wait(std::chrono::seconds(60)) == 0);
  CHECK(test::run({"inbox", "replay", "--data", data, "1"}).status == 2);
}

TEST_CASE("two gateways cannot have one data folder, nor one port") {
  World world;
  REQUIRE(eventually([&] { return ready(world.practice); }));
  const auto folder =
      test::run({"serve", "--data", (world.folder / "practice").string(), "--http", "127.0.0.1:0"});
  CHECK(folder.status == 2);
  CHECK_FALSE(folder.error.empty());
  const auto port = test::run(
      {"serve", "--data", (world.folder / "other").string(), "--http", to_text(world.practice)});
  CHECK(port.status == 2);
  CHECK(port.error.find(to_text(world.practice)) != std::string::npos);
}

TEST_CASE(
    "packages of the configuration are known to $validate and to the terminology operations") {
  const test::Folder folder;
  std::filesystem::create_directory(folder / "package");
  folder.write("package/p.json", R"({"resourceType":"StructureDefinition",
    "url":"http://test.example/named","name":"Named","status":"draft","kind":"resource",
    "abstract":false,"type":"Patient","derivation":"constraint",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient",
    "differential":{"element":[{"id":"Patient.name","path":"Patient.name","min":1}]}})");
  folder.write("package/v.json", R"({"resourceType":"ValueSet","url":"http://test.example/v",
    "status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"one"}]}]}})");
  folder.write("package/m.json", R"({"resourceType":"ConceptMap","url":"http://test.example/m",
    "status":"active","group":[{"source":"urn:s","target":"urn:t","element":[{"code":"one",
    "target":[{"code":"uno","equivalence":"equal"}]}]}]})");
  folder.write("package/broken.json", R"({"resourceType":"ValueSet",)");
  const auto config = folder.write("g.toml", "[fhir]\npackages = [\"package\"]\n");
  const auto at = free_address();
  const auto serve = [&](const std::string& with) {
    return std::vector<std::string>{
        "serve", "--data", (folder / "data").string(), "--http", to_text(at), "--config", with};
  };
  test::Program gateway(serve(config), folder / "out", folder / "log");
  REQUIRE(eventually([&] { return ready(at); }));
  const auto json = "Content-Type: application/fhir+json\r\n";
  const auto validated =
      call(at, {"POST", "/fhir/Patient/$validate?profile=http://test.example/named",
                R"({"resourceType":"Patient"})", json});
  CHECK(validated.body.find("Patient.name needs at least 1") != std::string::npos);
  CHECK(get(at, "/fhir/ValueSet/$expand?url=http://test.example/v").body.find("\"one\"") !=
        std::string::npos);
  CHECK(get(at, "/fhir/ConceptMap/$translate?url=http://test.example/m&system=urn:s&code=one")
            .body.find("\"uno\"") != std::string::npos);
  CHECK(read_file(folder / "log").find("broken.json") != std::string::npos);
  const auto none = folder.write("none.toml", "[fhir]\npackages = [\"nowhere.tgz\"]\n");
  CHECK(test::run({"serve", "--data", (folder / "other").string(), "--http", "127.0.0.1:0",
                   "--config", none})
            .status == 2);
}

TEST_CASE("maps are read again on SIGHUP, and stay as they were when they are not right") {
  const test::Folder folder;
  namespace fs = std::filesystem;
  const auto maps = folder / "mappings";
  fs::create_directory(maps);
  for (const auto* format : {"gpconnect", "hl7v2"})
    fs::copy(samples + format, maps / format, fs::copy_options::recursive);
  const auto at = free_address();
  const auto log = folder / "log";
  const test::Program gateway({"serve", "--data", (folder / "data").string(), "--http", to_text(at),
                               "--mappings", maps.string()},
                              folder / "out", log);
  REQUIRE(eventually([&] { return ready(at); }));
  const auto logged = [&](const std::string& what) {
    return eventually([&] { return read_file(log).find(what) != std::string::npos; });
  };
  auto body = read_file(record);
  const auto take = [&] {
    body += ' ';  // another record than the last
    return call(at, {"POST", "/inbox/gpconnect", body, "Content-Type: application/json\r\n"})
        .status;
  };
  CHECK(take() == 200);

  gateway.signal(SIGHUP);
  REQUIRE(logged("maps reloaded"));
  CHECK(take() == 200);

  const auto transform = [&] {
    return call(at, {"POST", "/fhir/StructureMap/$transform?source=https://maps.example/Extra",
                     R"({"resourceType":"Patient","gender":"male"})",
                     "Content-Type: application/fhir+json\r\n"});
  };
  CHECK(transform().status == 404);
  folder.write("mappings/gpconnect/extra.map",
               "/// url = \"https://maps.example/Extra\"\n/// name = \"Extra\"\n"
               "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" as source\n"
               "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" as target\n"
               "group Extra(source src : Patient, target tgt : Patient) {\n"
               "  src.gender as g -> tgt.gender = g \"g\";\n}\n");
  const auto data = (folder / "data").string();
  const auto reloaded = test::run({"maps", "reload", "--data", data});
  CHECK(reloaded.status == 0);
  CHECK(reloaded.out.starts_with("{\"cases\":"));
  CHECK(transform().status == 200);
  CHECK(take() == 200);

  folder.write("mappings/gpconnect/broken.map", "map");
  const auto refused = test::run({"maps", "reload", "--data", data});
  CHECK(refused.status == 2);
  CHECK(refused.error.find("broken.map") != std::string::npos);
  CHECK(transform().status == 200);
  gateway.signal(SIGHUP);
  REQUIRE(logged("broken.map"));
  CHECK(take() == 200);
  fs::remove(maps / "gpconnect/broken.map");

  folder.write("mappings/hl7v2/z.test.json",
               R"({"cases":[{"name":"never","source":["MSH"],"checks":["false"]}]})");
  gateway.signal(SIGHUP);
  REQUIRE(logged("1 cases do not hold"));
  CHECK(take() == 200);
}
