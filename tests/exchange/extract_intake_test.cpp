#include "exchange/extract_intake.h"

#include "exchange/overdue.h"
#include "exchange/watch.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "store/body.h"
#include "support/translator.h"
#include "world.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace fingerpost;
using test::World;

namespace {

using Files = std::map<std::string, std::string>;

const std::string practice = "{00000000-0000-0000-0000-00000000000A}";
const std::string patient = "{00000000-0000-0000-0000-0000000000A1}";
const std::string referral = "{00000000-0000-0000-0000-0000000000B1}";

// An EMIS extract of one day in November 2026: these tables beside the agreement.
Files emis(const std::string& day, const Files& tables) {
  Files files;
  const auto put = [&](const std::string& table, const std::string& text) {
    files["291_" + table + "_202611" + day + "020000_A1.csv"] = text;
  };
  put("Agreements_SharingOrganisation",
      "OrganisationGuid,IsActivated,Disabled,Deleted\r\n" + practice + ",true,false,false\r\n");
  for (const auto& [table, text] : tables) put(table, text);
  return files;
}

std::string referral_row() {
  return "ObservationGuid,PatientGuid,OrganisationGuid,ReferralUrgency,ReferralServiceType,"
         "ReferralMode,ReferralUBRN\r\n" +
         referral + "," + patient + "," + practice + ",Urgent,Assessment,Written,000049973123\r\n";
}

std::string observation_row(const std::string& deleted = "false") {
  return "ObservationGuid,PatientGuid,OrganisationGuid,EffectiveDate,EffectiveDatePrecision,"
         "EnteredDate,CodeId,AssociatedText,Deleted,IsConfidential\r\n" +
         referral + "," + patient + "," + practice +
         ",2026-03-17,YMD,2026-03-18,1,Would like "
         "company," +
         deleted + ",false\r\n";
}

std::string codes() {
  return "CodeId,Term,ReadTermId,SnomedCTConceptId,SnomedCTDescriptionId,"
         "EmisCodeCategoryDescription\r\n1,Referral to social prescribing "
         "service,8T09.00,871731000000106,,Referral\r\n";
}

Files tpp(const std::string& from, const std::string& to, const char* delta = "Y") {
  return {
      {"SRManifest.csv", "FileName,IsDelta,IsReference,DateExtractFrom,DateExtractTo\r\nSRGoal," +
                             std::string(delta) + ",N," + from + "," + to + "\r\n"},
      {"SRGoal.csv", "RowIdentifier,GoalType,IDPatient\r\n1,Walk to " + to + ",11\r\n"}};
}

Result<exchange::TakenExtract> take(World& world, Format format, const Files& files,
                                    Files* kept = nullptr) {
  std::vector<record::ExtractFile> views;
  for (const auto& [name, text] : files) views.push_back({name, text});
  exchange::ExtractRules rules;
  rules.first_delta = true;
  if (kept == nullptr)
    return exchange::take_extract(world.parts, test::translator(), format, views, "practice",
                                  nullptr, rules);
  const auto before = *kept;
  for (const auto& [name, text] : before) views.push_back({name + ".csv", text, true});
  return exchange::take_extract(world.parts, test::translator(), format, views, "practice",
                                [&](const Files& tables) -> Result<void> {
                                  for (const auto& [name, text] : tables) (*kept)[name] = text;
                                  return {};
                                });
}

std::vector<std::string> bodies(World& world, const char* type) {
  std::vector<std::string> found;
  store::HistoryQuery query;
  query.type = type;
  const auto history = world.reader()->history(query);
  REQUIRE(history);
  for (const auto& one : history->versions) found.push_back(one.body);
  return found;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an extract is applied with its Provenance, once") {
  World world;
  const auto files = emis("22", {{"CareRecord_ObservationReferral", referral_row()},
                                 {"CareRecord_Observation", observation_row()},
                                 {"Coding_ClinicalCode", codes()}});
  const auto taken = take(world, Format::emis, files);
  REQUIRE(taken);
  CHECK_FALSE(taken->repeated);
  CHECK(taken->time == "20261122020000");
  CHECK(taken->resources == 1);
  CHECK(bodies(world, "Provenance").size() == 1);
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::applied);
  CHECK(world.outbox().empty());
  const auto requests = bodies(world, "ServiceRequest");
  REQUIRE(requests.size() == 1);
  CHECK(has(requests[0], "\"reference\":\"Patient/"));

  const auto again = take(world, Format::emis, files);
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(bodies(world, "ServiceRequest").size() == 1);
  CHECK(world.inbox().size() == 1);
}

TEST_CASE("a referral whose rows come on two days is one, whichever comes first") {
  World world;
  const Files row = {{"CareRecord_ObservationReferral", referral_row()}};
  const Files observation = {{"CareRecord_Observation", observation_row()},
                             {"Coding_ClinicalCode", codes()}};
  const bool row_first = GENERATE(true, false);
  CAPTURE(row_first);
  REQUIRE(take(world, Format::emis, emis("21", row_first ? row : observation)));
  REQUIRE(take(world, Format::emis, emis("22", row_first ? observation : row)));
  const auto requests = bodies(world, "ServiceRequest");
  REQUIRE(requests.size() == 2);
  const auto& last = requests[0];
  CAPTURE(last);
  for (const auto* part : {"871731000000106", "000049973123", "\"priority\":\"urgent\"",
                           "Would like company", "\"authoredOn\":\"2026-03-17\"", "Mode: Written"})
    CHECK(has(last, part));
  CHECK_FALSE(has(last, "3457005"));
  CHECK(has(requests[1], "SUBSETTED"));
  CHECK_FALSE(has(last, "SUBSETTED"));
  CHECK_FALSE(has(last, "missing-part"));
}

TEST_CASE("half of a referral twice is still half of it") {
  World world;
  REQUIRE(
      take(world, Format::emis, emis("21", {{"CareRecord_ObservationReferral", referral_row()}})));
  auto changed = referral_row();
  changed.replace(changed.find("Written"), 7, "Verbal.");
  REQUIRE(take(world, Format::emis, emis("22", {{"CareRecord_ObservationReferral", changed}})));
  const auto requests = bodies(world, "ServiceRequest");
  REQUIRE(requests.size() == 2);
  CHECK(has(requests[0], "SUBSETTED"));
  CHECK(has(requests[0], "missing-part"));
}

TEST_CASE("the row of a referral does not bring it to life when its observation was deleted") {
  World world;
  const bool known = GENERATE(true, false);
  CAPTURE(known);
  const Files row = {{"CareRecord_ObservationReferral", referral_row()}};
  if (known) REQUIRE(take(world, Format::emis, emis("20", row)));
  REQUIRE(take(world, Format::emis,
               emis("21", {{"CareRecord_Observation", observation_row("true")},
                           {"Coding_ClinicalCode", codes()}})));
  REQUIRE(take(world, Format::emis, emis("22", row)));
  const auto requests = bodies(world, "ServiceRequest");
  REQUIRE_FALSE(requests.empty());
  CHECK(has(requests[0], "\"status\":\"entered-in-error\""));
}

TEST_CASE(
    "an earlier extract, another of the same time and a gap are refused, and nothing changes") {
  World world;
  REQUIRE(take(world, Format::tpp, tpp("20261120_0200", "20261121_0200")));
  const auto refused = [&](const Files& files) {
    const auto taken = take(world, Format::tpp, files);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().kind == Kind::conflict);
    CHECK(bodies(world, "Goal").size() == 1);
    return taken.error().text;
  };
  CHECK(has(refused(tpp("20261119_0200", "20261120_0200")), "a later extract was applied"));
  CHECK(has(refused(tpp("20261119_0200", "20261121_0200")), "another extract of this time"));
  CHECK(has(refused(tpp("20261122_0200", "20261123_0200")), "none between was applied"));
  CHECK(take(world, Format::tpp, tpp("20261122_0200", "20261123_0200", "N")));
  CHECK(take(world, Format::tpp, tpp("20261123_0200", "20261124_0200")));
  CHECK(bodies(world, "Goal").size() == 3);
}

TEST_CASE("no Provenance of an extract names two patients' resources") {
  World world;
  auto files = tpp("20261120_0200", "20261121_0200", "N");
  files["SRGoal.csv"] =
      "RowIdentifier,GoalType,IDPatient\r\n1,Walk,11\r\n2,Swim,12\r\n3,Sing,11\r\n";
  files["SROrganisation.csv"] = "RowIdentifier,Name,ID\r\n1,Hillside,Z90001\r\n";
  files["SRManifest.csv"] += "SROrganisation,N,Y,20261120_0200,20261121_0200\r\n";
  const auto taken = take(world, Format::tpp, files);
  REQUIRE(taken);
  CHECK(taken->resources == 4);
  std::map<std::size_t, int> of_targets;
  for (const auto& provenance : bodies(world, "Provenance")) {
    std::size_t goals = 0;
    for (auto at = provenance.find("Goal/"); at != std::string::npos;
         at = provenance.find("Goal/", at + 1))
      ++goals;
    ++of_targets[goals];
    CHECK(has(provenance, "\"Organization/") == (goals == 0));
    CHECK(has(provenance, "\"reference\":\"Binary/"));
  }
  CHECK(of_targets == std::map<std::size_t, int>{{0, 1}, {1, 1}, {2, 1}});
  CHECK(bodies(world, "Binary").size() == 1);
}

TEST_CASE("what a whole extract no longer has is taken back, and what a delta lacks is not") {
  World world;
  const auto goals = [](const std::string& to, const char* delta, int count) {
    auto files = tpp("20261101_0200", to, delta);
    files["SRGoal.csv"] = "RowIdentifier,GoalType,IDPatient\r\n";
    for (int i = 1; i <= count; ++i)
      files["SRGoal.csv"] += std::to_string(i) + ",Walk,1" + std::to_string(i) + "\r\n";
    return files;
  };
  const auto taken_back = [&] {
    std::map<std::string, bool> by_row;
    for (const auto& goal : bodies(world, "Goal")) {
      const auto at = goal.find("SRGoal\",\"value\":\"");
      REQUIRE(at != std::string::npos);
      const auto from = at + 17;
      by_row.emplace(goal.substr(from, goal.find('"', from) - from),
                     has(goal, "\"entered-in-error\""));
    }
    std::string rows;
    for (const auto& [row, gone] : by_row)
      if (gone) rows += row + " ";
    return rows;
  };
  REQUIRE(take(world, Format::tpp, goals("20261120_0200", "N", 4)));
  const auto delta = take(world, Format::tpp, goals("20261121_0200", "Y", 2));
  REQUIRE(delta);
  CHECK(delta->retracted == 0);
  CHECK(taken_back().empty());
  const auto whole = take(world, Format::tpp, goals("20261122_0200", "N", 2));
  REQUIRE(whole);
  CHECK(whole->retracted == 2);
  CHECK(taken_back() == "3 4 ");
  const auto again = take(world, Format::tpp, goals("20261123_0200", "N", 2));
  REQUIRE(again);
  CHECK(again->retracted == 0);
  CHECK(take(world, Format::tpp, goals("20261124_0200", "N", 3)));
  CHECK(taken_back() == "4 ");
}

TEST_CASE("what a record says of referrals long past is nobody's here to act upon") {
  World world;
  auto files = tpp("20261101_0200", "20261120_0200", "N");
  files["SRReferralOut.csv"] = "RowIdentifier,DateEvent,IDPatient\r\n7,17 Mar 2020 10:30:00,11\r\n";
  files["SRReferralOutStatusDetails.csv"] =
      "RowIdentifier,DateEvent,StatusOfReferralOut,IDReferralOut,IDPatient\r\n"
      "1,17 Mar 2020 10:30:00,-1,7,11\r\n";
  for (const auto* table : {"SRReferralOut", "SRReferralOutStatusDetails"})
    files["SRManifest.csv"] += std::string(table) + ",N,N,20261101_0200,20261120_0200\r\n";
  REQUIRE(take(world, Format::tpp, files));
  REQUIRE(bodies(world, "Task").size() == 1);
  CHECK(has(bodies(world, "Task")[0], "\"status\":\"requested\""));
  exchange::Watch watch(world.parts);
  const auto swept = exchange::raise_overdue(world.parts, watch);
  REQUIRE(swept);
  CHECK(swept->open == 0);
  CHECK(bodies(world, "Task").size() == 1);
  CHECK(world.outbox().empty());
}

TEST_CASE("a row that cannot be used is not gone, nor is any other of its table") {
  World world;
  auto files = tpp("20261101_0200", "20261120_0200", "N");
  files["SRGoal.csv"] =
      "RowIdentifier,GoalType,IDPatient\r\n1,Walk,11\r\n2,Swim,12\r\n3,Sing,13\r\n";
  REQUIRE(take(world, Format::tpp, files));
  const char* const torn = GENERATE("2,Swim,12,\r\n", "2,Swim,\r\n", "2,Swim\r\n");
  CAPTURE(torn);
  auto next = tpp("20261101_0200", "20261121_0200", "N");
  next["SRGoal.csv"] = "RowIdentifier,GoalType,IDPatient\r\n1,Walk,11\r\n" + std::string(torn);
  const auto taken = take(world, Format::tpp, next);
  REQUIRE(taken);
  CHECK(taken->retracted == 0);
  CHECK(taken->warnings > 0);
  for (const auto& goal : bodies(world, "Goal")) CHECK_FALSE(has(goal, "entered-in-error"));
  const auto rows = world.inbox();
  CHECK(has(rows.back().note, "nothing was taken back of SRGoal"));
}

TEST_CASE("a copy of what a row made does not take the row back") {
  World world;
  auto files = tpp("20261101_0200", "20261120_0200", "N");
  files["SRGoal.csv"] = "RowIdentifier,GoalType,IDPatient\r\n1,Walk,11\r\n2,Swim,12\r\n";
  REQUIRE(take(world, Format::tpp, files));
  auto copy = model::read_json(test::definitions(), bodies(world, "Goal").at(0), {});
  REQUIRE(copy);
  store::Write write;
  write.type = "Goal";
  write.id = "copy";
  write.index =
      search::index_to_store(*world.parts.parameters.now(), {&copy->tree, copy->tree.root()});
  write.body = store::prepare_body(test::definitions(), copy->tree, write.id);
  store::Unit unit;
  unit.writes.push_back(std::move(write));
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  auto next = tpp("20261101_0200", "20261121_0200", "N");
  next["SRGoal.csv"] = files["SRGoal.csv"];
  const auto taken = take(world, Format::tpp, next);
  REQUIRE(taken);
  CHECK(taken->retracted == 0);
  for (const auto& goal : bodies(world, "Goal")) CHECK_FALSE(has(goal, "entered-in-error"));
}

TEST_CASE("a whole extract that lacks most of what is known is refused") {
  World world;
  const auto goals = [](const std::string& to, int count) {
    auto files = tpp("20261101_0200", to, "N");
    files["SRGoal.csv"] = "RowIdentifier,GoalType,IDPatient\r\n";
    for (int i = 1; i <= count; ++i) files["SRGoal.csv"] += std::to_string(i) + ",Walk,11\r\n";
    return files;
  };
  REQUIRE(take(world, Format::tpp, goals("20261120_0200", 60)));
  const auto refused = take(world, Format::tpp, goals("20261121_0200", 29));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(refused.error().where == "SRGoal");
  CHECK(has(refused.error().text, "lacks 31 of the 60 rows"));
  CHECK(world.inbox().size() == 1);
  const auto taken = take(world, Format::tpp, goals("20261121_0200", 30));
  REQUIRE(taken);
  CHECK(taken->retracted == 30);
}

TEST_CASE("a delta is not the first of its source, unless that is wanted") {
  World world;
  const auto files = tpp("20261120_0200", "20261121_0200");
  std::vector<record::ExtractFile> views;
  for (const auto& [name, text] : files) views.push_back({name, text});
  const auto refused =
      exchange::take_extract(world.parts, test::translator(), Format::tpp, views, "practice");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(has(refused.error().text, "no extract of this source was applied"));
  CHECK(world.inbox().empty());
  CHECK(take(world, Format::tpp, files));
}

TEST_CASE("an extract that was refused is kept with its reason, once") {
  World world;
  const auto files = tpp("20261120_0200", "20261121_0200");
  std::vector<record::ExtractFile> views;
  for (const auto& [name, text] : files) views.push_back({name, text});
  for (int i = 0; i < 2; ++i)
    REQUIRE(exchange::keep_refused_extract(world.parts, Format::tpp, views, "practice",
                                           {Kind::invalid, "the file is truncated", "SRGoal.csv"}));
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::refused);
  CHECK(world.inbox()[0].note == "SRGoal.csv: the file is truncated");
  CHECK(take(world, Format::tpp, files));
}

TEST_CASE("an extract that is stopped leaves what it has begun to the next go") {
  World world;
  const auto files = tpp("20261120_0200", "20261121_0200", "N");
  std::vector<record::ExtractFile> views;
  for (const auto& [name, text] : files) views.push_back({name, text});
  exchange::ExtractRules rules;
  int asked = 0;
  rules.stop = [&] { return ++asked > 1; };
  const auto stopped = exchange::take_extract(world.parts, test::translator(), Format::tpp, views,
                                              "practice", nullptr, rules);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().kind == Kind::busy);
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::quarantined);
  CHECK(has(world.inbox()[0].note, "begun and not finished"));  // no alarm: it is taken again
  CHECK(take(world, Format::tpp, files));
  CHECK(world.inbox()[0].status == store::InboxStatus::applied);
}

TEST_CASE("what is deleted was an error where it is known, and of no account where it is not") {
  World world;
  const auto deleted = [](const char* day) {
    return emis(day, {{"CareRecord_Observation", observation_row("true")}});
  };
  REQUIRE(take(world, Format::emis, deleted("20")));
  CHECK(bodies(world, "ServiceRequest").empty());
  CHECK(bodies(world, "Observation").empty());
  REQUIRE(take(world, Format::emis,
               emis("21", {{"CareRecord_ObservationReferral", referral_row()},
                           {"CareRecord_Observation", observation_row()},
                           {"Coding_ClinicalCode", codes()}})));
  REQUIRE(take(world, Format::emis, deleted("22")));
  const auto requests = bodies(world, "ServiceRequest");
  REQUIRE(requests.size() == 2);
  CHECK(has(requests[0], "\"status\":\"entered-in-error\""));
  CHECK(bodies(world, "Observation").empty());
}

TEST_CASE("an extract that was begun is finished before another of its source is taken") {
  World world;
  const auto first = emis("21", {{"CareRecord_ObservationReferral", referral_row()}});
  const auto next = emis("22", {{"CareRecord_Observation", observation_row()}});
  std::vector<record::ExtractFile> views;
  for (const auto& [name, text] : first) views.push_back({name, text});
  const auto stopped = exchange::take_extract(world.parts, test::translator(), Format::emis, views,
                                              "practice", [](const Files&) -> Result<void> {
                                                return Error{Kind::busy, "stopped", ""};
                                              });
  REQUIRE_FALSE(stopped);
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::quarantined);
  CHECK(has(world.inbox()[0].note, "left unfinished: apply the same extract again: stopped"));
  const auto refused = take(world, Format::emis, next);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::conflict);
  CHECK(has(refused.error().text, "begun and not finished"));
  SECTION("or is given up") {
    store::Unit unit;
    store::InboxUpdate given_up;
    given_up.id = world.inbox()[0].id;
    given_up.status = store::InboxStatus::refused;
    unit.inbox_updates.push_back(std::move(given_up));
    REQUIRE(store::commit_now(*world.store, std::move(unit)));
    CHECK(take(world, Format::emis, next));
    return;
  }
  const auto finished = take(world, Format::emis, first);
  REQUIRE(finished);
  CHECK_FALSE(finished->repeated);
  CHECK(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::applied);
  CHECK(take(world, Format::emis, next));
}

TEST_CASE("an extract whose numbers are one system's alone needs a partner") {
  World world;
  const auto files = tpp("20261120_0200", "20261121_0200");
  std::vector<record::ExtractFile> views;
  for (const auto& [name, text] : files) views.push_back({name, text});
  const auto refused =
      exchange::take_extract(world.parts, test::translator(), Format::tpp, views, "tpp");
  REQUIRE_FALSE(refused);
  CHECK(has(refused.error().text, "by a partner"));
  CHECK(bodies(world, "Goal").empty());
}

TEST_CASE("an extract that is refused leaves nothing behind") {
  World world;
  auto files = emis("22", {{"CareRecord_ObservationReferral", referral_row()}});
  files.begin()->second.resize(files.begin()->second.size() - 4);
  CHECK(take(world, Format::emis, files).error().kind == Kind::invalid);
  CHECK(world.inbox().empty());
  CHECK(bodies(world, "ServiceRequest").empty());
}

TEST_CASE("what a code stands for goes on from one extract to the next, until it is said anew") {
  World world;
  Files kept;
  const auto code_of = [&](const char* day, const Files& tables) {
    REQUIRE(take(world, Format::emis, emis(day, tables), &kept));
    return bodies(world, "ServiceRequest").at(0);
  };
  REQUIRE(take(world, Format::emis, emis("20", {{"Coding_ClinicalCode", codes()}}), &kept));
  REQUIRE(kept.count("Coding_ClinicalCode") == 1);
  CHECK(kept.count("Agreements_SharingOrganisation") == 0);
  CHECK(has(code_of("21", {{"CareRecord_Observation", observation_row()}}), "871731000000106"));
  CHECK(has(kept["Coding_ClinicalCode"], "871731000000106"));
  auto anew = codes();
  anew.replace(anew.find("871731000000106"), 15, "871711000000103");
  CHECK(has(
      code_of("22", {{"CareRecord_Observation", observation_row()}, {"Coding_ClinicalCode", anew}}),
      "871711000000103"));
  CHECK_FALSE(has(kept["Coding_ClinicalCode"], "871731000000106"));
}
