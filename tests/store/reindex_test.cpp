// While what is stored is indexed again by new parameters, piece by piece: a search answers as it
// will in the end, or says that it may miss some.

#include "store/fixture.h"
#include "store/random_values.h"

#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

// Each has the expression of one that R4 has.
std::vector<search::ParameterText> twins() {
  const auto made = [](const char* code, const char* base, model::SearchType type,
                       const char* expression) {
    search::ParameterText text;
    text.id = text.code = code;
    text.url = std::string("urn:") + code;
    text.bases = {definitions().find(base)};
    text.kind = type;
    text.expression = expression;
    return text;
  };
  using model::SearchType;
  return {made("xfamily", "Patient", SearchType::string, "Patient.name.family"),
          made("xgender", "Patient", SearchType::token, "Patient.gender"),
          made("xname", "Practitioner", SearchType::string, "Practitioner.name.family"),
          made("xstatus", "CarePlan", SearchType::token, "CarePlan.status")};
}

std::string patient(drawn::Dice& dice) {
  std::string json = R"("resourceType":"Patient","name":[{"family":")" + dice.of(drawn::names);
  json += R"("}],"gender":")" + dice.of(drawn::genders) + '"';
  const int who = dice.below(3);
  if (who == 0) json += R"(,"generalPractitioner":[{"reference":"#by"}])";
  if (who == 1)
    json += R"(,"generalPractitioner":[{"reference":"Practitioner/)" + dice.id() + "\"}]";
  return json;
}

std::string practitioner(drawn::Dice& dice) {
  return R"("resourceType":"Practitioner","name":[{"family":")" + dice.of(drawn::names) + "\"}]";
}

std::string care_plan(drawn::Dice& dice) {
  std::string json = R"("resourceType":"CarePlan","intent":"plan","status":")";
  json += dice.of(drawn::plan_statuses) + "\"";
  const int form = dice.below(3);
  if (form > 0) json += R"(,"contained":[{"id":"in",)" + patient(dice) + "}";
  if (form == 2) json += R"(,{"id":"by",)" + practitioner(dice) + "}";
  if (form > 0) json += "]";
  const std::string id = dice.id();
  return json + R"(,"subject":{"reference":")" + (form > 0 ? "#in" : "Patient/" + id) + "\"}";
}

// The same search by R4's parameter, and by its twin.
struct Asked {
  std::string type, name, twin, value;
};

Asked asked(drawn::Dice& dice) {
  const std::string family = dice.of(drawn::names);
  const std::string gender = dice.of(drawn::genders);
  const auto plain = family.find(',') == std::string::npos ? family : "Zhang";
  switch (dice.below(6)) {
    case 0:
      return {"Patient", "family", "xfamily", plain};
    case 1:
      return {"CarePlan", "patient.family", "patient.xfamily", plain};
    case 2:
      return {"CarePlan", "subject:Patient.gender", "subject:Patient.xgender", gender};
    case 3:
      return {"CarePlan", "patient.general-practitioner:Practitioner.family",
              "patient.general-practitioner:Practitioner.xname", plain};
    case 4:
      return {"Patient", "_has:CarePlan:subject:status", "_has:CarePlan:subject:xstatus",
              dice.of(drawn::plan_statuses)};
    default:
      return {"CarePlan", "patient.family:missing", "patient.xfamily:missing",
              dice.once_in(2) ? "true" : "false"};
  }
}

Result<store::Page> answer(World& world, const search::Parameters& by, const std::string& type,
                           const std::string& name, const std::string& value) {
  const std::vector<search::Pair> pairs{{name, value}, {"_count", "500"}};
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  LET(const auto plan, search::plan(by, query, Limits{}));
  return world.reader->search(plan);
}

}  // namespace

TEST_CASE("a search by what is being indexed answers in full, or says that it may miss some") {
  constexpr unsigned seed = 20261123;
  const bool on_disk = GENERATE(false, true);
  CAPTURE(on_disk, seed);
  const Folder folder;
  World world(on_disk ? folder.path() : "");
  const std::shared_ptr<const search::Parameters> base =
      search::Parameters::compile(definitions(), world.store->hash_key()).value();
  const auto more = base->with(twins()).value();
  REQUIRE(more->refused().empty());
  drawn::Dice dice(seed);
  std::map<std::string, std::string> bodies;
  for (int n = 0; n < 120; ++n) {
    const int kind = dice.below(3);
    const std::string json = "{" +
                             (kind == 0   ? patient(dice)
                              : kind == 1 ? practitioner(dice)
                                          : care_plan(dice)) +
                             "}";
    const auto write = world.put(json, kind == 2 ? std::to_string(n) : dice.id());
    bodies[write.type + "/" + write.id] = json;
    REQUIRE(world.commit(write));
  }
  int told = 0, differed = 0;
  for (;;) {
    auto some = world.reader->outdated(*more, 7).value();
    for (int n = 0; n < 60; ++n) {
      const auto one = asked(dice);
      CAPTURE(one.type, one.name, one.value);
      const auto right = answer(world, *more, one.type, one.name, one.value);
      const auto found = answer(world, *more, one.type, one.twin, one.value);
      REQUIRE((right && found));
      CHECK(right->partial.empty());
      if (some.empty()) CHECK(found->partial.empty());
      told += found->partial.empty() ? 0 : 1;
      if (text_of(*found) == text_of(*right)) continue;
      ++differed;
      CHECK_FALSE(found->partial.empty());
      CHECK_FALSE(some.empty());
    }
    if (some.empty()) break;
    for (const auto& stored : some) {
      const auto at = stored.type + "/" + stored.id;
      auto read = model::read_json(definitions(), bodies.at(at), Limits{});
      auto write = world.put(bodies.at(at), stored.id);
      write.op = store::Write::Op::reindex;
      write.if_version = stored.version;
      write.index = search::index_to_store(*more, {&read->tree, read->tree.root()});
      REQUIRE(world.commit(std::move(write)));
    }
  }
  CHECK(told > differed);
  CHECK(differed > 0);
}
