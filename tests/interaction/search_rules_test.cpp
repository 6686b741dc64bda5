// What a search takes, refuses and shows, by the rules of R4 search.html, on both stores.
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <algorithm>
#include <regex>

using namespace fingerpost;

namespace {

const std::vector<std::pair<const char*, const char*>> resources = {
    {"Practitioner", R"({"resourceType":"Practitioner","id":"d1","name":[{"family":"Doctor"}],
      "telecom":[{"system":"phone","value":"1"}]})"},
    {"Patient", R"({"resourceType":"Patient","id":"p1","name":[{"family":"Walker"}],
      "birthDate":"1980-05-12","generalPractitioner":[{"reference":"Practitioner/d1"}],
      "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a walking frame</div>"}})"},
    {"Patient", R"({"resourceType":"Patient","id":"p2","name":[{"family":"Sitter"}],
      "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">walking alone</div>"}})"},
    {"Patient", R"({"resourceType":"Patient","id":"p3","active":true,
      "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a frame of wood</div>"}})"},
    {"PlanDefinition", R"({"resourceType":"PlanDefinition","id":"l1","status":"active",
      "url":"urn:oid:1.2.3.4"})"},
    {"DocumentReference", R"({"resourceType":"DocumentReference","id":"t1","status":"current",
      "content":[{"attachment":{"contentType":"text/xML; charset=utf-8"}}]})"},
    {"Observation", R"({"resourceType":"Observation","id":"o1","status":"final",
      "code":{"coding":[{"system":"urn:c","code":"x"}]},"subject":{"reference":"Patient/p1"},
      "valueQuantity":{"value":5,"code":"mm","system":"http://unitsofmeasure.org"}})"},
};

struct World {
  explicit World(bool sqlite) : fhir({}, sqlite ? folder.path() : "") {
    for (const auto& [type, json] : resources) {
      const std::string text(json);
      const auto at = text.find(R"("id":")") + 6;
      const auto id = text.substr(at, text.find('"', at) - at);
      REQUIRE(fhir.update({type, id}, text).status == interaction::Status::created);
    }
  }

  // "?" and an answer's entries as Type/id in order, or "status: text".
  std::string found(const std::string& query) {
    const auto mark = query.find('?');
    std::vector<search::Pair> pairs;
    std::string rest = query.substr(mark + 1);
    while (!rest.empty()) {
      const auto end = std::min(rest.find('&'), rest.size());
      const auto equals = rest.find('=');
      pairs.emplace_back(rest.substr(0, equals), rest.substr(equals + 1, end - equals - 1));
      rest.erase(0, end + 1);
    }
    last = mark == 0 ? interaction::search_system(*fhir.session, pairs, search::Handling::strict)
                     : fhir.search(query.substr(0, mark), pairs);
    if (last.failed()) {
      std::string out;
      for (const auto& issue : last.issues) out += issue.expression + ": " + issue.text;
      return out;
    }
    const std::string body(last.content());
    static const std::regex entry("\"fullUrl\":\"http://test.example/fhir/([A-Za-z]+/[a-z0-9]+)\"");
    std::vector<std::string> ids;
    for (std::sregex_iterator at(body.begin(), body.end(), entry), end; at != end; ++at)
      ids.push_back((*at)[1]);
    std::sort(ids.begin(), ids.end());
    std::string out;
    for (const auto& id : ids) out += (out.empty() ? "" : " ") + id;
    return out;
  }

  test::Folder folder;
  test::Fhir fhir;
  interaction::Answer last;
};

World& world(bool sqlite) {
  static World memory(false), disk(true);
  return sqlite ? disk : memory;
}

}  // namespace

TEST_CASE("a search finds these, or says what it does not take") {
  struct Row {
    const char *query, *found;
  };
  const auto row = GENERATE(
      // A value that folds to nothing would find everybody.
      Row{"Patient?family= ", "family: the value is blank"},
      Row{"Patient?family=\xCC\x81", "family: the value is blank"},
      Row{"Patient?family:contains= ", "family:contains: the value is blank"},
      Row{"Patient?family=Walker, ", "family: the value is blank"},
      Row{"Observation?subject:Patient.family= ", "family: the value is blank"},
      Row{"Patient?_filter=family sw \" \"", "_filter: family: the value is blank"},
      Row{"Patient?family=Walk\\er", "family: a \\ stands before one of \\ , $ | only"},
      Row{"Patient?family=Walker\\", "family: a \\ stands before one of \\ , $ | only"},
      // Their own language.
      Row{"Patient?_text=walking frame", "Patient/p1"},
      Row{"Patient?_text=walking AND frame", "Patient/p1"},
      Row{"Patient?_text=walking or frame", "Patient/p1 Patient/p2 Patient/p3"},
      Row{"Patient?_text=(alone OR wood) and (walking or frame)", "Patient/p2 Patient/p3"},
      Row{"Patient?_text=frame not walking", "Patient/p3"},
      Row{"Patient?_text=not (frame or alone)", ""},
      Row{"Patient?_text=walk* not alone", "Patient/p1"},
      Row{"Patient?_text=frame and", "_text: a word must stand at the end"},
      Row{"Patient?_text=(frame", "_text: a parenthesis is never closed"},
      Row{"Patient?_text=frame)", "_text: a parenthesis too many"},
      Row{"Patient?_text=\"walking frame\"", "_text: a phrase in quotes cannot be searched"},
      Row{"Patient?_text=-", "_text: a word must stand at the end"},
      // R4 search.html#mimetype: letters of either case are the same.
      Row{"DocumentReference?contenttype:below=TEXT", "DocumentReference/t1"},
      Row{"DocumentReference?contenttype:below=text/X", ""},
      Row{"DocumentReference?contenttype:below=text/Xml", "DocumentReference/t1"},
      // R4 search.html#uri: with a version it is another test.
      Row{"PlanDefinition?_filter=url eq urn:oid:1.2.3.4|1", ""},
      Row{"PlanDefinition?_filter=url ne urn:oid:1.2.3.4|1", "PlanDefinition/l1"},
      Row{"PlanDefinition?_filter=url sw urn:oid|1",
          "_filter: at character 5: the comparison does not go with this type of parameter"},
      // What every resource has.
      Row{"Patient?_id:missing=false", "Patient/p1 Patient/p2 Patient/p3"},
      Row{"Patient?_lastUpdated:missing=true", ""}, Row{"Patient?_id:not=p1,p3", "Patient/p2"},
      Row{"PlanDefinition?url:below=urn:oid:1.2.3",
          "url:below: the modifier does not go with a URN"},
      Row{"Observation?code-value-quantity:missing=true",
          "code-value-quantity:missing: the modifier does not go with this type of parameter"},
      // One of each.
      Row{"Patient?_count=1&_count=2", "_count: _count may be given once"},
      Row{"Patient?_summary=true&_summary=false", "_summary: _summary may be given once"},
      Row{"Patient?_sort=family&_sort=-family", "_sort: _sort may be given once"},
      Row{"Patient?_summary=count&_count=2", ""}, Row{"Patient?_count=2&_summary=count", ""},
      Row{"Patient?_elements=foo",
          "_elements: there is no such element at the root of the resource"},
      Row{"Patient?_elements=name.family",
          "_elements: there is no such element at the root of the resource"},
      Row{"Patient?foo=x", "foo: there is no such search parameter"},
      Row{"Patient?brithdate=1980",
          "brithdate: there is no such search parameter; the nearest is birthdate"},
      Row{"?_id=p1&_include=Patient:general-practitioner", "Patient/p1 Practitioner/d1"},
      Row{"Observation?_include=Observation:subject&_include:iterate=Patient:general-practitioner",
          "Observation/o1 Patient/p1 Practitioner/d1"},
      Row{"Observation?_include=Patient:general-practitioner",
          "_include: the value starts with the type that is searched; _include:iterate goes on "
          "from what was included"});
  const bool sqlite = GENERATE(false, true);
  CAPTURE(row.query, sqlite);
  CHECK(world(sqlite).found(row.query) == row.found);
}

TEST_CASE("what a search shows of what it found") {
  struct Row {
    const char *query, *holds, *lacks;
  };
  const auto row =
      GENERATE(Row{"Patient?_summary=count&_count=2", R"("total":3)", R"("entry")"},
               Row{"Patient?_elements=birthDate&_id=p1", R"("birthDate":"1980-05-12")", "Walker"},
               Row{"Observation?_elements=valueQuantity", R"("valueQuantity":{)", R"("subject")"},
               // R4 search.html#elements: the list does not apply to included resources.
               Row{"Patient?_id=p1&_include=Patient:general-practitioner&_elements=birthDate",
                   R"("telecom")", "Walker"},
               Row{"Patient?_count=5000", "_count=1000\"", "_count=5000"});
  CAPTURE(row.query);
  auto& memory = world(false);
  memory.found(row.query);
  const std::string body(memory.last.content());
  CHECK_THAT(body, Catch::Contains(row.holds));
  CHECK_THAT(body, !Catch::Contains(row.lacks));
}
