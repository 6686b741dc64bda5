// What is over a limit is refused, and told the limit's name and value.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "support/folder.h"

#include <functional>
#include <string>
#include <vector>

using namespace fingerpost;
using Server = test::FhirServer;

namespace {

struct Row {
  const char* said;  // "bundle_entries of 1"
  std::function<void(Limits&)> set;
  const char* method;
  std::string url;
  std::string body;
  int status;
  std::string fields = {};
};

const std::string patient = R"({"resourceType":"Patient","id":"p1","name":[{"family":"Smith"}]})";
const std::string patch = "Content-Type: application/json-patch+json\r\n";

std::string entries(int count) {
  std::string all = R"({"resourceType":"Bundle","type":"batch","entry":[)";
  for (int i = 0; i < count; ++i)
    all += std::string(i > 0 ? "," : "") + R"({"request":{"method":"GET","url":"Patient/p1"}})";
  return all + "]}";
}

std::vector<Row> rows() {
  return {
      {"parameters of 2", [](Limits& to) { to.parameters = 2; }, "GET",
       "/Patient?family=a&given=b&gender=male", "", 400},
      {"or_values of 2", [](Limits& to) { to.or_values = 2; }, "GET", "/Patient?family=a,b,c", "",
       400},
      {"chain_depth of 1", [](Limits& to) { to.chain_depth = 1; }, "GET",
       "/Observation?patient.organization.partof.name=a", "", 400},
      {"filter_terms of 1", [](Limits& to) { to.filter_terms = 1; }, "GET",
       "/Patient?_filter=family%20eq%20a%20or%20family%20eq%20b", "", 400},
      {"filter_depth of 1", [](Limits& to) { to.filter_depth = 1; }, "GET",
       "/Patient?_filter=((family%20eq%20a))", "", 400},
      {"text_words of 1", [](Limits& to) { to.text_words = 1; }, "GET", "/Patient?_text=one%20two",
       "", 400},
      {"url_bytes of 300", [](Limits& to) { to.url_bytes = 300; }, "GET",
       "/Patient?family=" + std::string(300, 'a'), "", 414},
      {"header_bytes of 600", [](Limits& to) { to.header_bytes = 600; }, "GET", "/Patient", "", 431,
       "X-Long: " + std::string(700, 'a') + "\r\n"},
      {"header_fields of 2", [](Limits& to) { to.header_fields = 2; }, "GET", "/Patient", "", 431,
       "A: 1\r\nB: 2\r\n"},
      {"body_bytes of 200", [](Limits& to) { to.body_bytes = 200; }, "PUT", "/Patient/p1",
       patient + std::string(200, ' '), 413},
      {"depth of 2", [](Limits& to) { to.depth = 2; }, "PUT", "/Patient/p2", patient, 400},
      {"nodes of 5", [](Limits& to) { to.nodes = 5; }, "PUT", "/Patient/p2", patient, 400},
      {"string_bytes of 10", [](Limits& to) { to.string_bytes = 10; }, "PUT", "/Patient/p2",
       patient, 400},
      {"bundle_entries of 1", [](Limits& to) { to.bundle_entries = 1; }, "POST", "/", entries(2),
       400},
      {"patch_operations of 1", [](Limits& to) { to.patch_operations = 1; }, "PATCH", "/Patient/p1",
       R"([{"op":"add","path":"/active","value":true},{"op":"remove","path":"/active"}])", 422,
       patch},
      {"conditional_deletes of 0", [](Limits& to) { to.conditional_deletes = 0; }, "DELETE",
       "/Patient?_id=p1", "", 412},
      {"everything of 0", [](Limits& to) { to.everything = 0; }, "GET", "/Patient/p1/$everything",
       "", 422},
      {"async_jobs of 0", [](Limits& to) { to.async_jobs = 0; }, "GET", "/Patient", "", 503,
       "Prefer: respond-async\r\n"},
      {"waiting_requests of 0", [](Limits& to) { to.waiting_requests = 0; }, "GET", "/Patient", "",
       503},
  };
}

}  // namespace

TEST_CASE("over a limit is refused with the limit's name and value") {
  for (const auto& row : rows()) {
    CAPTURE(row.said);
    const test::Folder folder;
    {
      Server usual({}, folder.path());
      REQUIRE(usual.ask("PUT", "/Patient/p1", "", patient).status == 201);
    }
    Limits limits;
    row.set(limits);
    Server server(limits, folder.path());
    const auto answer = server.ask(row.method, row.url, row.fields, row.body);
    CAPTURE(answer.body);
    CHECK(answer.status == row.status);
    CHECK(test::holds(answer, std::string("limit ") + row.said));
  }
}

TEST_CASE("a page is no larger than page_max, and its links say how large it is") {
  Limits limits;
  limits.page_max = 1;
  Server server(limits);
  for (const std::string id : {"a", "b"})
    server.ask("PUT", "/Patient/" + id, "", R"({"resourceType":"Patient","id":")" + id + "\"}");
  for (const std::string url :
       {"/Patient?_count=50", "/Patient/_history?_count=50", "/_history?_count=50"}) {
    CAPTURE(url);
    const auto page = server.ask("GET", url);
    CHECK(test::holds(page, "_count=1\"}"));
    CHECK_FALSE(test::holds(page, "_count=50"));
    CHECK(page.body.find("fullUrl") == page.body.rfind("fullUrl"));
  }
}
