#include "support/validator.h"

using namespace fingerpost;

namespace {

// All that is said of it but that it has no narrative, "severity expression: text", a line each.
std::string said_of(const std::string& text) {
  static test::Checked checked;
  const Tree tree = test::read_tree(text);
  std::string found;
  for (const auto& issue : checked.validator().validate(tree, tree.root(), {}, {})) {
    if (issue.text.starts_with("dom-6")) continue;
    found += issue.severity <= Severity::error ? "error " : "lesser ";
    found += issue.expression + ": " + issue.text + "\n";
  }
  return found;
}

struct Row {
  const char* part;
  const char* says;  // "" nothing
};

void check_row(const std::string& text, const Row& row) {
  CAPTURE(row.part);
  const auto found = said_of(text);
  CAPTURE(found);
  CHECK(found.find(row.says) != std::string::npos);
  const bool quiet = found.find("names no entry") == std::string::npos &&
                     found.find("asks for another") == std::string::npos;
  CHECK(quiet == std::string_view(row.says).empty());
}

constexpr const char* none = "names no entry of the Bundle";

}  // namespace

TEST_CASE("a document holds what its Composition refers to, however deep") {
  const auto row = GENERATE(values<Row>({
      {R"("section":[{"title":"s","entry":[{"reference":"Patient/p"}]}])", ""},
      {R"("section":[{"title":"s","entry":[{"reference":"Patient/x"}]}])",
       "error Bundle.entry[0].resource.section[0].entry[0]: names no entry of the Bundle"},
      {R"("section":[{"title":"s","section":[{"title":"t","entry":[{"reference":
          "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}]}]}])",
       "error Bundle.entry[0].resource.section[0].section[0].entry[0]: names no entry"},
      {R"("section":[{"title":"s","entry":[{"reference":"http://b.test/Patient/x"}]}])",
       "lesser Bundle.entry[0].resource.section[0].entry[0]: names no entry"},
      {R"("encounter":{"reference":"Encounter/x"})",
       "error Bundle.entry[0].resource.encounter: names no entry"},
      {R"("relatesTo":[{"code":"replaces","targetReference":{"reference":"Composition/x"}}])", ""},
      {R"("extension":[{"url":"http://b.test/x","valueReference":{"reference":"Patient/x"}}])", ""},
      {R"("section":[{"title":"s","entry":[{"reference":"#l"}]}],"contained":[{"resourceType":
          "List","id":"l","status":"current","mode":"working","subject":{"reference":
          "Patient/x"}}])",
       ""},
  }));
  check_row(R"({"resourceType":"Bundle","type":"document","timestamp":"2020-01-01T00:00:00Z",
      "identifier":{"system":"urn:a","value":"1"},"entry":[
      {"fullUrl":"http://a.test/Composition/c","resource":{"resourceType":"Composition","id":"c",
       "status":"final","type":{"text":"t"},"date":"2020","title":"t",
       "subject":{"reference":"Patient/p"},"author":[{"reference":"Patient/p"}],)" +
                std::string(row.part) + R"(}},
      {"fullUrl":"http://a.test/Patient/p","resource":{"resourceType":"Patient","id":"p"}}]})",
            row);
}

TEST_CASE("a message holds what its MessageHeader is about") {
  const auto row = GENERATE(values<Row>({
      {R"("focus":[{"reference":"Patient/p"}])", ""},
      {R"("focus":[{"reference":"Patient/p"},{"reference":"ServiceRequest/x"}])",
       "error Bundle.entry[0].resource.focus[1]: names no entry of the Bundle"},
      {R"("focus":[{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}])",
       "error Bundle.entry[0].resource.focus[0]: names no entry of the Bundle"},
      {R"("focus":[{"reference":"http://b.test/Patient/x"}])",
       "lesser Bundle.entry[0].resource.focus[0]: names no entry of the Bundle"},
      {R"("sender":{"reference":"Organization/x"})", ""},
  }));
  check_row(R"({"resourceType":"Bundle","type":"message","entry":[
      {"fullUrl":"http://a.test/MessageHeader/m","resource":{"resourceType":"MessageHeader",
       "id":"m","eventUri":"urn:e","source":{"endpoint":"http://a.test"},)" +
                std::string(row.part) + R"(}},
      {"fullUrl":"http://a.test/Patient/p","resource":{"resourceType":"Patient","id":"p"}}]})",
            row);
}

TEST_CASE("a URN that no entry of the Bundle has is known to nobody") {
  const auto* const kind =
      GENERATE("collection", "transaction", "batch", "searchset", "message", "document");
  const auto row = GENERATE(values<Row>({
      {"urn:uuid:c757873d-ec9a-4326-a141-556f43239520", ""},
      {"urn:uuid:00000000-ec9a-4326-a141-556f43239520",
       "lesser Bundle.entry[1].resource.managingOrganization: names no entry of the Bundle"},
      {"urn:oid:1.2.3",
       "lesser Bundle.entry[1].resource.managingOrganization: names no entry of the Bundle"},
      {"Organization/x", ""},
      {"http://b.test/Organization/x", ""},
  }));
  CAPTURE(kind);
  check_row(R"({"resourceType":"Bundle","type":")" + std::string(kind) + R"(","entry":[
      {"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":
       "Organization","name":"n"}},
      {"fullUrl":"http://a.test/Patient/p","resource":{"resourceType":"Patient","id":"p",
       "managingOrganization":{"reference":")" +
                std::string(row.part) + R"("}}}]})",
            row);
  // A resource by itself has no entries to be among.
  CHECK(said_of(R"({"resourceType":"Patient","managingOrganization":{"reference":")" +
                std::string(row.part) + R"("}})")
            .empty());
}

TEST_CASE("an entry's request is for the resource that the entry holds") {
  constexpr auto* type = "error Bundle.entry[0].request.url: asks for another type";
  constexpr auto* id = "error Bundle.entry[0].request.url: asks for another id";
  struct Request {
    const char* method;
    Row row;  // by its url
  };
  const auto asked = GENERATE_COPY(values<Request>({
      {"PUT", {"Patient/a", ""}},
      {"PUT", {"/Patient/a", ""}},
      {"PUT", {"Patient?identifier=urn:x|1", ""}},
      {"PUT", {"Observation/a", type}},
      {"PUT", {"Observation?identifier=urn:x|1", type}},
      {"PUT", {"Patient/b", id}},
      {"PUT", {"http://a.test/Patient/b", ""}},
      {"POST", {"Patient", ""}},
      {"POST", {"Observation", type}},
      {"POST", {"Observation/$lastn", ""}},
      {"POST", {"$convert", ""}},
  }));
  const auto* const kind = GENERATE("transaction", "batch");
  CAPTURE(asked.method);
  check_row(
      R"({"resourceType":"Bundle","type":")" + std::string(kind) +
          R"(","entry":[{"resource":{"resourceType":"Patient","id":"a"},"request":{"method":")" +
          asked.method + R"(","url":")" + asked.row.part + R"("}}]})",
      asked.row);
}

TEST_CASE("what an update is for has its id") {
  CHECK(said_of(R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":
      {"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient/a"}}]})")
            .find("asks for another id") != std::string::npos);
}
