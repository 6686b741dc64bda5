// What the server says of itself, from use to statement and back.

#include "interaction/conformance.h"
#include "interaction/interactions.h"
#include "interaction/offers.h"
#include "interaction/operations.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "wire/json_view.h"

#include <map>
#include <set>
#include <string>

using namespace fingerpost;
using wire::JsonView;

namespace {

using Texts = std::set<std::string, std::less<>>;

wire::JsonDocument parsed(std::string text) {
  Limits limits;
  limits.depth = 100;
  return wire::parse_json(std::move(text), limits).value();
}

Texts names_of(JsonView list, std::string_view member) {
  Texts names;
  list.each([&](JsonView one) { names.emplace(one[member].text()); });
  return names;
}

Texts texts_of(JsonView list) {
  Texts texts;
  list.each([&](JsonView one) { texts.emplace(one.text()); });
  return texts;
}

// A statement taken apart.
struct Said {
  explicit Said(test::Fhir& fhir)
      : document(parsed(interaction::capabilities(*fhir.context))),
        rest(JsonView(document)["rest"].first()) {
    rest["resource"].each(
        [&](JsonView type) { types.emplace(std::string(type["type"].text()), type); });
  }
  Texts searched_by(const std::string& type) const {
    return names_of((type.empty() ? rest : types.at(type))["searchParam"], "name");
  }

  wire::JsonDocument document;
  JsonView rest;
  std::map<std::string, JsonView> types;
};

// With a value that each takes, whatever its type.
const std::vector<search::Pair> general = {
    {"_id", "a"},          {"_lastUpdated", "2026"}, {"_text", "a"},
    {"_content", "a"},     {"_list", "li"},          {"_filter", "_id eq a"},
    {"_query", "current"}, {"_contained", "true"},   {"_containedType", "container"}};

}  // namespace

TEST_CASE("whatever a type can be searched by is in the statement, and nothing else is") {
  test::Fhir fhir;
  const Said said(fhir);
  const auto parameters = fhir.context->parameters.now();
  REQUIRE(said.types.size() > 140);
  for (const auto& [type, stated] : said.types) {
    if (type == "AuditEvent") continue;  // below
    CAPTURE(type);
    const auto names = said.searched_by(type);
    Texts used;
    for (const auto id : parameters->of_type(type)) used.emplace(parameters->key(id).code);
    for (const auto& pair : general)
      if (!fhir.search(type, {pair}).failed()) used.insert(pair.first);
    for (const auto& value : texts_of(stated["searchRevInclude"]))
      if (value != "*" && !fhir.search(type, {{"_has:" + value + ":_id", "a"}}).failed())
        used.insert("_has");
    CHECK(names == used);
  }
}

TEST_CASE("whatever all types can be searched by together is in the statement") {
  test::Fhir fhir;
  const Said said(fhir);
  const auto parameters = fhir.context->parameters.now();
  Texts used{"_type"};
  for (const auto& pair : general)
    if (!interaction::search_system(*fhir.session, {pair}, search::Handling::strict).failed())
      used.insert(pair.first);
  for (const auto id : parameters->of_type("Patient")) {
    const std::string code(parameters->key(id).code);
    const auto answer = interaction::search_system(*fhir.session, {{code + ":missing", "true"}},
                                                   search::Handling::strict);
    if (!answer.failed()) used.insert(code);
  }
  CHECK(said.searched_by("") == used);
  CHECK(used.count("_tag") == 1);
}

TEST_CASE("whatever can be included is in the statement, and can be included") {
  test::Fhir fhir;
  const Said said(fhir);
  const auto parameters = fhir.context->parameters.now();
  const auto ask = [&](const std::string& type, const std::string& name, std::string value) {
    return !fhir.search(type, {{name, std::move(value)}, {"_count", "1"}}).failed();
  };
  for (const std::string type : {"Patient", "CarePlan", "Binary", "Task"}) {
    CAPTURE(type);
    const auto included = texts_of(said.types.at(type)["searchInclude"]);
    for (const auto& value : included) CHECK(ask(type, "_include", value));
    for (const auto id : parameters->of_type(type)) {
      const auto& key = parameters->key(id);
      const auto value = type + ":" + std::string(key.code);
      CHECK((included.count(value) == 1) == ask(type, "_include", value));
    }
    const auto including = texts_of(said.types.at(type)["searchRevInclude"]);
    for (const auto& value : including) CHECK(ask(type, "_revinclude", value));
    CHECK(including.count("List:item") == 1);
  }
  CHECK(texts_of(said.types.at("Patient")["searchRevInclude"]).count("CarePlan:subject") == 1);
  CHECK(texts_of(said.types.at("Goal")["searchRevInclude"]).count("CarePlan:subject") == 0);
}

TEST_CASE("every operation is stated where it is offered, and its definition can be read") {
  test::Fhir fhir;
  fhir.context->may_expunge = GENERATE(false, true);
  const Said said(fhir);
  using namespace interaction;
  for (const auto& [type, stated] : said.types) {
    if (type == "AuditEvent") continue;
    CAPTURE(type);
    Texts offered;
    for (const auto& one : operations(*fhir.context))
      if ((one.type == type || one.type == any_type) && one.on(on_type | on_instance | on_version))
        offered.emplace(one.name);
    CHECK(names_of(stated["operation"], "name") == offered);
  }
  CHECK(names_of(said.rest["operation"], "name") == Texts{"meta", "explain", "closure"});
  CHECK(names_of(said.types.at("Task")["operation"], "name").count("expunge") ==
        (fhir.context->may_expunge ? 1 : 0));
  CHECK(fhir.read("OperationDefinition", "Resource-expunge").failed() != fhir.context->may_expunge);
  said.rest["operation"].each([&](JsonView one) {
    const std::string url(one["definition"].text());
    const auto id = url.substr(url.rfind('/') + 1);
    CHECK_FALSE(fhir.read("OperationDefinition", id).failed());
  });
}

TEST_CASE("every compartment is stated, and no other is searched") {
  test::Fhir fhir;
  const Said said(fhir);
  const auto stated = texts_of(said.rest["compartment"]);
  for (const auto& [type, view] : said.types) {
    auto name = type;
    name[0] = static_cast<char>(name[0] | 0x20);
    const auto answer = interaction::search_compartment(
        *fhir.session, {type, "a"}, "*", {{"_count", "1"}}, search::Handling::strict);
    CAPTURE(type);
    CHECK((stated.count("http://hl7.org/fhir/CompartmentDefinition/" + name) == 1) ==
          !answer.failed());
  }
  CHECK(stated.size() == 5);
}

TEST_CASE("AuditEvents are stated as what they are: read, and searched by what is stated alone") {
  test::Fhir fhir;
  const Said said(fhir);
  const auto stated = said.types.at("AuditEvent");
  CHECK(names_of(stated["interaction"], "code") == Texts{"read", "search-type"});
  CHECK(names_of(stated["operation"], "name").empty());
  const std::pair<const char*, const char*> pairs[] = {{"_id", "1-1"},
                                                       {"date", "2026"},
                                                       {"patient", "p"},
                                                       {"entity", "Goal/g"},
                                                       {"agent:identifier", "hub"},
                                                       {"action", "R"},
                                                       {"outcome", "0"}};
  Texts used, plain;
  for (const auto& [name, value] : pairs) {
    CAPTURE(name);
    CHECK_FALSE(fhir.search("AuditEvent", {{name, value}}).failed());
    used.emplace(name);
    if (std::string(name).find(':') == std::string::npos) plain.emplace(name);
  }
  // What is stated works as it stands there; what needs a modifier is told of in words.
  CHECK(said.searched_by("AuditEvent") == plain);
  CHECK(stated["documentation"].text().find("agent:identifier") != std::string_view::npos);
  const auto refused = fhir.search("AuditEvent", {{"agent", "hub"}});
  CHECK(refused.failed());
  REQUIRE(refused.issues.size() == 1);
  CHECK(refused.issues[0].text.find("the nearest is agent:identifier") != std::string::npos);

  const auto document = parsed(interaction::openapi(*fhir.context));
  const auto paths = JsonView(document)["paths"];
  Texts asked;
  paths["/AuditEvent"]["get"]["parameters"].each([&](JsonView one) {
    if (one["in"].text() == "query") asked.emplace(one["name"].text());
  });
  used.insert({"_count", "_format", "_pretty"});
  CHECK(asked == used);
  CHECK(paths["/AuditEvent/{id}"]["get"]);
  for (const auto* method : {"put", "patch", "delete"})
    CHECK_FALSE(paths["/AuditEvent/{id}"][method]);
  CHECK_FALSE(paths["/AuditEvent"]["post"]);
  CHECK_FALSE(paths["/AuditEvent/{id}/_history"]);
  CHECK_FALSE(paths["/AuditEvent/$validate"]);
}

TEST_CASE("every interaction of the table is in the statement") {
  test::Fhir fhir;
  const Said said(fhir);
  Texts of_types, of_system;
  for (const auto& offer : interaction::offers())
    for (std::string_view codes = offer.code; !codes.empty();) {
      const auto end = std::min(codes.find(' '), codes.size());
      (is_typed(offer.place) ? of_types : of_system).emplace(codes.substr(0, end));
      codes.remove_prefix(std::min(end + 1, codes.size()));
    }
  for (const auto& [type, stated] : said.types) {
    if (type == "AuditEvent") continue;
    CHECK(names_of(stated["interaction"], "code") == of_types);
  }
  CHECK(names_of(said.rest["interaction"], "code") == of_system);
  CHECK(said.rest["documentation"].text().find("not at all") != std::string_view::npos);
}

namespace {

// Every {"$ref":"#/…"} below, and whether the document has what it names.
void check_references(JsonView at, JsonView document) {
  at.members([&](std::string_view name, JsonView value) {
    if (name == "$ref") {
      auto found = document;
      auto path = value.text().substr(2);
      while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        found = found[path.substr(0, end)];
        path.remove_prefix(std::min(end + 1, path.size()));
      }
      CAPTURE(value.text());
      CHECK(found);
    }
    check_references(value, document);
  });
  at.each([&](JsonView value) { check_references(value, document); });
}

JsonView resolved(JsonView at, JsonView document) {
  const auto reference = at["$ref"].text();
  if (reference.empty()) return at;
  const auto slash = reference.rfind('/');
  const auto kind = reference.substr(13, slash - 13);  // after "#/components/"
  return document["components"][kind][reference.substr(slash + 1)];
}

// The parameters of a path and of one of its methods, "header If-Match".
std::multiset<std::string, std::less<>> parameters_of(JsonView path, std::string_view method,
                                                      JsonView document) {
  std::multiset<std::string, std::less<>> found;
  const auto take = [&](JsonView one) {
    const auto whole = resolved(one, document);
    found.insert(std::string(whole["in"].text()) + " " + std::string(whole["name"].text()));
  };
  path["parameters"].each(take);
  path[method]["parameters"].each(take);
  return found;
}

}  // namespace

TEST_CASE("the OpenAPI document says how each method of each path is asked") {
  test::Fhir fhir;
  const auto document = parsed(interaction::openapi(*fhir.context));
  const JsonView api(document);
  check_references(api, api);
  std::size_t methods = 0;
  api["paths"].members([&](std::string_view name, JsonView path) {
    CAPTURE(name);
    path.members([&](std::string_view method, JsonView asked) {
      if (method == "parameters") return;
      ++methods;
      CAPTURE(method);
      CHECK(asked["responses"]["default"]);
      const auto parameters = parameters_of(path, method, api);
      for (const auto& one : parameters) {
        CAPTURE(one);
        CHECK(parameters.count(one) == 1);
        if (one.starts_with("path "))
          CHECK(name.find("{" + one.substr(5) + "}") != std::string_view::npos);
      }
      const auto variables = static_cast<std::size_t>(std::count(name.begin(), name.end(), '{'));
      CHECK(variables == static_cast<std::size_t>(std::count_if(
                             parameters.begin(), parameters.end(),
                             [](const auto& one) { return one.starts_with("path "); })));
    });
  });
  CHECK(methods > 4000);
}

TEST_CASE("the OpenAPI document has every path, header, body and answer that is served") {
  test::Fhir fhir;
  const auto document = parsed(interaction::openapi(*fhir.context));
  const JsonView api(document);
  struct Row {
    const char* path;
    const char* method;
    std::vector<std::string> parameters;
    std::vector<const char*> media;
    std::vector<const char*> answers;
  };
  const Row rows[] = {
      {"/", "get", {"query _type", "query _tag", "query _sort", "header Prefer"}, {}, {"202"}},
      {"/", "post", {"header Idempotency-Key"}, {"application/fhir+json"}, {"200"}},
      {"/_search", "post", {}, {"application/x-www-form-urlencoded"}, {"200"}},
      {"/_async/{job}", "delete", {"path job"}, {}, {"202"}},
      {"/openapi.json", "get", {}, {}, {"200"}},
      {"/metadata", "get", {"query mode", "header If-None-Match"}, {}, {"304"}},
      {"/$explain", "get", {"query url"}, {}, {"200"}},
      {"/$meta", "get", {}, {}, {"200"}},
      {"/Patient/$explain", "get", {"query birthdate"}, {}, {"200"}},
      {"/Patient/_search", "get", {"query birthdate", "query _id", "query _has"}, {}, {"200"}},
      {"/Patient", "post", {"header If-None-Exist", "header X-Provenance"}, {}, {"201", "412"}},
      {"/Patient", "delete", {"query identifier"}, {}, {"204"}},
      {"/Patient/{id}", "put", {"header If-Match"}, {"application/fhir+xml"}, {"201", "412"}},
      {"/Patient/{id}",
       "patch",
       {"header If-Match"},
       {"application/json-patch+json", "application/merge-patch+json", "application/xml-patch+xml",
        "application/fhir+json", "application/fhir+xml"},
       {"200"}},
      {"/Patient/{id}", "get", {"query _elements", "header If-Modified-Since"}, {}, {"304", "410"}},
      {"/Patient/{id}/{member}", "get", {"path member", "query _lastUpdated"}, {}, {"200"}},
      {"/Patient/{id}/_history/{vid}/$meta", "get", {"path vid"}, {}, {"200"}},
      {"/ValueSet/$expand",
       "post",
       {"query url", "query filter"},
       {"application/fhir+json", "application/x-www-form-urlencoded"},
       {"200"}},
      {"/Patient/{id}/$meta-add", "post", {}, {"application/fhir+json"}, {"200"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path, row.method);
    const auto path = api["paths"][row.path];
    const auto asked = path[row.method];
    REQUIRE(asked);
    const auto parameters = parameters_of(path, row.method, api);
    for (const auto& one : row.parameters) CHECK(parameters.count(one) == 1);
    const auto content = resolved(asked["requestBody"], api)["content"];
    for (const auto* media : row.media) CHECK(content[media]);
    for (const auto* answer : row.answers) CHECK(asked["responses"][answer]);
  }
  CHECK_FALSE(api["paths"]["/Goal/{id}/{member}"]);
  CHECK_FALSE(api["paths"]["/Patient/{id}/$meta-add"]["get"]);
  CHECK_FALSE(api["paths"]["/Patient/{id}/$expunge"]);
  for (const auto& one : interaction::operations()) {
    if (one.type == interaction::any_type || one.takes.empty()) continue;
    const auto below = one.on(interaction::on_type) ? "/$" : "/{id}/$";
    const auto name = "/" + std::string(one.type) + below + std::string(one.name);
    CAPTURE(name);
    const auto first = std::string(one.takes.substr(0, one.takes.find(' ')));
    CHECK(parameters_of(api["paths"][name], "post", api).count("query " + first) == 1);
  }
}
