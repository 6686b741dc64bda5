// What a search follows from one resource to another, on both stores.

#include "store/fixture.h"

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

struct Both {
  Folder folder;
  World memory;
  World sqlite{folder.path()};

  void put(const std::string& json, const std::string& id) {
    REQUIRE(memory.commit(memory.put(json, id)));
    REQUIRE(sqlite.commit(sqlite.put(json, id)));
  }
  // The page's text, or the error's; "~" after it when another version was taken.
  std::string found(const std::string& type, const std::vector<search::Pair>& pairs) {
    const auto print = [](const Result<store::Page>& page) {
      if (!page) return page.error().text + " at " + page.error().where;
      return text_of(*page) + (page->other_version ? "~" : "");
    };
    const auto here = print(memory.search(type, pairs));
    CHECK(print(sqlite.search(type, pairs)) == here);
    return here;
  }
};

}  // namespace

TEST_CASE("a chain looks into contained resources, and only through their own container") {
  Both stores;
  stores.put(
      R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
      R"("contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:m","code":"abc"}]},)"
      R"("manufacturer":{"reference":"#o"}},{"resourceType":"Organization","id":"o","name":"Makers"}],)"
      R"("medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/p"}})",
      "r");
  stores.put(R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
             R"("medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/p"}})",
             "none");
  stores.put(R"({"resourceType":"Medication","code":{"coding":[{"system":"urn:m","code":"xyz"}]}})",
             "m");
  stores.put(R"({"resourceType":"Patient"})", "p");
  const auto found = [&](const char* name, const char* value) {
    return stores.found("MedicationRequest", {{name, value}});
  };
  CHECK(found("medication.code", "urn:m|abc") == "MedicationRequest/r");
  CHECK(found("medication.code", "abc,none") == "MedicationRequest/r");
  CHECK(found("medication.code", "urn:m|xyz").empty());
  CHECK(found("medication:Medication.manufacturer:Organization.name", "makers") ==
        "MedicationRequest/r");
  CHECK(found("medication.code:missing", "true").empty());
  CHECK(stores.found("Patient", {{"_has:MedicationRequest:patient:medication.code", "abc"}}) ==
        "Patient/p");
  CHECK(stores.found("Medication", {{"code", "abc"}}).empty());
  // Changed, it is found by what it contains now.
  stores.put(
      R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
      R"("contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"code":"new"}]}}],)"
      R"("medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/p"}})",
      "r");
  CHECK(found("medication.code", "abc").empty());
  CHECK(found("medication.code", "new") == "MedicationRequest/r");
}

TEST_CASE(
    "_has of a contained resource is asked of its container and of what is contained beside it") {
  Both stores;
  const auto put = [&](const char* id, const char* of_subject) {
    stores.put(R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[)"
               R"({"resourceType":"Patient","id":"in"},{"resourceType":"Patient","id":"out"},)"
               R"({"resourceType":"CarePlan","id":"c","status":"active","intent":"plan",)"
               R"("subject":{"reference":")" +
                   std::string(of_subject) + R"("}}],"subject":{"reference":"#in"}})",
               id);
  };
  put("of-it", "#in");
  put("of-another", "#out");
  put("of-a-stored-one", "Patient/in");
  stores.put(R"({"resourceType":"Patient"})", "in");
  const auto found = [&](const char* name, const char* value) {
    return stores.found("Observation", {{name, value}});
  };
  CHECK(found("subject:Patient._has:CarePlan:subject:status", "active") == "Observation/of-it");
  CHECK(found("subject:Patient._has:CarePlan:patient:status", "draft").empty());
  CHECK(found("subject:Patient._has:Observation:subject:status", "final") ==
        "Observation/of-it Observation/of-another Observation/of-a-stored-one");
  // What is contained is nobody's plan but its container's.
  CHECK(stores.found("Patient", {{"_has:CarePlan:subject:status", "active"}}).empty());
}

// Of so many, a store goes from what a chain ends at to what leads there.
TEST_CASE("a chain into contained resources is followed from its far end too") {
  Both stores;
  const auto request = [](int n) {
    const auto number = std::to_string(n);
    return R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
           R"("contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:m","code":"c)" +
           number + R"("}]},"manufacturer":{"reference":"#o"}},)" +
           R"({"resourceType":"Organization","id":"o","name":"Makers)" + number + R"(x"}],)" +
           R"("medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/p)" +
           number + R"("}})";
  };
  for (int n = 0; n < 300; ++n) stores.put(request(n), "r" + std::to_string(n));
  stores.put(R"({"resourceType":"Medication","code":{"coding":[{"system":"urn:m","code":"c7"}]}})",
             "stored");
  stores.put(R"({"resourceType":"MedicationRequest","status":"active","intent":"order",)"
             R"("medicationReference":{"reference":"Medication/stored"},)"
             R"("subject":{"reference":"Patient/p7"}})",
             "other");
  stores.put(R"({"resourceType":"Patient"})", "p8");
  const auto found = [&](const char* name, const char* value) {
    return stores.found("MedicationRequest", {{name, value}});
  };
  CHECK(found("medication.code", "urn:m|c7") == "MedicationRequest/r7 MedicationRequest/other");
  CHECK(found("medication.code", "c8,c9") == "MedicationRequest/r8 MedicationRequest/r9");
  CHECK(found("medication.code", "urn:other|c8").empty());
  CHECK(found("medication:Medication.manufacturer:Organization.name", "makers8x") ==
        "MedicationRequest/r8");
  CHECK(stores.found("Patient", {{"_has:MedicationRequest:patient:medication.code", "c8"}}) ==
        "Patient/p8");
  REQUIRE(stores.memory.commit(World::remove("MedicationRequest", "r8")));
  REQUIRE(stores.sqlite.commit(World::remove("MedicationRequest", "r8")));
  CHECK(found("medication.code", "c8").empty());
}

TEST_CASE("an id that resources of several types have is refused where it stands alone") {
  Both stores;
  stores.put(R"({"resourceType":"Patient"})", "1");
  stores.put(R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)"
             R"("subject":{"reference":"Patient/1"}})",
             "o");
  CHECK(stores.found("Observation", {{"subject", "1"}}) == "Observation/o");
  stores.put(R"({"resourceType":"Group","type":"person","actual":true})", "1");
  CHECK(stores.found("Observation", {{"subject", "1"}}) ==
        "resources of more than one type have this id: the value must be Type/id at subject");
  CHECK(stores.found("Observation", {{"subject:Patient", "1"}}) == "Observation/o");
  CHECK(stores.found("Observation", {{"subject", "Patient/1"}}) == "Observation/o");
}

TEST_CASE("a reference that names another version than the current one is told") {
  Both stores;
  stores.put(R"({"resourceType":"Patient","birthDate":"1950"})", "1");
  stores.put(R"({"resourceType":"Observation","status":"final","code":{"text":"x"},)"
             R"("subject":{"reference":"Patient/1/_history/1"}})",
             "o");
  CHECK(stores.found("Observation", {{"_include", "Observation:subject"}}) ==
        "Observation/o +Patient/1");
  stores.put(R"({"resourceType":"Patient","birthDate":"1951"})", "1");
  CHECK(stores.found("Observation", {{"_include", "Observation:subject"}}) ==
        "Observation/o +Patient/1~");
  CHECK(stores.found("Observation", {{"subject:Patient.birthdate", "1951"}}) == "Observation/o~");
  CHECK(stores.found("Patient", {{"_has:Observation:subject:status", "final"}}) == "Patient/1~");
  CHECK(stores.found("Observation", {{"subject", "Patient/1"}}) == "Observation/o");
  CHECK(stores.found("Observation", {{"subject", "Patient/1/_history/1"}}) == "Observation/o");
  CHECK(stores.found("Observation", {{"subject", "Patient/1/_history/2"}}).empty());
}

TEST_CASE("what lies below or above in a hierarchy is found by every way that leads there") {
  Both stores;
  const auto location = [&](const char* id, const char* up) {
    std::string json = R"({"resourceType":"Location")";
    if (*up != '\0') json += R"(,"partOf":{"reference":"Location/)" + std::string(up) + "\"}";
    stores.put(json + "}", id);
  };
  location("town", "");
  location("ward", "town");
  location("room", "ward");
  stores.put(R"({"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},)"
             R"("location":[{"location":{"reference":"Location/room"}}]})",
             "e");
  CHECK(stores.found("Location", {{"partof:below", "Location/town"}}) ==
        "Location/ward Location/room");
  CHECK(stores.found("Location", {{"partof:above", "Location/room"}}) ==
        "Location/ward Location/room");
  CHECK(stores.found("Encounter", {{"location:below", "town"}}) == "Encounter/e");
  CHECK(stores.found("Encounter", {{"location", "town"}}).empty());
  CHECK(stores.found("Encounter", {{"location:above", "Location/town"}}).empty());
}

TEST_CASE("a canonical has its more exact versions below it, a type of content its own kinds") {
  Both stores;
  stores.put(R"({"resourceType":"CarePlan","status":"active","intent":"plan",)"
             R"("subject":{"reference":"Patient/1"},"instantiatesCanonical":["http://x/1|2.1"]})",
             "c");
  const auto plans = [&](const char* value) {
    return stores.found("CarePlan", {{"instantiates-canonical:below", value}});
  };
  CHECK(plans("http://x/1") == "CarePlan/c");
  CHECK(plans("http://x/1|2") == "CarePlan/c");
  CHECK(plans("http://x/1|2.1") == "CarePlan/c");
  CHECK(plans("http://x/1|2.10").empty());
  CHECK(plans("http://x/1|1").empty());
  CHECK(plans("http://x/1|1,http://x/1") == "CarePlan/c");
  CHECK(plans("http://x/1,http://x/1|1") == "CarePlan/c");
  CHECK(plans("http://x,http://x/1|1").empty());
  stores.put(R"({"resourceType":"DocumentReference","status":"current","content":[{"attachment":)"
             R"({"contentType":"text/xml;charset=utf-8"}}]})",
             "d");
  const auto documents = [&](const char* value) {
    return stores.found("DocumentReference", {{"contenttype:below", value}});
  };
  CHECK(documents("text") == "DocumentReference/d");
  CHECK(documents("text/xml") == "DocumentReference/d");
  CHECK(documents("text/x").empty());
}

TEST_CASE("strings and addresses of mail are found as tokens in any letter case") {
  Both stores;
  stores.put(
      R"({"resourceType":"ValueSet","status":"draft","url":"http://v/1","version":"V1-Alpha"})",
      "v");
  CHECK(stores.found("ValueSet", {{"version", "v1-alpha"}}) == "ValueSet/v");
  CHECK(stores.found("ValueSet", {{"url", "http://v/1|V1-Alpha"}}) == "ValueSet/v");
  CHECK(stores.found("ValueSet", {{"url", "http://v/1|2"}}).empty());
  CHECK(stores.found("ValueSet", {{"url", "http://v/1"}}) == "ValueSet/v");
}
