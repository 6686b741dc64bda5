// PATCH in its four forms (R4 http.html#patch).

#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <string>

using namespace fingerpost;
using interaction::Answer, interaction::PatchForm, interaction::Status, interaction::WriteOptions;

namespace {

const std::string patient =
    R"({"resourceType":"Patient","id":"p","active":true,"name":[{"family":"Old"}]})";

const std::string replace_path =
    R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[)"
    R"({"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.name[0].family"},)"
    R"({"name":"value","valueString":"New"}]}]})";

struct Row {
  PatchForm form;
  std::string body;
};
const Row renames[] = {
    {PatchForm::json, R"([{"op":"replace","path":"/name/0/family","value":"New"}])"},
    {PatchForm::merge, R"({"name":[{"family":"New"}]})"},
    {PatchForm::xml,
     R"(<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Patient/f:name/f:family/@value">New</replace></diff>)"},
    {PatchForm::fhirpath, replace_path}};

bool holds(const Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("each form of patch changes what it says and leaves the rest") {
  test::Fhir fhir;
  fhir.update({"Patient", "p"}, patient);
  std::int64_t version = 1;
  for (const auto& row : renames) {
    CAPTURE(row.body);
    fhir.update({"Patient", "p"}, patient);
    const auto answer = fhir.patch({"Patient", "p"}, row.form, row.body);
    CHECK(answer.status == Status::ok);
    version += 2;
    CHECK(answer.version == version);
    CHECK(answer.location == "Patient/p/_history/" + std::to_string(version));
    CHECK(holds(answer, R"("family":"New")"));
    CHECK(holds(answer, R"("active":true)"));
    CHECK(fhir.read("Patient", "p").content() == answer.content());
  }
}

TEST_CASE("a patch that cannot be applied, or makes something invalid, changes nothing") {
  test::Fhir fhir;
  fhir.update({"Patient", "p"}, patient);
  const auto json = [&](const char* body) {
    return fhir.patch({"Patient", "p"}, PatchForm::json, body).status;
  };
  CHECK(json(R"([{"op":"remove","path":"/none"}])") == Status::unprocessable);
  CHECK(json(R"([{"op":"test","path":"/active","value":false}])") == Status::conflict);
  CHECK(json(R"([{"op":"replace","path":"/active","value":"no"}])") == Status::unprocessable);
  CHECK(json(R"([{"op":"replace","path":"/id","value":"q"}])") == Status::unprocessable);
  CHECK(json(R"([{"op":"replace","path":"/resourceType","value":"Person"}])") ==
        Status::unprocessable);
  CHECK(json("nonsense") == Status::unprocessable);
  CHECK(fhir.patch({"Patient", "none"}, PatchForm::json, "[]").status == Status::not_found);
  fhir.remove({"Patient", "p"});
  CHECK(fhir.patch({"Patient", "p"}, PatchForm::json, "[]").status == Status::gone);
}

TEST_CASE("a patch obeys If-Match and finds its resource by condition") {
  test::Fhir fhir;
  fhir.update({"Patient", "p"}, patient);
  WriteOptions stale;
  stale.if_match.list = {7};
  CHECK(fhir.patch({"Patient", "p"}, PatchForm::json, renames[0].body, stale).status ==
        Status::precondition_failed);
  WriteOptions found;
  found.condition.emplace().emplace_back("family", "Old");
  const auto patched = fhir.patch({"Patient", ""}, PatchForm::json, renames[0].body, found);
  CHECK(patched.status == Status::ok);
  CHECK(patched.location == "Patient/p/_history/2");
  CHECK(fhir.patch({"Patient", ""}, PatchForm::json, renames[0].body, found).status ==
        Status::not_found);
}

TEST_CASE("patches of one resource at once all take effect, on both stores") {
  const test::Folder folder;
  test::Fhir fhir({}, GENERATE(false, true) ? folder.path() : std::string());
  fhir.update({"Patient", "p"}, patient);
  constexpr std::size_t many = 4;
  const auto answers = fhir.wait_all(many, [&](std::size_t i, interaction::Done done) {
    interaction::patch(*fhir.session, {"Patient", "p"},
                       {PatchForm::json, R"([{"op":"add","path":"/name/-","value":{"family":"N)" +
                                             std::to_string(i) + R"("}}])"},
                       {}, std::move(done));
  });
  for (const auto& answer : answers) CHECK(answer.status == Status::ok);
  const auto found = fhir.read("Patient", "p");
  CHECK(found.version == 1 + static_cast<std::int64_t>(many));
  for (std::size_t i = 0; i < many; ++i) CHECK(holds(found, "N" + std::to_string(i)));
}
