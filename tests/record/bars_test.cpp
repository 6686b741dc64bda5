#include "record/bars.h"

#include "support/catch.h"
#include "support/definitions.h"
#include "support/reading.h"

#include <string>
#include <string_view>

using namespace fingerpost;

namespace {

// Systems in capitals are spelt wrongly; "old|a" is "new|b".
record::Spelling spelling() {
  record::Spelling how;
  how.system = [](std::string_view system) -> std::string_view {
    return system == "HTTPS://X" ? "https://x" : "";
  };
  how.coding = [](std::string_view system, std::string_view code) {
    return system == "old" && code == "a" ? record::Spelling::Coded{"new", "b"}
                                          : record::Spelling::Coded{};
  };
  return how;
}

// An entry's uuid is its type and key, told apart by who sends.
record::MakeNames names() {
  return [](std::string_view sender) -> record::NameEntry {
    return [from = std::string(sender)](std::string_view type, std::string_view key) {
      return from + "/" + std::string(type) + "/" + std::string(key);
    };
  };
}

record::BarsBundle read(std::string_view entries) {
  auto made = record::read_bars(
      test::definitions(),
      R"({"resourceType":"Bundle","type":"message","entry":[)" + std::string(entries) + "]}",
      spelling(), names(), Limits{});
  if (!made) throw std::runtime_error(made.error().text);
  return *std::move(made);
}

std::string entry(std::string_view url, std::string_view resource) {
  return R"({"fullUrl":")" + std::string(url) + R"(","resource":{)" + std::string(resource) + "}}";
}

const std::string patient =
    entry("urn:uuid:11111111-1111-1111-1111-111111111111", R"("resourceType":"Patient","id":"p")");

NodeId resource(const record::BarsBundle& bundle, std::string_view type) {
  const test::Reader reader(bundle.tree);
  return reader.resources(bundle.tree.root(), type).at(0);
}

}  // namespace

TEST_CASE("a reference to an entry of a BaRS message is its fullUrl, however it is written") {
  const auto written = GENERATE("urn:uuid:11111111-1111-1111-1111-111111111111",
                                "11111111-1111-1111-1111-111111111111", "Patient/p", "p",
                                "https://gp.example/fhir/Patient/"
                                "11111111-1111-1111-1111-111111111111/_history/2");
  CAPTURE(written);
  const auto bundle = read(patient + "," +
                           entry("urn:uuid:2", R"("resourceType":"Flag","subject":{"reference":")" +
                                                   std::string(written) + R"("})"));
  const test::Reader reader(bundle.tree);
  const auto subject = reader.one(resource(bundle, "Flag"), "subject");
  CHECK(reader.text(subject, "reference") ==
        "urn:uuid:/Patient/11111111-1111-1111-1111-111111111111");
  CHECK(reader.text(resource(bundle, "Patient"), "id") == "11111111-1111-1111-1111-111111111111");
  CHECK(bundle.absent.empty());
  CHECK(bundle.entries.size() == 2);
}

TEST_CASE("an address is the entry that has it, and a relative reference is so to its own entry") {
  struct Row {
    const char* from;       // the fullUrl of who refers
    const char* reference;  // to
    const char* meant;      // the entry's key; "": none, and the reference stands as it is
  };
  const auto row = GENERATE(
      Row{"urn:uuid:2", "https://a/Patient/1", "https://a/Patient/1"},
      Row{"urn:uuid:2", "https://b/Patient/1/_history/3", "https://b/Patient/1"},
      Row{"urn:uuid:2", "https://other/Patient/1", ""},
      Row{"https://b/Flag/2", "Patient/1", "https://b/Patient/1"},
      Row{"https://a/Flag/2", "Patient/1", "https://a/Patient/1"},
      Row{"https://other/Flag/2", "Practitioner/5", ""}, Row{"urn:uuid:2", "Patient/1", ""},
      Row{"urn:uuid:2", "Practitioner/5", "https://a/Practitioner/5"});
  CAPTURE(row.from, row.reference);
  const auto bundle =
      read(entry("https://a/Patient/1", R"("resourceType":"Patient","id":"1")") + "," +
           entry("https://b/Patient/1", R"("resourceType":"Patient","id":"1")") + "," +
           entry("https://a/Practitioner/5", R"("resourceType":"Practitioner","id":"5")") + "," +
           entry(row.from, R"("resourceType":"Flag","id":"2","subject":{"reference":")" +
                               std::string(row.reference) + R"("})"));
  const test::Reader reader(bundle.tree);
  const auto made = reader.text(reader.one(resource(bundle, "Flag"), "subject"), "reference");
  CHECK(bundle.entries.size() == 4);
  if (*row.meant)
    CHECK(made.ends_with("/" + std::string(row.meant)));
  else
    CHECK((made == row.reference || bundle.absent.count(made) == 1));
}

TEST_CASE("an entry without a name is another one in another message") {
  const auto named = [](std::string_view message) {
    auto made =
        record::read_bars(test::definitions(),
                          R"({"resourceType":"Bundle","type":"message",)" + std::string(message) +
                              R"(,"entry":[{"resource":{"resourceType":"Patient"}}]})",
                          spelling(), names(), Limits{});
    if (!made) throw std::runtime_error(made.error().text);
    const test::Reader reader(made->tree);
    return std::string(reader.text(reader.one(made->tree.root(), "entry"), "fullUrl"));
  };
  CHECK(named(R"("id":"m1")") == named(R"("id":"m1")"));
  CHECK(named(R"("id":"m1")") != named(R"("id":"m2")"));
  CHECK(named(R"("identifier":{"value":"m1"})") != named(R"("identifier":{"value":"m2"})"));
}

TEST_CASE("a reference to nothing in the message never means a resource of ours") {
  const auto bundle = read(entry(
      "urn:uuid:2", R"("resourceType":"Flag","subject":{"reference":"Patient/known-elsewhere"})"));
  const test::Reader reader(bundle.tree);
  const auto made = reader.text(reader.one(resource(bundle, "Flag"), "subject"), "reference");
  CHECK(made.starts_with("urn:uuid:"));
  CHECK(bundle.absent.at(made) == "Patient/known-elsewhere");
}

TEST_CASE("who sends a BaRS message is what its header's sender is identified by") {
  const auto bundle = read(
      entry("urn:uuid:1", R"("resourceType":"MessageHeader","sender":{"reference":"urn:uuid:3"})") +
      "," +
      entry("urn:uuid:3",
            R"("resourceType":"Organization","identifier":[{"system":"HTTPS://X","value":"A9"}])"));
  CHECK(bundle.sender == "https://x|A9");
  const test::Reader reader(bundle.tree);
  CHECK(reader.text(reader.one(bundle.tree.root(), "entry"), "fullUrl") ==
        "urn:uuid:https://x|A9/MessageHeader/1");
  CHECK(bundle.issues.size() == 1);
}

TEST_CASE("spellings are mended in one line each") {
  struct Row {
    const char* members;
    const char* place;
  };
  const auto row =
      GENERATE(Row{R"("identifier":[{"system":"HTTPS://X","value":"1"}])",
                   "Bundle.entry[0].resource.identifier[0].system"},
               Row{R"("code":{"coding":[{"system":"old","code":"a"}]})",
                   "Bundle.entry[0].resource.code.coding[0]"},
               Row{R"("PatientInstruction":"Ring")", "Bundle.entry[0].resource.patientInstruction"},
               Row{R"("basedOn":{"display":"a plan"})", "Bundle.entry[0].resource.basedOn"});
  CAPTURE(row.members);
  const auto bundle =
      read(entry("urn:uuid:1", R"("resourceType":"ServiceRequest",)" + std::string(row.members)));
  REQUIRE(bundle.issues.size() == 1);
  CHECK(bundle.issues[0].expression == row.place);
  CHECK(bundle.issues[0].severity == Severity::warning);
}

TEST_CASE("what is no Bundle is no BaRS message") {
  const auto made = record::read_bars(test::definitions(), R"({"resourceType":"Patient"})",
                                      spelling(), names(), Limits{});
  REQUIRE(made.has_error());
  CHECK(made.error().kind == Kind::invalid);
}
