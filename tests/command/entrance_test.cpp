// Who comes in, by the real program: over TLS, with a token, and as the configuration says now.
#include "support/ports.h"
#include "support/program.h"
#include "support/signing.h"
#include "support/tls_client.h"

#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

using namespace fingerpost;
using test::Certificate;
using test::eventually;
using test::SigningKey;

namespace fs = std::filesystem;

namespace {

constexpr const char* form_type = "Content-Type: application/x-www-form-urlencoded\r\n";

struct World {
  test::Folder folder;
  std::uint16_t port = test::free_port();
  std::string base = "https://127.0.0.1:" + std::to_string(port) + "/fhir";
  test::CertificateAuthority root{"root"};
  Certificate own = root.issue({"gateway"}), app = root.issue({"app"}), hub = root.issue({"hub"});
  SigningKey key = SigningKey::p384("k");
  int count = 0;
  std::optional<test::Program> gateway;

  std::string config(const std::string& more = "") {
    folder.write("gateway.pem", own.pem);
    folder.write("gateway.key", own.key);
    fs::permissions(folder / "gateway.key", fs::perms::owner_read | fs::perms::owner_write);
    folder.write("clients.pem", root.pem());
    folder.write("clients.crl", root.crl({}));
    folder.write("app.jwks", key.jwks());
    const auto client = [](const std::string& id, const std::string& pin) {
      return "[[client]]\nid = \"" + id +
             "\"\norganisation = \"A81001\"\npurpose = \"direct-care\"\n"
             "scopes = [\"system/Task.cruds\", \"system/MessageHeader.c\"]\njwks = \"app.jwks\"\n"
             "certificates = [\"sha256/" +
             pin + "\"]\n";
    };
    return folder.write("gateway.toml",
                        "[http.tls]\ncertificate = \"gateway.pem\"\nkey = \"gateway.key\"\n"
                        "client_ca = \"clients.pem\"\ncrl = \"clients.crl\"\n" +
                            client("app", app.pin) + client("hub", hub.pin) + more);
  }

  void start() {
    gateway.emplace(std::vector<std::string>{"serve", "--data", (folder / "data").string(),
                                             "--http", "127.0.0.1:" + std::to_string(port),
                                             "--config", (folder / "gateway.toml").string()},
                    folder / "out", folder / "log");
    REQUIRE(eventually([&] { return ask(app, "GET /health/ready").starts_with("HTTP/1.1 200"); }));
  }

  // "" when nobody was there, or he did not let us in.
  std::string ask(const Certificate& as, const std::string& line, const std::string& fields = "",
                  const std::string& body = "") {
    try {
      test::TlsClient client(port, {&as});
      const auto length =
          body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
      if (!client.shake_hands() ||
          !client.send(line + " HTTP/1.1\r\nHost: a\r\n" + fields + length + "\r\n" + body))
        return "";
      return client.response();
    } catch (const std::runtime_error&) {
      return "";
    }
  }
  int status(const Certificate& as, const std::string& line, const std::string& fields = "",
             const std::string& body = "") {
    const auto answer = ask(as, line, fields, body);
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));
  }

  std::string form(const std::string& client, const SigningKey& with) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    return "grant_type=client_credentials&scope=system/*.cruds&client_assertion_type="
           "urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=" +
           with.token(R"({"iss":")" + client + R"(","sub":")" + client + R"(","aud":")" + base +
                      R"(/auth/token","jti":"j)" + std::to_string(++count) + R"(","exp":)" +
                      std::to_string(now.count() + 250) + "}");
  }
  // "Authorization: Bearer …\r\n"; "" when none was granted.
  std::string token(const Certificate& as, const std::string& client, const SigningKey& with) {
    const auto answer = ask(as, "POST /fhir/auth/token", form_type, form(client, with));
    const std::string before = "\"access_token\":\"";
    const auto at = answer.find(before);
    if (at == std::string::npos) return "";
    const auto begin = at + before.size();
    return "Authorization: Bearer " + answer.substr(begin, answer.find('"', begin) - begin) +
           "\r\n";
  }
};

}  // namespace

TEST_CASE("clients come in over TLS with a token, each by its own certificate") {
  World world;
  world.config();
  world.start();
  CHECK(world.status(world.app, "GET /fhir/metadata") == 200);
  CHECK(world.status(world.app, "GET /fhir/Task") == 401);
  CHECK(world.status(world.app, "POST /inbox/gpconnect", "", "{}") == 401);
  const auto token = world.token(world.app, "app", world.key);
  REQUIRE_FALSE(token.empty());
  CHECK(world.status(world.app, "GET /fhir/Task", token) == 200);
  CHECK(world.status(world.app, "GET /fhir/Patient", token) == 403);
  CHECK(world.status(world.app, "POST /inbox/gpconnect", token, "{}") != 401);
  // A record of which nobody says whose it is, is the client's own organisation's.
  const auto kept = [&] {
    return test::run({"inbox", "list", "--data", (world.folder / "data").string()}).out;
  };
  CHECK(eventually([&] { return kept().find("\"records:A81001\"") != std::string::npos; }));
  CHECK(kept().find("\"records\"") == std::string::npos);
  // T3: another's certificate is no good with it, nor for a token of that client.
  CHECK(world.status(world.hub, "GET /fhir/Task", token) == 403);
  CHECK(world.token(world.hub, "app", world.key).empty());
  // Once the signature is good, whoever watches is told whose it was.
  CHECK(eventually([&] {
    return test::read_file(world.folder / "log")
               .find(
                   R"("event":"token endpoint refused","path":"/token","client":"app","reason":)") !=
           std::string::npos;
  }));
  CHECK(eventually([&] {
    const auto listed = test::run({"audit", "list", "--data", (world.folder / "data").string(),
                                   "--did", "token", "--client", "app"});
    return listed.out.find(R"("status":401,"client":"app")") != std::string::npos;
  }));
  CHECK_FALSE(world.token(world.hub, "hub", world.key).empty());
  test::TlsClient plain(world.port, {});
  CHECK_FALSE((plain.shake_hands() && plain.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n") &&
               !plain.response().empty()));
  const auto page = world.ask(world.app, "GET /fhir/.well-known/smart-configuration");
  CHECK(page.find(world.base + "/auth/token") != std::string::npos);
}

TEST_CASE("a client speaks for its organisation and its partners, in steps, messages and records") {
  World world;
  const auto partner = [](const std::string& id, const std::string& code) {
    return "[[partner]]\nid = \"" + id +
           "\"\nidentifier = [{ system = \"https://fhir.nhs.uk/Id/ods-organization-code\", value = "
           "\"" +
           code + "\" }]\nchannel = \"self\"\n";
  };
  world.config(partner("surgery", "A81001") + partner("sender", "A99999"));
  world.start();
  const auto token = world.token(world.app, "app", world.key);
  REQUIRE_FALSE(token.empty());
  const auto record = [&](const std::string& source) {
    return world.status(world.app, "POST /inbox/gpconnect?source=" + source, token, "{}");
  };
  CHECK(record("sender") == 403);
  CHECK(record("surgery") == 400);
  CHECK(world.status(world.app, "POST /inbox/gpconnect", token, "[]") == 400);
  const auto kept = test::run({"inbox", "list", "--data", (world.folder / "data").string()}).out;
  CHECK(kept.find("\"records") == std::string::npos);
  const auto fhir = token + "Content-Type: application/fhir+json\r\n";
  const auto task = [](const std::string& code) {
    return R"({"resourceType":"Task","id":"t","status":"requested","intent":"order","focus":)"
           R"({"reference":"ServiceRequest/r"},"requester":{"identifier":{"system":)"
           R"("https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
           code + R"("}}})";
  };
  const auto refused = world.ask(world.app, "PUT /fhir/Task/t", fhir, task("A99999"));
  CHECK(refused.starts_with("HTTP/1.1 403"));
  CHECK(refused.find("requester, whom this client does not speak for") != std::string::npos);
  // Its own is looked at: nothing is known of the request.
  CHECK(world.status(world.app, "PUT /fhir/Task/t", fhir, task("A81001")) == 422);
  const auto message = world.ask(
      world.app, "POST /fhir/$process-message", fhir,
      test::read_file(test::project_dir() + "/mappings/bars/samples/referral-request.json"));
  CHECK(message.starts_with("HTTP/1.1 403"));
  // Who was refused what is in the audit, as every refusal is.
  const auto data = (world.folder / "data").string();
  REQUIRE(eventually([&] {
    const auto rows = test::run({"audit", "list", "--data", data, "--did", "update"}).out;
    return rows.find(R"("client":"app")") != std::string::npos &&
           rows.find(R"("status":403)") != std::string::npos;
  }));
}

TEST_CASE("A9: a restart takes no assertion again, and forgets the tokens") {
  World world;
  world.config();
  world.start();
  const auto form = world.form("app", world.key);
  CHECK(world.status(world.app, "POST /fhir/auth/token", form_type, form) == 200);
  const auto token = world.token(world.app, "app", world.key);
  world.gateway->signal(SIGKILL);
  world.gateway->wait(std::chrono::seconds(30));
  world.start();
  CHECK(world.status(world.app, "POST /fhir/auth/token", form_type, form) == 401);
  CHECK(world.status(world.app, "GET /fhir/Task", token) == 401);
  CHECK_FALSE(world.token(world.app, "app", world.key).empty());
}

TEST_CASE("SIGHUP brings other keys and certificates, and what is wrong with them brings nothing") {
  World world;
  const auto file = world.config();
  world.start();
  const auto token = world.token(world.app, "app", world.key);
  const auto said = [&](const std::string& text) {
    return eventually(
        [&] { return test::read_file(world.folder / "log").find(text) != std::string::npos; });
  };
  world.folder.write("app.jwks", "{}");
  world.gateway->signal(SIGHUP);
  REQUIRE(said("clients and certificates stay as they were"));
  CHECK(world.status(world.app, "GET /fhir/Task", token) == 200);

  const auto other = SigningKey::rsa("k");
  world.folder.write("app.jwks", other.jwks());
  world.folder.write("clients.crl", world.root.crl({world.hub.serial}));
  world.gateway->signal(SIGHUP);
  REQUIRE(said("clients and certificates reloaded"));
  CHECK(world.status(world.app, "GET /fhir/Task", token) == 401);
  CHECK(world.token(world.app, "app", world.key).empty());
  CHECK_FALSE(world.token(world.app, "app", other).empty());
  CHECK(world.ask(world.hub, "GET /fhir/metadata").empty());
}

TEST_CASE("SIGHUP opens nothing that a start would have refused to open") {
  World world;
  const auto messages = test::free_port();
  const auto mllp = [&](const std::string& more) {
    return "[mllp]\nlisten = \"0.0.0.0:" + std::to_string(messages) +
           "\"\n[mllp.tls]\ncertificate = \"gateway.pem\"\nkey = \"gateway.key\"\n" + more;
  };
  world.config(mllp("client_ca = \"clients.pem\"\n"));
  world.start();
  const auto speaks = [&] {
    test::TlsClient client(messages, {});
    return client.shake_hands() && client.send("\x0bMSH\x1c\r") && !client.bytes().empty();
  };
  CHECK_FALSE(speaks());
  world.config(mllp(""));
  world.gateway->signal(SIGHUP);
  REQUIRE(eventually([&] {
    return test::read_file(world.folder / "log").find("certificates stay as they were") !=
           std::string::npos;
  }));
  CHECK_FALSE(speaks());
}

TEST_CASE("config check looks into keys and certificates") {
  World world;
  const auto file = world.config();
  const auto good = test::run({"config", "check", file});
  CHECK(good.status == 0);
  CHECK(good.out.find("2 clients") != std::string::npos);
  struct Row {
    std::string name, text, problem;
  };
  for (const auto& row :
       {Row{"app.jwks", "{}", "client app: "}, Row{"gateway.key", world.app.key, "http.tls.key: "},
        Row{"gateway.pem", "", "http.tls.certificate: "},
        Row{"clients.pem", world.app.key, "http.tls.client_ca: "},
        Row{"clients.crl", world.root.pem(), "http.tls.crl: "}}) {
    CAPTURE(row.name);
    world.config();
    world.folder.write(row.name, row.text);
    const auto ran = test::run({"config", "check", file});
    CHECK(ran.status == 1);
    CHECK(ran.error.find(row.problem) != std::string::npos);
    CHECK(ran.error.find("PRIVATE") == std::string::npos);
  }
  world.config();
  fs::permissions(world.folder / "gateway.key", fs::perms::others_read, fs::perm_options::add);
  const auto open_to_all = test::run({"config", "check", file});
  CHECK(open_to_all.status == 1);
  CHECK(open_to_all.error.find("http.tls.key: ") != std::string::npos);
}
