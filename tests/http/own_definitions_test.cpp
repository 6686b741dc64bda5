// The server's own OperationDefinitions and SearchParameters are found beside the stored ones.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "support/folder.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

using namespace fingerpost;
using Server = test::FhirServer;
using test::holds;

namespace {

const std::string stored =
    R"({"resourceType":"OperationDefinition","id":"mine","url":"urn:mine","name":"Mine","status":)"
    R"("draft","kind":"operation","code":"mine","system":false,"type":true,"instance":false})";

std::string text_after(const std::string& text, const std::string& mark) {
  const auto at = text.find(mark);
  if (at == std::string::npos) return "";
  const auto begin = at + mark.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

std::string total(int count) {
  return "\"total\":" + std::to_string(count) + ",";
}

}  // namespace

TEST_CASE("what the server defines is found by search as what is stored is") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  Server server({}, on_disk ? folder.path() : "");
  REQUIRE(server.ask("PUT", "/OperationDefinition/mine", "", stored).status == 201);
  struct Row {
    const char* url;
    int total;
    const char* holds;
  };
  for (const auto& row :
       {Row{"/OperationDefinition?url=http://hl7.org/fhir/OperationDefinition/Patient-everything",
            1, "\"id\":\"Patient-everything\""},
        Row{"/OperationDefinition?_id=Patient-everything,mine", 2, "\"mine\""},
        Row{"/OperationDefinition?_id:not=Patient-everything&code=everything", 1,
            "CarePlan-everything"},
        Row{"/OperationDefinition?status=draft", 1, "\"mine\""},
        Row{"/OperationDefinition?name=mine", 1, "\"mine\""},
        Row{"/OperationDefinition?_filter=code%20eq%20mine%20or%20code%20eq%20expand", 2,
            "ValueSet-expand"},
        Row{"/OperationDefinition?_has:List:item:status=current", 0, "searchset"},
        Row{"/SearchParameter?code=birthdate&base=Patient", 1, "individual-birthdate"},
        Row{"/SearchParameter?url=http://hl7.org/fhir/SearchParameter/Patient-active", 1,
            "\"Patient-active\""},
        Row{"/SearchParameter?url=urn:none", 0, "searchset"}}) {
    CAPTURE(row.url);
    const auto found = server.ask("GET", row.url);
    REQUIRE(found.status == 200);
    CHECK(holds(found, total(row.total)));
    CHECK(holds(found, row.holds));
    CHECK(holds(server.ask("GET", std::string(row.url) + "&_summary=count"),
                "\"total\":" + std::to_string(row.total)));
  }
  const auto found = server.ask("GET", "/OperationDefinition?_id=Patient-everything").body;
  const auto read = server.ask("GET", "/OperationDefinition/Patient-everything").body;
  CHECK(found.find(read) != std::string::npos);
  CHECK(server.ask("DELETE", "/OperationDefinition/Patient-everything").status == 403);
}

TEST_CASE("a definition of a url that the server's own have is refused") {
  Server server;
  for (const auto& [type, url] : {std::pair("OperationDefinition", "Patient-everything"),
                                  std::pair("SearchParameter", "Patient-active")}) {
    CAPTURE(type);
    const auto own = "http://hl7.org/fhir/" + std::string(type) + "/" + url;
    auto body = stored;
    if (std::string_view(type) == "SearchParameter")
      body = R"({"resourceType":"SearchParameter","id":"mine","url":"urn:mine","name":"Mine",)"
             R"("status":"draft","description":"d","code":"mine","base":["Patient"],)"
             R"("type":"token","expression":"Patient.active"})";
    const auto place = "/" + std::string(type) + "/mine";
    CHECK(server.ask("PUT", place, "", body).status == 201);
    body.replace(body.find("urn:mine"), 8, own);
    CHECK(server.ask("PUT", place, "", body).status == 422);
    CHECK(holds(server.ask("GET", "/" + std::string(type) + "?url=" + own), total(1)));
  }
}

TEST_CASE("those that sort alike turn round when the order does") {
  Server server;
  const auto first = [&](const std::string& sort) {
    const auto all = "/OperationDefinition?_id=Patient-everything,CarePlan-everything&_sort=";
    return text_after(server.ask("GET", all + sort).body,
                      "\"fullUrl\":\"http://test.example/fhir/OperationDefinition/");
  };
  CHECK_FALSE(first("code").empty());
  CHECK(first("code") != first("-code"));
}

TEST_CASE("pages go from what is stored to what the server defines, each once") {
  Server server;
  for (int i = 0; i < 3; ++i) {
    auto body = stored;
    body.replace(body.find("\"mine\""), 6, "\"mine" + std::to_string(i) + "\"");
    REQUIRE(server.ask("PUT", "/OperationDefinition/mine" + std::to_string(i), "", body).status ==
            201);
  }
  const std::string query = GENERATE("_count=3", "_count=4&_sort=-code", "_count=1&_sort=name",
                                     "_count=2&_total=accurate");
  CAPTURE(query);
  std::multiset<std::string> ids;
  std::string totals;
  std::string url = "/OperationDefinition?" + query;
  for (int pages = 0; !url.empty() && pages < 40; ++pages) {
    const auto page = server.ask("GET", url);
    REQUIRE(page.status == 200);
    totals += text_after(page.body, "\"total\":").substr(0, 2) + " ";
    const std::string mark = "\"fullUrl\":\"http://test.example/fhir/OperationDefinition/";
    for (auto at = page.body.find(mark); at != std::string::npos; at = page.body.find(mark, at + 1))
      ids.insert(text_after(page.body.substr(at), mark));
    const auto next = text_after(page.body, R"("relation":"next","url":")");
    url = next.empty() ? "" : next.substr(std::string("http://test.example/fhir").size());
  }
  CHECK(url.empty());
  const std::set<std::string> once(ids.begin(), ids.end());
  CHECK(once.size() == ids.size());
  CHECK(once.size() > 15);
  CHECK(once.count("mine2") == 1);
  CHECK(once.count("Resource-explain") == 1);
  if (query.find("_total") != std::string::npos) {
    const auto all = std::to_string(ids.size()) + " ";
    for (std::size_t at = 0; at < totals.size(); at += all.size())
      CHECK(totals.substr(at, all.size()) == all);
  }
}
