// The statements over HTTP, and that all they name is served.

#include "interaction/offers.h"
#include "support/catch.h"
#include "support/fhir_server.h"
#include "wire/json_view.h"

#include <set>
#include <string>

using namespace fingerpost;
using Server = test::FhirServer;
using test::holds;

TEST_CASE("a statement is given in part, and each of its texts has an ETag of its own") {
  Server server;
  std::set<std::string> tags;
  const std::string xml = "Accept: application/fhir+xml\r\n";
  const std::pair<std::string, std::string> asked[] = {{"/metadata", ""},
                                                       {"/metadata", xml},
                                                       {"/metadata?_pretty=true", ""},
                                                       {"/metadata?_summary=true", ""},
                                                       {"/metadata?_elements=software", ""},
                                                       {"/metadata?_elements=software", xml},
                                                       {"/metadata?mode=terminology", ""}};
  for (const auto& [url, fields] : asked) {
    CAPTURE(url, fields);
    const auto whole = server.ask("GET", url, fields);
    REQUIRE(whole.status == 200);
    const auto tag = whole.field("ETag");
    CHECK(tags.insert(tag).second);
    CHECK(server.ask("GET", url, fields).field("ETag") == tag);
    CHECK(server.ask("GET", url, fields + "If-None-Match: " + tag + "\r\n").status == 304);
    CHECK(server.ask("GET", url, fields + "If-None-Match: W/\"1\"\r\n").status == 200);
  }
  const auto part = server.ask("GET", "/metadata?_elements=software");
  CHECK(holds(part, R"("name":"Fingerpost")"));
  CHECK(holds(part, "SUBSETTED"));
  CHECK_FALSE(holds(part, "\"rest\""));
  CHECK(server.ask("GET", "/metadata?_elements=softwar").status == 400);
  CHECK(server.ask("GET", "/metadata?_summary=count").status == 400);
}

TEST_CASE("every method of every path of the OpenAPI document is served") {
  Server server;
  const auto document = wire::parse_json(server.ask("GET", "/openapi.json").body, Limits{}).value();
  const auto replaced = [](std::string path) {
    for (const auto& [variable, text] : {std::pair{"{id}", "a"}, std::pair{"{vid}", "1"},
                                         std::pair{"{member}", "*"}, std::pair{"{job}", "a"}})
      if (const auto at = path.find(variable); at != std::string::npos)
        path.replace(at, std::string(variable).size(), text);
    return path;
  };
  std::size_t asked = 0;
  wire::JsonView(document)["paths"].members([&](std::string_view name, wire::JsonView path) {
    const auto type = name.substr(1, name.find('/', 1) - 1);
    const bool some = name.size() < 2 || name[1] < 'A' || name[1] > 'Z' || type == "Patient" ||
                      type == "ValueSet" || type == "StructureMap";
    if (!some) return;
    path.members([&](std::string_view method, wire::JsonView) {
      if (method == "parameters") return;
      CAPTURE(name, method);
      std::string verb(method);
      for (char& c : verb) c = static_cast<char>(c & ~0x20);
      const auto answer = server.ask(verb, replaced(std::string(name)));
      CHECK(answer.status != 405);
      CHECK(answer.status != 501);
      CHECK_FALSE((answer.status == 404 && holds(answer, "\"not-supported\"")));
      CHECK_FALSE(holds(answer, "this operation is not offered here"));
      ++asked;
    });
  });
  CHECK(asked > 60);
}

TEST_CASE("a method that is not offered at a place is told those that are") {
  using interaction::Place;
  using interaction::Verb;
  Server server;
  struct Row {
    Place place;
    const char* url;
  };
  const Row rows[] = {{Place::base, "/"},
                      {Place::metadata, "/metadata"},
                      {Place::openapi, "/openapi.json"},
                      {Place::smart_configuration, "/.well-known/smart-configuration"},
                      {Place::system_history, "/_history"},
                      {Place::type, "/Patient"},
                      {Place::type_search, "/Patient/_search"},
                      {Place::type_history, "/Patient/_history"},
                      {Place::operation, "/Patient/a/$meta"},
                      {Place::operation, "/Patient/a/_history/1/$meta"},
                      {Place::instance, "/Patient/a"},
                      {Place::instance_history, "/Patient/a/_history"},
                      {Place::version, "/Patient/a/_history/1"},
                      {Place::compartment, "/Patient/a/Goal"},
                      {Place::job, "/_async/a"},
                      {Place::system_search, "/_search"},
                      {Place::system_operation, "/$meta"}};
  std::set<Place> shown;
  for (const auto& row : rows) {
    CAPTURE(row.url);
    shown.insert(row.place);
    std::string allowed;
    for (const auto& offer : interaction::offers()) {
      if (offer.place != row.place) continue;
      constexpr const char* names[] = {"DELETE", "POST", "PUT", "PATCH", "GET, HEAD"};
      allowed += (allowed.empty() ? "" : ", ") + std::string(names[static_cast<int>(offer.verb)]);
    }
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
      CAPTURE(method);
      if (allowed.find(method) != std::string::npos) continue;
      const auto refused = server.ask(method, row.url);
      CHECK(refused.status == 405);
      CHECK(refused.field("Allow") == allowed);
    }
  }
  CHECK(shown.size() == static_cast<std::size_t>(Place::nothing));
}
