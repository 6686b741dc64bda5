// One person's whole thread by the real program, through its HTTP, its MLLP and its folder alone:
// from the GP system's extract to the review that changes the plan.

#include "command/http_call.h"
#include "support/care_server.h"
#include "support/files.h"
#include "support/ports.h"
#include "support/program.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using namespace fingerpost;
using test::read_file;
namespace fs = std::filesystem;

namespace {

const std::string profiles = "https://fingerpost.example/";
const std::string structure = profiles + "StructureDefinition/";
const std::string thread_id = "thread-of-ben";
const std::string thread =
    R"({"system":")" + profiles + R"(Id/referral-thread","value":")" + thread_id + R"("})";
const std::string ours = R"({"url":")" + structure + R"(thread","valueIdentifier":)" + thread + "}";

std::string name(const std::string& parameter, const std::string& value) {
  return R"({"name":")" + parameter + "\"," + value + "}";
}
std::string reference(const std::string& parameter, const std::string& to) {
  return name(parameter, R"("valueReference":{"reference":")" + to + R"("})");
}
std::string entry(const std::string& place, const std::string& json,
                  const std::string& if_match = "") {
  return R"({"resource":)" + json + R"(,"request":{"method":"PUT","url":")" + place + "\"" +
         (if_match.empty() ? "" : R"(,"ifMatch":"W/\")" + if_match + R"(\"")") + "}}";
}

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class Thread {
 public:
  Thread();

  void take_extract();
  void find_cohort();
  void invite();
  void book();
  void converse();
  void agree();
  void route();
  void support();
  void review();
  void look_back();

 private:
  command::HttpReply ask(const std::string& method, const std::string& path,
                         const std::string& body = "", const std::string& type = "fhir+json") {
    auto reply = command::call(
        http_, {method, "/fhir" + path, body, "Content-Type: application/" + type + "\r\n"},
        command::in_seconds(60));
    return reply ? *reply : command::HttpReply{};
  }
  std::string get(const std::string& path) { return ask("GET", path).body; }
  std::string of(const std::string& path, const std::string& expression) {
    return test::CareServer::of(get(path), expression);
  }
  // What must be done.
  std::string done(const std::string& method, const std::string& path, const std::string& body,
                   const std::string& type = "fhir+json") {
    const auto reply = ask(method, path, body, type);
    INFO(method + " " + path + ": " + reply.body);
    REQUIRE((reply.status == 200 || reply.status == 201));
    return reply.body;
  }
  void put(const std::string& place, const std::string& json) { done("PUT", "/" + place, json); }
  void patch(const std::string& place, const std::string& merge) {
    done("PATCH", "/" + place, merge, "merge-patch+json");
  }
  std::string operate(const std::string& path, const std::string& parameters) {
    return done("POST", path, R"({"resourceType":"Parameters","parameter":[)" + parameters + "]}");
  }
  int transact(const std::string& entries) {
    return ask("POST", "",
               R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entries + "]}")
        .status;
  }
  std::string refer(const std::string& owner) {
    const auto asked = operate("/ServiceRequest/r/$refer",
                               reference("owner", owner) + "," + reference("requester", practice_));
    return "Task/" + test::CareServer::of(asked, "id");
  }
  std::string heard() const { return read_file(folder_ / "gp.out"); }
  bool hears(const std::string& text) const {
    return test::eventually([&] { return heard().find(text) != std::string::npos; });
  }
  std::string slot(const std::string& id, const std::string& from, const std::string& to,
                   const std::string& status) const {
    return R"({"resourceType":"Slot","id":")" + id +
           R"(","schedule":{"reference":"Schedule/s"},"status":")" + status +
           R"(","start":"2999-12-01T)" + from + R"(:00Z","end":"2999-12-01T)" + to + R"(:00Z"})";
  }
  std::string about() const { return R"("subject":{"reference":")" + person_ + R"("})"; }

  test::Folder folder_;
  command::Address http_{"127.0.0.1", test::free_port()};
  command::Address gp_{"127.0.0.1", test::free_port()};
  std::optional<test::Program> gp_system_, gateway_;
  std::string person_, practice_, last_task_;
};

std::string partner(const std::string& id, const std::string& ods, const std::string& channel) {
  return "[[partner]]\nid = \"" + id +
         "\"\nidentifier = [{ system = \"https://fhir.nhs.uk/Id/ods-organization-code\", value = "
         "\"" +
         ods + "\" }]\n" + channel;
}

Thread::Thread() {
  fs::create_directories(folder_ / "in");
  folder_.write(
      "g.toml",
      partner("gp", "Z90001", "channel = \"mllp\"\nmllp = \"" + to_text(gp_) + "\"\n") +
          partner("garden", "GAR99", "channel = \"self\"\n") +
          partner("kitchen", "KIT99", "channel = \"self\"\n") +
          "[[source]]\nkind = \"emis\"\nsettle_seconds = 0\npoll_seconds = 1\nfolder = \"" +
          (folder_ / "in").string() + "\"\n");
  gp_system_.emplace(std::vector<std::string>{"mllp", "listen", to_text(gp_)}, folder_ / "gp.out",
                     folder_ / "gp.log");
  gateway_.emplace(
      std::vector<std::string>{"serve", "--data", (folder_ / "data").string(), "--http",
                               to_text(http_), "--config", (folder_ / "g.toml").string()},
      folder_ / "out", folder_ / "log");
  REQUIRE(test::eventually([&] { return ask("GET", "/metadata").status == 200; }));
}

// The GP system's own record of the person comes first.
void Thread::take_extract() {
  const auto made = folder_ / ".extract";
  const auto command = "python3 " + (test::project() / "tests/support/make_extract.py").string() +
                       " emis " + made.string() + " --patients 3 --seed 7 > " +
                       (folder_ / "made").string();
  REQUIRE(std::system(command.c_str()) == 0);
  fs::rename(made, folder_ / "in/extract");
  REQUIRE(test::eventually([&] { return fs::exists(folder_ / "in/applied/extract"); }));
  const auto found = "/Patient?gender=male";
  person_ = "Patient/" + of(found, "entry.resource.id");
  practice_ = of(found, "entry.resource.managingOrganization.reference");
  CHECK(practice_.starts_with("Organization/"));
  for (const auto& [id, ods] : {std::pair("garden", "GAR99"), std::pair("kitchen", "KIT99")})
    put("Organization/" + std::string(id),
        R"({"resourceType":"Organization","id":")" + std::string(id) +
            R"(","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code",)"
            R"("value":")" +
            ods + R"("}]})");
  put("Practitioner/w", R"({"resourceType":"Practitioner","id":"w"})");
}

void Thread::find_cohort() {
  put("Group/k",
      R"({"resourceType":"Group","id":"k","extension":[{"url":")" + structure +
          R"(tier","valueCode":"targeted"}],"type":"person","actual":false,"name":"Priority",)"
          R"("characteristic":[{"extension":[{"url":)"
          R"("http://hl7.org/fhir/StructureDefinition/cqf-expression","valueExpression":)"
          R"({"language":"application/x-fhir-query","expression":"Patient?gender=male"}}],)"
          R"("code":{"text":"who"},"valueBoolean":true,"exclude":false}]})");
  const auto cohort = operate("/Group/k/$evaluate-cohort", reference("practice", practice_));
  CHECK(test::CareServer::of(cohort, "member.entity.reference") == person_);
  CHECK(of("/Flag?subject=" + person_, "entry.resource.code.coding.code") == "targeted");
}

void Thread::invite() {
  const auto attempt = [&](int number, const std::string& outcome) {
    const auto id = "i" + std::to_string(number);
    return ask("PUT", "/Communication/" + id,
               R"({"resourceType":"Communication","id":")" + id + R"(","extension":[{"url":")" +
                   structure + R"(attempt","extension":[{"url":"number","valuePositiveInt":)" +
                   std::to_string(number) + R"(},{"url":"outcome","valueCode":")" + outcome +
                   R"("}]},)" + ours + R"(],"status":"completed",)" + about() + "}")
        .status;
  };
  CHECK(attempt(2, "booked") == 422);
  CHECK(attempt(1, "no-answer") == 201);
  CHECK(attempt(2, "booked") == 201);
  CHECK(attempt(3, "declined") == 422);  // there is an answer
}

void Thread::book() {
  put("Schedule/s",
      R"({"resourceType":"Schedule","id":"s","actor":[{"reference":"Practitioner/w"}]})");
  put("Slot/s1", slot("s1", "09:00", "09:20", "free"));
  put("Slot/s2", slot("s2", "09:20", "09:40", "free"));
  put("Slot/s3", slot("s3", "11:00", "11:20", "free"));
  const auto book = [&](const std::string& second, const std::string& from, const std::string& to,
                        const std::string& version) {
    return transact(
        entry("Slot/s1", slot("s1", "09:00", "09:20", "busy"), "1") + "," +
        entry("Slot/" + second, slot(second, from, to, "busy"), version) + "," +
        entry("Appointment/a",
              R"({"resourceType":"Appointment","id":"a","extension":[)" + ours +
                  R"(],"status":"booked","start":"2999-12-01T09:00:00Z","end":"2999-12-01T)" + to +
                  R"(:00Z","slot":[{"reference":"Slot/s1"},{"reference":"Slot/)" + second +
                  R"("}],"participant":[{"actor":{"reference":")" + person_ +
                  R"("},"status":"accepted"}]})"));
  };
  CHECK(book("s3", "11:00", "11:20", "1") == 422);  // apart
  CHECK(book("s2", "09:20", "09:40", "9") == 412);  // seen long ago
  CHECK(of("/Slot/s1", "status") == "free");
  CHECK(book("s2", "09:20", "09:40", "1") == 200);
  CHECK(of("/Slot/s2", "status") == "busy");
}

// What matters, how things are, and a plan of it, in one transaction.
void Thread::converse() {
  const auto observation = [&](const std::string& id, const std::string& code,
                               const std::string& value) {
    return entry("Observation/" + id,
                 R"({"resourceType":"Observation","id":")" + id + R"(","extension":[)" + ours +
                     R"(],"status":"final","code":{"coding":[)" + code + "]}," + about() +
                     R"(,"effectiveDateTime":"2026-11-22","performer":[{"reference":")" + person_ +
                     R"("}],)" + value + "}");
  };
  const auto measure = [](const std::string& code) {
    return R"({"system":"https://fingerpost.example/CodeSystem/wellbeing-measure","code":")" +
           code + R"("})";
  };
  const auto goal = R"({"resourceType":"Goal","id":"g","extension":[)" + ours +
                    R"(],"lifecycleStatus":"proposed","description":{"text":"I want to grow )"
                    R"(something I can give to my sister."},)" +
                    about() + R"(,"expressedBy":{"reference":")" + person_ + R"("}})";
  CHECK(transact(
            observation("matters", measure("what-matters"), R"("valueString":"My sister")") + "," +
            observation("pam", R"({"system":"http://snomed.info/sct","code":"925431000000109"})",
                        R"("valueQuantity":{"value":47.4})") +
            "," + observation("ons4", measure("ons4-satisfaction"), R"("valueInteger":3)") + "," +
            entry("Goal/g", goal) + "," +
            entry("ServiceRequest/r",
                  R"({"resourceType":"ServiceRequest","id":"r","requisition":)" + thread +
                      R"(,"status":"active","intent":"order","category":[{"coding":[{"system":)"
                      R"("https://fingerpost.example/CodeSystem/referral-category","code":)"
                      R"("social-prescribing"}]}],)" +
                      about() + R"(,"requester":{"reference":")" + practice_ + R"("}})") +
            "," +
            entry("CarePlan/c",
                  R"({"resourceType":"CarePlan","id":"c","extension":[)" + ours +
                      R"(],"instantiatesCanonical":[")" + profiles +
                      R"(PlanDefinition/six-stages"],"status":"draft","intent":"plan",)" + about() +
                      R"(,"goal":[{"reference":"Goal/g"}],"activity":[{"reference":{"reference":)"
                      R"("ServiceRequest/r"}}]})")) == 200);
}

void Thread::agree() {
  const auto stage = [&](const std::string& code) {
    return "Task/" + of("/Task?based-on=CarePlan/c&code=" + code, "entry.resource.id");
  };
  CHECK(ask("PATCH", "/" + stage("conversation"), R"({"status":"completed"})", "merge-patch+json")
            .status == 422);
  patch(stage("prepare"), R"({"status":"completed"})");
  patch(stage("conversation"), R"({"status":"completed"})");
  operate("/CarePlan/c/$agree", reference("by", person_) + "," + reference("by", "Practitioner/w"));
  CHECK(of("/Goal/g", "lifecycleStatus") == "accepted");
  CHECK(of("/" + stage("agree"), "status") == "completed");
}

// The first service has no room; the practice hears so and asks another.
void Thread::route() {
  const auto first = refer("Organization/garden");
  operate("/" + first + "/$reject", name("reason", R"("valueString":"At capacity")"));
  CHECK(hears("RF1|R"));
  last_task_ = refer("Organization/kitchen");
  operate("/" + last_task_ + "/$accept", reference("agent", "Organization/kitchen"));
  CHECK(hears("RF1|A"));
  patch(last_task_,
        R"({"status":"on-hold","statusReason":{"coding":[{"system":)"
        R"("https://fingerpost.example/CodeSystem/referral-status-reason","code":"waiting-list"}],)"
        R"("text":"Waiting for a place"},"businessStatus":{"coding":[{"system":)"
        R"("https://fingerpost.example/CodeSystem/referral-business-status","code":)"
        R"("waiting-list"}]}})");
  CHECK(hears("Waiting for a place"));
  CHECK(heard().find("871731000000106") == std::string::npos);  // nothing has begun
}

void Thread::support() {
  const auto sessions = [&](int attended, const std::string& more) {
    return R"({"extension":[{"url":")" + structure +
           R"(sessions","extension":[{"url":"planned","valuePositiveInt":3},)"
           R"({"url":"attended","valueUnsignedInt":)" +
           std::to_string(attended) + R"(},{"url":"needed","valuePositiveInt":2}]}])" + more + "}";
  };
  patch(last_task_, sessions(1, R"(,"status":"in-progress","businessStatus":null)"));
  CHECK(hears("871731000000106"));
  const auto outcome = name("outcome", R"("resource":{"resourceType":"Procedure","status":)"
                                       R"("completed",)" +
                                           about() + R"(,"code":{"text":"Cooking"}})") +
                       "," + name("outcome", R"("valueString":"Cooks for her sister")");
  CHECK(ask("POST", "/" + last_task_ + "/$complete",
            R"({"resourceType":"Parameters","parameter":[)" + outcome + "]}")
            .status == 422);  // one session of the two that it needs
  patch(last_task_, sessions(2, ""));
  operate("/" + last_task_ + "/$complete", outcome);
  CHECK(hears("Cooks for her sister"));
  CHECK(count_of(heard(), "871731000000106") == 1);
  CHECK(of("/Procedure?patient=" + person_ + "&code=871731000000106", "total.toString()") == "1");
}

void Thread::review() {
  operate(
      "/CarePlan/c/$review",
      name("goal", R"("resource":{"resourceType":"Goal","id":"g","lifecycleStatus":"completed",)"
                   R"("achievementStatus":{"coding":[{"system":)"
                   R"("http://terminology.hl7.org/CodeSystem/goal-achievement","code":)"
                   R"("achieved"}]},"description":{"text":"I want to grow something I can )"
                   R"(give to my sister."},)" +
                       about() + "}") +
          "," +
          name("budget", R"("resource":{"resourceType":"Contract","status":"executed",)"
                         R"("subject":[{"reference":")" +
                             person_ + R"("}]})") +
          "," + name("reviewDue", R"("valueDate":"2999-06-01")"));
  CHECK(of("/Goal/g", "achievementStatus.coding.code") == "achieved");
  CHECK(of("/CarePlan/c", "supportingInfo.reference").starts_with("Contract/"));
  CHECK(of("/Task?based-on=CarePlan/c&code=review&status=requested",
           "entry.resource.restriction.period.end.toString()") == "2999-06-01");
}

// One thread holds all of it.
void Thread::look_back() {
  const auto where = "/ServiceRequest/r/$where-is-it";
  CHECK(of(where, "parameter.where(name = 'thread').value.value") == thread_id);
  CHECK(of(where, "parameter.where(name = 'referral').count().toString()") == "2");
  for (const auto& place : {"/" + last_task_, std::string("/CarePlan/c")})
    CHECK(get(place).find(thread_id) != std::string::npos);
  CHECK(of("/Patient/" + person_.substr(8) + "/$care-plan",
           "entry.resource.ofType(Goal).description.text") ==
        "I want to grow something I can give to my sister.");
  for (const auto* secret : {"Elmhurst", "9990000018", "My sister", "Cooks for"}) {
    CAPTURE(secret);
    CHECK(read_file(folder_ / "log").find(secret) == std::string::npos);
  }
}

}  // namespace

TEST_CASE("one thread runs from the extract to the review, through what a gateway shows alone") {
  Thread thread_of_ben;
  thread_of_ben.take_extract();
  thread_of_ben.find_cohort();
  thread_of_ben.invite();
  thread_of_ben.book();
  thread_of_ben.converse();
  thread_of_ben.agree();
  thread_of_ben.route();
  thread_of_ben.support();
  thread_of_ben.review();
  thread_of_ben.look_back();
}
