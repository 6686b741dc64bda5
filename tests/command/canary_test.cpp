// L1: what a gateway writes beside its store holds nothing of a patient, whatever comes in. By the
// real program: over HTTP, MLLP and from a folder, good and bad; then everything it wrote is read.

#include "command/http_call.h"
#include "support/ports.h"
#include "support/program.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace fingerpost;
using command::Address;
using test::eventually;
using test::Folder;
using test::read_file;
namespace fs = std::filesystem;

namespace {

// The word that every text of the patient has in it, and what of him is no text.
const std::string canary = "qzcanary";
const std::vector<std::string> secrets = {canary,       "9990000018", "999 000 0018", "07700900461",
                                          "1941-03-07", "19410307",   "zz99 7qz"};

Address free_address() {
  return {"127.0.0.1", test::free_port()};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string referral() {
  auto text =
      read_file(test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7");
  const std::pair<const char*, const char*> words[] = {
      {"Winterbourne", "QzCanaryFamily"}, {"Maud", "QzCanaryGiven"},
      {"maud.winterbourne", "qzcanary"},  {"7 Orchard Close", "7 QzCanary Close"},
      {"ZZ99 5VZ", "ZZ99 7QZ"},           {"01632960003", "07700900461"},
      {"ET-10045", "QzCanary-10045"},     {"Lonely and housebound", "QzCanaryReason"},
      {"Low, and lower", "QzCanaryNote"}, {"Prefers a call", "QzCanaryWish"}};
  for (const auto& [from, to] : words) text = replaced(text, from, to);
  return text;
}

std::string record() {
  auto text = read_file(test::project_dir() + "/mappings/gpconnect/samples/gpconnect-record.json");
  text = replaced(text, "Testwell", "QzCanaryFamily");
  return replaced(text, "ZZ99 3CZ", "ZZ99 7QZ");
}

const std::string person =
    R"({"resourceType":"Patient","id":"p","text":{"status":"generated","div":)"
    R"("<div xmlns=\"http://www.w3.org/1999/xhtml\">QzCanaryNarrative</div>"},"identifier":[{)"
    R"("system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}],"name":[{"family":)"
    R"("QzCanaryFamily","given":["QzCanaryGiven"]}],"telecom":[{"system":"phone","value":)"
    R"("07700900461"}],"birthDate":"1941-03-07","address":[{"line":["QzCanaryLine"],)"
    R"("postalCode":"ZZ99 7QZ"}]})";

struct Asked {
  std::string method, path, body, fields;
};

// Requests with the patient's data everywhere that it fits, and where it does not.
std::vector<Asked> requests() {
  const std::string json = "Content-Type: application/fhir+json\r\n";
  const auto broken = [&](const std::string& from, const std::string& to) {
    return replaced(person, from, to);
  };
  std::vector<Asked> all = {
      {"PUT", "/fhir/Patient/p", person, json},
      {"POST", "/fhir/Patient", broken("\"id\":\"p\",", ""), json},
      {"POST", "/fhir/Patient", broken("birthDate", "QzCanaryElement"), json},
      {"POST", "/fhir/Patient", broken("\"1941-03-07\"", "\"QzCanaryDate\""), json},
      {"POST", "/fhir/Patient", broken("\"phone\"", "\"QzCanaryCode\""), json},
      {"POST", "/fhir/Patient", broken("Patient", "QzCanaryType"), json},
      {"POST", "/fhir/Patient", person.substr(0, person.size() / 2), json},
      {"POST", "/fhir/Patient", broken("<div", "<!DOCTYPE QzCanary><div"), json},
      {"POST", "/fhir/Patient", "<Patient xmlns=\"http://hl7.org/fhir\"><QzCanary/></Patient>",
       "Content-Type: application/fhir+xml\r\n"},
      {"POST", "/fhir/Patient", person, "Content-Type: text/QzCanary\r\n"},
      {"POST", "/fhir/Patient", person,
       json + "If-None-Exist: family=QzCanaryFamily&x=QzCanary\r\n"},
      {"PUT", "/fhir/Patient/QzCanary_id", person, json},
      {"PATCH", "/fhir/Patient/p", R"([{"op":"replace","path":"/QzCanary","value":"QzCanary"}])",
       "Content-Type: application/json-patch+json\r\n"},
      {"POST", "/fhir",
       R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":)" + person +
           R"(,"request":{"method":"PUT","url":"Patient/QzCanary"}}]})",
       json},
      {"POST", "/fhir/$process-message", person, json},
      {"POST", "/inbox/gpconnect", record(), "Content-Type: application/json\r\n"},
      {"POST", "/inbox/gpconnect", R"({"QzCanary":1,"QzCanary":2})",
       "Content-Type: application/json\r\n"},
      {"POST", "/inbox/gp2gp?source=gp", "<QzCanary><a></QzCanary>", "Content-Type: text/xml\r\n"},
      {"POST", "/inbox/hl7v2", referral().substr(0, 900), "Content-Type: text/plain\r\n"}};
  for (const char* path :
       {"/fhir/Patient?family=QzCanaryFamily&birthdate=1941-03-07",
        "/fhir/Patient?identifier=9990000018", "/fhir/Patient?QzCanary=QzCanary",
        "/fhir/Patient?birthdate=QzCanary", "/fhir/Patient?_sort=QzCanary",
        "/fhir/QzCanary/QzCanary", "/fhir/Patient/9990000018", "/fhir/Patient/p/$QzCanary",
        "/fhir/Patient/p/$everything", "/QzCanary", "/fhir/Patient?_cursor=QzCanary",
        "/fhir/Patient/p?_format=QzCanary", "/fhir/Patient?_filter=family%20eq%20QzCanary%20(",
        "/fhir/ValueSet/$expand?url=QzCanary", "/fhir/Patient/p/_history/QzCanary"})
    all.push_back({"GET", path, "", "X-Request-Id: QzCanary\r\nX-Correlation-Id: QzCanary\r\n"});
  return all;
}

struct World {
  Folder folder;
  Address http = free_address(), mllp = free_address(), admin = free_address(),
          nobody = free_address();
  std::string data = (folder / "data").string();
  std::optional<test::Program> gateway;

  World() {
    fs::create_directories(folder / "in");
    fs::create_directories(folder / "temporary");
    folder.write("gateway.toml",
                 "[admin]\nlisten = \"" + to_text(admin) +
                     "\"\n[[partner]]\nid = \"service\"\nidentifier = [{ system = "
                     "\"https://fhir.nhs.uk/Id/ods-organization-code\", value = \"RLP99\" }]\n"
                     "channel = \"fhir\"\nfhir = \"http://" +
                     to_text(nobody) +
                     "/fhir\"\n[[partner]]\nid = \"north\"\nidentifier = [{ system = \"\", value = "
                     "\"N1\" }]\n[[source]]\nkind = \"tpp\"\npartner = \"north\"\n"
                     "settle_seconds = 0\npoll_seconds = 1\nfolder = \"" +
                     (folder / "in").string() + "\"\n");
    ::setenv("TMPDIR", (folder / "temporary").c_str(), 1);
    gateway.emplace(
        std::vector<std::string>{"serve", "--data", data, "--http", to_text(http), "--mllp",
                                 to_text(mllp), "--config", (folder / "gateway.toml").string()},
        folder / "out", folder / "log");
    ::unsetenv("TMPDIR");
  }

  std::string ask(const Address& at, const Asked& asked) const {
    const auto reply = command::call(at, {asked.method, asked.path, asked.body, asked.fields},
                                     command::in_seconds(60));
    return reply ? reply->body : "";
  }
  std::string get(const Address& at, const std::string& path) const {
    return ask(at, {"GET", path, "", ""});
  }
  void send(const std::string& name, const std::string& message) const {
    const auto file = folder.write(name, message);
    test::run({"mllp", "send", to_text(mllp), file});
  }
  void put_extract(const std::string& name, const std::string& goal, const std::string& patient) {
    const auto made = folder / ("." + name);
    fs::create_directories(made);
    folder.write("." + name + "/SRManifest.csv",
                 "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\nSRGoal,N,N,"
                 "20261121_0200,20261122_0200\r\n");
    folder.write("." + name + "/SRGoal.csv",
                 "RowIdentifier,GoalType,IDPatient\r\n1," + goal + "," + patient + "\r\n");
    fs::rename(made, folder / "in" / name);
  }
  bool settled(const std::string& name) const {
    return fs::exists(folder / "in/applied" / name) || fs::exists(folder / "in/refused" / name);
  }
};

// The secrets that are in the text.
std::string found_in(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string found;
  for (const auto& secret : secrets) {
    const auto at = text.find(secret);
    if (at == std::string::npos) continue;
    found += secret + ": …" + text.substr(at < 200 ? 0 : at - 200, 400) + "…\n";
  }
  return found;
}

// The store's own files, which hold patients' data, and what was put there for the gateway.
bool is_store(const fs::path& path) {
  return path.filename().string().starts_with("fingerpost.db");
}

void drive(World& world) {
  const auto all = requests();
  for (const auto& request : all) world.ask(world.http, request);
  world.send("good.hl7", referral());
  world.send("bad.hl7", replaced(referral(), "REF^I12", "QZ^QzCanary"));
  world.send("cut.hl7", replaced(referral(), "EX000001", "EX2").substr(0, 700));
  world.send("dates.hl7",
             replaced(replaced(referral(), "EX000001", "EX3"), "19410307", "QzCanary"));
  world.put_extract("one", "QzCanaryGoal", "11");
  REQUIRE(eventually([&] { return world.settled("one"); }));
}

}  // namespace

TEST_CASE("L1: logs, reports, metrics and files beside the store hold nothing of a patient") {
  World world;
  REQUIRE(eventually([&] {
    return world.get(world.http, "/health/ready").find("true") != std::string::npos ||
           !world.get(world.http, "/health").empty();
  }));
  drive(world);
  REQUIRE(world.get(world.http, "/fhir/Patient/p").find("QzCanaryFamily") != std::string::npos);

  const auto list = [&](const char* queue) {
    const auto ran = test::run({queue, "list", "--data", world.data});
    return ran.out + ran.error;
  };
  CHECK(found_in(list("inbox")) == "");
  CHECK(found_in(list("outbox")) == "");
  CHECK(found_in(world.get(world.http, "/health")) == "");
  CHECK(found_in(world.get(world.admin, "/metrics")) == "");
  CHECK(found_in(world.get(world.http, "/fhir/metadata")) == "");
  const auto audit = test::run({"audit", "verify", "--data", world.data});
  CHECK(audit.status == 0);
  CHECK(audit.out.find("all as they were written") != std::string::npos);
  REQUIRE(test::run({"backup", "--data", world.data, (world.folder / "copy").string()}).status ==
          0);

  // A crash is the last word: it has nothing to say either.
  world.gateway->signal(SIGABRT);
  CHECK(world.gateway->wait(std::chrono::seconds(30)) == 128 + SIGABRT);
  CHECK(read_file(world.folder / "log").find("\"event\"") != std::string::npos);
  CHECK(found_in(read_file(world.folder / "log")) == "");
  CHECK(found_in(read_file(world.folder / "out")) == "");
  CHECK(fs::is_empty(world.folder / "temporary"));
  CHECK_FALSE(fs::exists("core"));
  for (const char* place : {"data", "copy", "temporary"})
    for (const auto& entry : fs::recursive_directory_iterator(world.folder / place)) {
      CAPTURE(entry.path().string());
      CHECK(found_in(entry.path().filename().string()) == "");
      struct stat about {};
      REQUIRE(::stat(entry.path().c_str(), &about) == 0);
      CHECK((about.st_mode & 0777) == (entry.is_directory() ? 0700U : 0600U));
      if (entry.is_regular_file() && !is_store(entry.path()))
        CHECK(found_in(read_file(entry.path())) == "");
    }
}

TEST_CASE("L1: the audit names whom it is about by reference alone") {
  World world;
  REQUIRE(eventually([&] { return !world.get(world.http, "/health").empty(); }));
  const std::string json = "Content-Type: application/fhir+json\r\n";
  world.ask(world.http, {"PUT", "/fhir/Patient/p", person, json});
  world.ask(world.http,
            {"POST", "/fhir/Patient", replaced(person, "birthDate", "QzCanaryElement"), json});
  world.get(world.http, "/fhir/Patient?family=QzCanaryFamily&birthdate=1941-03-07&QzCanary=1");
  world.get(world.http, "/fhir/Patient?identifier=9990000018");
  world.send("good.hl7", referral());
  const auto shown = [&] {
    return test::run({"audit", "list", "--data", world.data, "--patient", "p"}).out;
  };
  REQUIRE(eventually([&] { return shown().find(R"("did":"search-type")") != std::string::npos; }));
  CHECK(test::run({"outbox", "hold", "service", "--data", world.data}).status == 0);
  const auto all = test::run({"audit", "list", "--data", world.data}).out;
  CHECK(all.find(R"({"did":"hold","from":"operator","asked":"lanes/service/hold",)") !=
        std::string::npos);
  CHECK(all.find(R"("rows":["lane service held"])") != std::string::npos);
  CAPTURE(all);
  CHECK(all.find(R"("did":"take","from":)") != std::string::npos);
  CHECK(all.find(R"("wrote":["C Patient/p/_history/1"])") != std::string::npos);
  // A parameter's name is what it is: the one that no search has is the client's own word.
  CHECK(found_in(replaced(all, "&QzCanary\"", "\"")) == "");
}
