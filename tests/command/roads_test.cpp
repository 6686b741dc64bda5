// The main job by the other ways to partners, with the real program on both sides: a GP system's
// referral reaches a service's gateway, and the service's word comes back to the GP system.
#include "command/http_call.h"
#include "support/mesh_server.h"
#include "support/ports.h"
#include "support/program.h"

#include <catch2/catch.hpp>

#include <regex>

using namespace fingerpost;
using command::Address;
using test::eventually;
using test::MeshServer;
using test::read_file;

namespace {

const std::string referral =
    test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7";

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
std::string partner(const std::string& id, const std::string& ods, const std::string& channel) {
  return "[[partner]]\nid = \"" + id +
         "\"\nidentifier = [{ system = "
         "\"https://fhir.nhs.uk/Id/ods-organization-code\", value = \"" +
         ods + "\" }]\n" + channel;
}

// Two gateways, each with what it is told of the other.
struct Two {
  test::Folder folder;
  Address practice = free_address(), messages = free_address(), service = free_address(),
          gp_system = free_address();
  std::optional<test::Program> practice_gateway, service_gateway, stand_in;

  void write(const std::string& to_service, const std::string& to_practice,
             const std::string& common_practice = "", const std::string& common_service = "") {
    folder.write(
        "practice.toml",
        partner("gp", "A99901", "channel = \"mllp\"\nmllp = \"" + to_text(gp_system) + "\"\n") +
            partner("service", "RLP99", to_service) + common_practice);
    folder.write("service.toml", partner("self", "RLP99", "channel = \"self\"\n") +
                                     partner("practice", "A99901", to_practice) + common_service);
  }
  void start() {
    stand_in.emplace(std::vector<std::string>{"mllp", "listen", to_text(gp_system)},
                     folder / "gp.out", folder / "gp.log");
    start_practice();
    start_service();
  }
  void start_practice() {
    practice_gateway.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "practice").string(), "--http",
                                 to_text(practice), "--mllp", to_text(messages), "--config",
                                 (folder / "practice.toml").string()},
        folder / "practice.out", folder / "practice.log");
    REQUIRE(eventually([&] { return get(practice, "/health/ready").status == 200; }));
  }
  void start_service() {
    service_gateway.emplace(
        std::vector<std::string>{"serve", "--data", (folder / "service").string(), "--http",
                                 to_text(service), "--config", (folder / "service.toml").string()},
        folder / "service.out", folder / "service.log");
    REQUIRE(eventually([&] { return get(service, "/health/ready").status == 200; }));
  }
  static void kill(std::optional<test::Program>& gateway) {
    gateway->signal(SIGKILL);
    gateway->wait(std::chrono::seconds(30));
  }

  // The one Task there, "" when there is none yet, or more.
  static std::string task(const Address& at) {
    const auto found = get(at, "/fhir/Task").body;
    std::smatch match;
    const std::regex one("\"resourceType\":\"Task\",\"id\":\"([^\"]+)\"");
    if (found.find("\"total\":1") == std::string::npos) return "";
    return std::regex_search(found, match, one) ? match[1].str() : "";
  }
  static bool is(const Address& at, const std::string& status) {
    return get(at, "/fhir/Task?status=" + status).body.find("\"total\":1") != std::string::npos;
  }
  int step(const std::string& from, const std::string& to) const {
    const auto id = task(service);
    auto body = get(service, "/fhir/Task/" + id).body;
    const auto old = "\"status\":\"" + from + "\"";
    const auto at = body.find(old);
    if (at == std::string::npos) return 0;
    body.replace(at, old.size(), "\"status\":\"" + to + "\"");
    return call(service,
                {"PUT", "/fhir/Task/" + id, body, "Content-Type: application/fhir+json\r\n"})
        .status;
  }
  bool told_gp() const { return read_file(folder / "gp.out").find("RF1|A") != std::string::npos; }
  std::string logs() const {
    return read_file(folder / "practice.log") + read_file(folder / "service.log");
  }

  // There and back again; both are killed on the way.
  void go() {
    const auto sent = test::run({"mllp", "send", to_text(messages), referral});
    CAPTURE(sent.out, sent.error);
    REQUIRE(sent.status == 0);
    kill(practice_gateway);
    start_practice();
    const bool there = eventually([&] { return is(service, "requested"); });
    CAPTURE(logs(), get(practice, "/fhir/Task").body);
    REQUIRE(there);
    kill(service_gateway);
    start_service();
    CHECK(step("requested", "accepted") == 200);
    const bool back = eventually([&] { return is(practice, "accepted"); });
    CAPTURE(logs());
    CHECK(back);
    CHECK(eventually([&] { return told_gp(); }));
    CHECK_FALSE(task(practice).empty());
    CHECK_FALSE(task(service).empty());
    for (const auto* secret : {"Winterbourne", "9990000018", "01632960003"}) {
      CAPTURE(secret);
      CHECK(logs().find(secret) == std::string::npos);
    }
  }
};

// A secret's file, for its owner alone.
std::string secret(const test::Folder& folder, const std::string& name, const std::string& text) {
  auto path = folder.write(name, text + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  return path;
}

std::string mailbox(const test::Folder& folder, const MeshServer& server, const std::string& name) {
  return "[[mesh]]\nmailbox = \"" + name + "\"\nurl = \"" + server.url() +
         "\"\npassword_file = \"" + (folder / "password").string() + "\"\nshared_key_file = \"" +
         (folder / "key").string() + "\"\npoll_seconds = 1\n";
}

std::string by_mesh(const std::string& from, const std::string& to) {
  return "channel = \"mesh\"\nmesh = { from = \"" + from + "\", mailbox = \"" + to +
         "\", workflow = \"REFERRALS\" }\n";
}

std::string by_bars(const Address& at) {
  return "channel = \"bars\"\nbars = { base = \"http://" + to_text(at) +
         "/fhir\", service = \"2000099999\" }\n";
}

std::string by_folder(const test::Folder& folder, const std::string& out, const std::string& in) {
  return "channel = \"folder\"\nfolder = { out = \"" + (folder / out).string() + "\", in = \"" +
         (folder / in).string() + "\", settle_seconds = 1 }\n";
}

}  // namespace

TEST_CASE("a referral goes by MESH and its answer comes back so, whoever is killed meanwhile") {
  const MeshServer server;
  Two two;
  secret(two.folder, "password", MeshServer::password);
  secret(two.folder, "key", MeshServer::shared_key);
  two.write(by_mesh("PRACTICE", "SERVICE"), by_mesh("SERVICE", "PRACTICE"),
            mailbox(two.folder, server, "PRACTICE"), mailbox(two.folder, server, "SERVICE"));
  two.start();
  two.go();
  CHECK(two.logs().find(MeshServer::password) == std::string::npos);
}

TEST_CASE("a referral goes by BaRS and its answer comes back so, whoever is killed meanwhile") {
  Two two;
  const std::string bars = "[bars]\nuse_case = \"a0t0\"\norganisation = \"A99901\"\n";
  two.write(by_bars(two.service), by_bars(two.practice), bars, bars);
  two.start();
  two.go();
}

TEST_CASE("a referral goes by folders and its answer comes back so, whoever is killed meanwhile") {
  Two two;
  for (const auto* name : {"there", "back"}) std::filesystem::create_directory(two.folder / name);
  two.write(by_folder(two.folder, "there", "back"), by_folder(two.folder, "back", "there"));
  two.start();
  two.go();
}

TEST_CASE("a secret that everybody may read, or that is not there, is none") {
  const MeshServer server;
  Two two;
  two.write(by_mesh("PRACTICE", "SERVICE"), "channel = \"none\"\n",
            mailbox(two.folder, server, "PRACTICE"));
  const auto serve = [&two] {
    return test::run({"serve", "--data", (two.folder / "practice").string(), "--http",
                      to_text(two.practice), "--config", (two.folder / "practice.toml").string()});
  };
  auto refused = serve();
  CHECK(refused.status == 2);
  CHECK(refused.error.find("is no file, and a secret is to be in it") != std::string::npos);
  two.folder.write("password", "open to all\n");
  std::filesystem::permissions(two.folder / "password", std::filesystem::perms(0644));
  refused = serve();
  CHECK(refused.status == 2);
  CHECK(refused.error.find("everybody may open it") != std::string::npos);
  CHECK(refused.error.find("open to all") == std::string::npos);
}
