// While the index of a new search parameter is not made: every answer says so, and what must not
// miss a match is not done.

#include "interaction/custom_parameters.h"

#include "interaction/operations.h"
#include "interaction/reindex.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "search/live_parameters.h"
#include "support/catch.h"
#include "support/fhir.h"
#include "support/folder.h"

#include <string>
#include <tuple>

using namespace fingerpost;

namespace {

const std::string by_nickname =
    R"({"resourceType":"SearchParameter","id":"nick","url":"urn:nick","name":"N","status":"active",)"
    R"("description":"d","code":"nickname","base":["Patient"],"type":"string",)"
    R"("expression":"Patient.name.where(use = 'nickname').given"})";
const std::string robin =
    R"({"resourceType":"Patient","name":[{"use":"nickname","given":["Robin"]}]})";

bool holds(const interaction::Answer& answer, const std::string& text) {
  return answer.content().find(text) != std::string_view::npos;
}

interaction::WriteOptions unless_there(const std::string& name, const std::string& value) {
  interaction::WriteOptions options;
  options.condition = std::vector<search::Pair>{{name, value}};
  return options;
}

}  // namespace

TEST_CASE("a search by what is not indexed whole says how far it is, and conditions wait for it") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(fhir.create("Patient", robin).failed());
  const auto before = fhir.context->parameters.now();
  REQUIRE_FALSE(fhir.update({"SearchParameter", "nick"}, by_nickname).failed());
  REQUIRE_FALSE(fhir.create("Patient", robin).failed());

  const auto found = fhir.search("Patient", {{"nickname", "robin"}});
  CHECK(holds(found, R"("mode":"outcome")"));
  CHECK(holds(found, "it covers 1 of 4"));
  CHECK_FALSE(holds(found, "\"total\""));
  CHECK_FALSE(holds(fhir.search("Patient", {{"given", "robin"}}), R"("mode":"outcome")"));
  interaction::OperationCall call;
  const std::vector<search::Pair> pairs{{"url", "Patient?nickname=robin"}};
  call.pairs = pairs;
  const auto explained = interaction::explain(*fhir.session, call);
  CHECK(holds(explained,
              R"({"name":"partial","part":[{"name":"parameter","valueString":"Patient.nickname"},)"
              R"({"name":"indexed","valueDecimal":1},{"name":"resources","valueDecimal":4}]})"));
  CHECK(fhir.create("Patient", robin, unless_there("nickname", "robin")).status ==
        interaction::Status::unavailable);
  CHECK(fhir.remove({"Patient", ""}, unless_there("nickname", "robin")).status ==
        interaction::Status::unavailable);
  CHECK(fhir.create("Patient", robin, unless_there("given", "nobody")).status ==
        interaction::Status::created);

  const auto& live = fhir.context->parameters;
  CHECK(live.older_in_use());  // here
  const auto count = interaction::reindex(test::definitions(), *live.now(), *fhir.store, {});
  CHECK(count.value() == 3);
  CHECK(interaction::reindex(test::definitions(), *live.now(), *fhir.store, {}).value() == 0);
  const auto all = fhir.search("Patient", {{"nickname", "robin"}});
  CHECK(holds(all, "\"total\":5"));
  CHECK_FALSE(holds(all, R"("mode":"outcome")"));
  CHECK(fhir.create("Patient", robin, unless_there("nickname", "nobody")).status ==
        interaction::Status::created);
}

TEST_CASE(
    "a resource that a client's expression cannot be evaluated for is not missed in silence") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  // Two given names are one too many for it.
  const std::string by_only_name =
      R"({"resourceType":"SearchParameter","id":"only","url":"urn:only","name":"N",)"
      R"("status":"active","description":"d","code":"aaa","base":["Patient"],"type":"string",)"
      R"x("expression":"Patient.name.given.single()"})x";
  const std::string two =
      R"({"resourceType":"Patient","name":[{"use":"nickname","given":["Robin","Ro"]}],)"
      R"("deceasedBoolean":true})";
  REQUIRE_FALSE(fhir.create("Patient", two).failed());
  REQUIRE_FALSE(fhir.update({"SearchParameter", "only"}, by_only_name).failed());
  REQUIRE_FALSE(fhir.update({"SearchParameter", "nick"}, by_nickname).failed());
  REQUIRE_FALSE(fhir.create("Patient", two).failed());
  REQUIRE_FALSE(fhir.create("Patient", robin).failed());
  const auto reindex = [&] {
    return interaction::reindex(test::definitions(), *fhir.context->parameters.now(), *fhir.store,
                                {});
  };
  CHECK(reindex().error().text.find("cannot be read or indexed") != std::string::npos);

  const auto found = fhir.search("Patient", {{"aaa", "robin"}});
  CHECK(holds(found, "it covers 1 of 3"));
  CHECK(holds(found, R"("mode":"outcome")"));
  CHECK(fhir.create("Patient", robin, unless_there("aaa", "robin")).status ==
        interaction::Status::unavailable);
  // By all others they are found.
  for (const auto& [name, value, total] :
       {std::tuple("nickname", "robin", 3), std::tuple("deceased", "true", 2)}) {
    CAPTURE(name);
    const auto all = fhir.search("Patient", {{name, value}});
    CHECK(holds(all, "\"total\":" + std::to_string(total)));
    CHECK_FALSE(holds(all, R"("mode":"outcome")"));
  }
  // Once it is gone all is whole again.
  REQUIRE_FALSE(fhir.remove({"SearchParameter", "only"}).failed());
  CHECK(reindex().has_value());
  CHECK(reindex().value() == 0);
}

TEST_CASE("what one of R4's own parameters could not be evaluated for is not missed in silence") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  const auto all = fhir.context->parameters.now();
  const search::KeyId deceased[] = {all->find("Patient", "deceased")};
  REQUIRE(deceased[0] != 0);
  // As they are where its expression has failed.
  const auto others = all->without(deceased);
  REQUIRE(others);
  CHECK((*others)->find("Patient", "deceased") == 0);
  CHECK((*others)->find("Patient", "given") == all->find("Patient", "given"));
  CHECK((*others)->fingerprint() != all->fingerprint());
  const std::string body =
      R"({"resourceType":"Patient","id":"p","name":[{"given":["Robin"]}],"deceasedBoolean":true})";
  auto read = model::read_json(test::definitions(), body, {});
  REQUIRE(read);
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.type = "Patient";
  write.id = "p";
  write.body = store::prepare_body(test::definitions(), read->tree, "p");
  write.index = search::index_to_store(**others, {&read->tree, read->tree.root()});
  REQUIRE(store::commit_now(*fhir.store, std::move(unit)));
  CHECK(holds(fhir.search("Patient", {{"deceased", "true"}}), "it covers 0 of 1"));
  CHECK_FALSE(holds(fhir.search("Patient", {{"given", "robin"}}), R"("mode":"outcome")"));
  CHECK(fhir.create("Patient", robin, unless_there("deceased", "true")).status ==
        interaction::Status::unavailable);
  CHECK(interaction::reindex(test::definitions(), *all, *fhir.store, {}).value() == 1);
  const auto found = fhir.search("Patient", {{"deceased", "true"}});
  CHECK(holds(found, "\"total\":1"));
  CHECK_FALSE(holds(found, R"("mode":"outcome")"));
}

TEST_CASE("what a chain leads to within a container is indexed again too, and told until it is") {
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk);
  const test::Folder folder;
  test::Fhir fhir({}, on_disk ? folder.path() : "");
  const auto plan = [](const std::string& given) {
    return R"({"resourceType":"CarePlan","status":"active","intent":"plan","contained":[)"
           R"({"resourceType":"Patient","id":"p","name":[{"use":"nickname","given":[)" +
           given + R"(]}]}],"subject":{"reference":"#p"}})";
  };
  REQUIRE_FALSE(fhir.create("CarePlan", plan(R"("Robin")")).failed());
  REQUIRE_FALSE(fhir.create("CarePlan", plan(R"("Ro","Robin")")).failed());
  REQUIRE_FALSE(fhir.update({"SearchParameter", "nick"}, by_nickname).failed());
  const auto reindex = [&] {
    return interaction::reindex(test::definitions(), *fhir.context->parameters.now(), *fhir.store,
                                {});
  };
  const auto search = [&] { return fhir.search("CarePlan", {{"patient.nickname", "robin"}}); };
  CHECK(holds(search(), "it covers 0 of 2"));
  CHECK_FALSE(holds(fhir.search("CarePlan", {{"patient.given", "robin"}}), R"("mode":"outcome")"));
  CHECK_FALSE(holds(fhir.search("Patient", {{"nickname", "robin"}}), R"("mode":"outcome")"));
  CHECK(fhir.create("CarePlan", plan(R"("X")"), unless_there("patient.nickname", "robin")).status ==
        interaction::Status::unavailable);
  const auto complete = [&] {
    return holds(interaction::reindex_status(*fhir.session, {}),
                 R"({"name":"complete","valueBoolean":true})");
  };
  CHECK_FALSE(complete());
  CHECK(reindex().value() == 2);
  CHECK(complete());
  CHECK(holds(search(), "\"total\":2"));
  CHECK_FALSE(holds(search(), R"("mode":"outcome")"));

  // One that cannot be evaluated for what is contained leaves the container out, and says so.
  const std::string by_only_name =
      R"({"resourceType":"SearchParameter","id":"only","url":"urn:only","name":"N",)"
      R"("status":"active","description":"d","code":"aaa","base":["Patient"],"type":"string",)"
      R"x("expression":"Patient.name.given.single()"})x";
  REQUIRE_FALSE(fhir.update({"SearchParameter", "only"}, by_only_name).failed());
  CHECK(reindex().error().text.find("cannot be read or indexed") != std::string::npos);
  const auto found = fhir.search("CarePlan", {{"patient.aaa", "robin"}});
  CHECK(holds(found, "it covers 1 of 2"));
  CHECK_FALSE(holds(search(), R"("mode":"outcome")"));
}

TEST_CASE("who has search parameters keeps them, and is known to have them") {
  test::Fhir fhir;
  auto& live = fhir.context->parameters;
  auto held = live.now();
  REQUIRE(live.change([](const search::Parameters& now) { return now.with({}); }));
  CHECK(held->find("Patient", "name") != 0);
  CHECK(live.older_in_use());
  held = nullptr;
  CHECK_FALSE(live.older_in_use());
  // A plan holds them too.
  const std::vector<search::Pair> pairs{{"name", "a"}};
  search::Query query;
  query.type = "Patient";
  query.pairs = &pairs;
  std::optional<search::Plan> plan = search::plan(*live.now(), query, {}).value();
  REQUIRE(live.change([](const search::Parameters& now) { return now.with({}); }));
  CHECK(live.older_in_use());
  plan.reset();
  CHECK_FALSE(live.older_in_use());
}

TEST_CASE("numbers of the definitions' keys stay when clients' parameters come and go") {
  test::Fhir fhir;
  const auto first = fhir.context->parameters.now();
  REQUIRE_FALSE(fhir.update({"SearchParameter", "nick"}, by_nickname).failed());
  const auto second = fhir.context->parameters.now();
  CHECK(second->find("Patient", "nickname") >= first->keys().size());
  for (search::KeyId id = 1; id < first->keys().size(); ++id) {
    if (first->key(id).name != second->key(id).name) FAIL(first->key(id).name);
    if (first->key(id).meaning != second->key(id).meaning) FAIL(first->key(id).name);
  }
  CHECK(first->fingerprint() != second->fingerprint());
  REQUIRE_FALSE(fhir.remove({"SearchParameter", "nick"}).failed());
  CHECK(fhir.context->parameters.now()->fingerprint() == first->fingerprint());
  CHECK(fhir.context->parameters.now()->find("Patient", "nickname") == 0);
}
