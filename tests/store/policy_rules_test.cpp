// What a policy lets through and what it lets be written, rule by rule, on both stores.

#include "store/fixture.h"
#include "store/sqlite_db.h"

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

constexpr const char* practice = "A81001";
constexpr const char* charity = "B81002";

store::Policy of(const std::string& organisation, std::uint64_t labels = 0) {
  store::Policy policy;
  policy.everything = false;
  policy.organisation = organisation;
  policy.labels = labels;
  return policy;
}

std::string ods(const std::string& code) {
  return R"({"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" + code + "\"}";
}
std::string to(const std::string& reference) {
  return R"({"reference":")" + reference + "\"}";
}
std::string patient(const std::string& more = "") {
  return R"({"resourceType":"Patient")" + more + "}";
}
std::string plan(const std::string& subject, const std::string& more = "") {
  return R"({"resourceType":"CarePlan","status":"active","intent":"plan","subject":)" + subject +
         more + "}";
}
std::string task(const std::string& whose, const std::string& owner,
                 const std::string& status = "requested") {
  return R"({"resourceType":"Task","intent":"order","status":")" + status + R"(","for":)" + whose +
         R"(,"owner":)" + owner + "}";
}
std::string request(const std::string& whose, const std::string& performer) {
  return R"({"resourceType":"ServiceRequest","status":"active","intent":"order","subject":)" +
         whose + R"(,"performer":[)" + performer + "]}";
}
std::string organisation(const std::string& code) {
  return R"({"resourceType":"Organization","identifier":[)" + ods(code) + "]}";
}
std::string provenance(const std::string& targets) {
  return R"({"resourceType":"Provenance","recorded":"2020-01-01T00:00:00Z","agent":[{"who":{"display":"a"}}],"target":[)" +
         targets + "]}";
}
std::string label(const std::string& code) {
  return R"(,"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/)" +
         std::string(code == "NOPAT" ? "v3-ActCode" : "v3-Confidentiality") + R"(","code":")" +
         code + "\"}]}";
}
const std::string managed = R"(,"managingOrganization":{"reference":"Organization/o"})";

struct Kept {
  const char* id;
  std::string json;
};
// Patients 1 (registered), 2 (referred), 4 (a Task, by the code alone) and 5 (registered, but
// restricted) are related to the practice, 3 and 6 are not.
std::vector<Kept> everybody() {
  return {{"o", organisation(practice)},
          {"x", organisation(charity)},
          {"1", patient(managed)},
          {"2", patient()},
          {"3", patient()},
          {"4", patient()},
          {"5", patient(managed + label("R"))},
          {"6", patient()},
          {"s2", request(to("Patient/2"), to("Organization/o"))},
          {"t4", task(to("Patient/4"), R"({"identifier":)" + ods(practice) + "}")},
          {"t6", task(to("Patient/6"), to("Organization/o"), "entered-in-error")},
          {"c1", plan(to("Patient/1"))},
          {"c2", plan(to("Patient/2"))},
          {"c3", plan(to("Patient/3"))},
          {"c4", plan(to("Patient/4"))},
          {"c5", plan(to("Patient/5"))},
          {"hidden", plan(to("Patient/1"), label("NOPAT"))},
          {"odd", plan(to("Patient/1"), label("ZZ"))},
          {"normal", plan(to("Patient/1"), label("N"))},
          {"inside", plan(to("#p"), R"(,"contained":[{"resourceType":"Patient","id":"p"}])")},
          {"logical", plan(R"({"identifier":{"value":"9990000018"}})")},
          {"elsewhere", plan(to("http://other.example/fhir/Patient/1"))},
          {"group", plan(to("Group/g"))},
          {"both", R"({"resourceType":"Appointment","status":"booked","participant":[{"actor":)" +
                       to("Patient/1") + R"(,"status":"accepted"},{"actor":)" + to("Patient/3") +
                       R"(,"status":"accepted"}]})"},
          {"gp", R"({"resourceType":"Practitioner"})"},
          {"diary", R"({"resourceType":"Schedule","actor":[)" + to("Practitioner/gp") + "]}"},
          {"own", R"({"resourceType":"Schedule","actor":[)" + to("Patient/1") + "]}"},
          {"v1", provenance(to("CarePlan/c1"))},
          {"v3", provenance(to("CarePlan/c3"))},
          {"v13", provenance(to("CarePlan/c1") + "," + to("CarePlan/c3"))},
          {"vnone", provenance(to("CarePlan/none"))},
          {"list", R"({"resourceType":"List","status":"current","mode":"working"})"}};
}

store::Write write_of(const World& world, std::string json, const std::string& id) {
  json.insert(1, R"("id":")" + id + "\",");
  return world.put(json, id);
}

void keep(World& world, const std::vector<Kept>& all) {
  store::Unit unit;
  for (const auto& one : all) unit.writes.push_back(write_of(world, one.json, one.id));
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
}

std::string type_of(const World& world, const Kept& one) {
  return write_of(world, one.json, one.id).type;
}

// The ids of those that are seen.
std::string seen(World& world, const store::Policy& policy) {
  const auto eyes = world.reader->seen_by(policy);
  std::string text;
  for (const auto& one : everybody()) {
    const auto found = eyes->read(type_of(world, one), one.id);
    CHECK((found || found.error().kind == Kind::not_found));
    if (found) text += (text.empty() ? "" : " ") + std::string(one.id);
  }
  return text;
}

// A unit of one write under a policy: "" when it was done, else why not.
std::string written(World& world, const store::Policy& policy, store::Write write) {
  store::Unit unit;
  unit.policy = policy;
  unit.asked = 1;
  unit.writes.push_back(std::move(write));
  const auto done = store::commit_now(*world.store, std::move(unit));
  if (done) return "";
  CHECK(done.error().where == "policy");
  return done.error().kind == Kind::not_found ? "not found" : "forbidden";
}

bool sees(World& world, const std::string& organisation, const char* type, const char* id) {
  return static_cast<bool>(world.reader->seen_by(of(organisation))->read(type, id));
}

std::string denial(const std::string& patient, const std::string& organisation) {
  return R"({"resourceType":"Consent","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"patient":)" +
         to(patient) + R"(,"provision":{"type":"deny","actor":[{"reference":)" + to(organisation) +
         "}]}}";
}

// Messages are searched by the patient that they are about.
std::unique_ptr<const search::Parameters> with_patient_of_messages(const World& world) {
  search::ParameterText custom;
  custom.id = "p";
  custom.url = "http://custom.example/p";
  custom.code = "patient";
  custom.kind = model::SearchType::reference;
  custom.expression = "MessageHeader.focus";
  custom.bases = {definitions().find("MessageHeader")};
  auto made = search::Parameters::compile(definitions(), world.store->hash_key(), {{custom}});
  REQUIRE(made);
  REQUIRE((*made)->find("MessageHeader", "patient") != 0);
  return std::move(*made);
}
const char* const message =
    R"({"resourceType":"MessageHeader","eventUri":"urn:e","source":{"endpoint":"urn:s"},"focus":[{"reference":"Patient/1"}]})";

// What the folder's resources were before it was asked whose they are.
void forget_whose(const std::string& folder) {
  auto db = store::Db::open(folder + "/fingerpost.db", store::Access::write);
  REQUIRE(db);
  REQUIRE(db->run(before_8));
  REQUIRE(db->run("PRAGMA user_version = 7"));
}

// Looks at these; the others wait.
void look_at(World& world, const std::vector<Kept>& all, const std::set<std::string>& ids) {
  store::Unit unit;
  for (const auto& one : all) {
    if (!ids.contains(one.id)) continue;
    auto again = write_of(world, one.json, one.id);
    again.op = store::Write::Op::reindex;
    again.if_version = 1;
    unit.writes.push_back(std::move(again));
  }
  REQUIRE(unit.writes.size() == ids.size());
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
}

struct Stores {
  Folder folder;
  World memory;
  World disk{folder.path()};
  template <class Use>
  void each(const Use& use) {
    for (World* const world : {&memory, &disk}) use(*world);
  }
};

}  // namespace

TEST_CASE(
    "Z1, Z12: a client sees whose organisation is related to the patient, and the directory") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    CHECK(seen(world, of(practice)) == "o x 1 2 4 s2 t4 c1 c2 c4 normal gp diary v1");
    CHECK(seen(world, of(practice, search::every_label)) ==
          "o x 1 2 4 5 s2 t4 c1 c2 c4 c5 hidden odd normal gp diary v1");
    CHECK(seen(world, of(practice, search::no_patient)) ==
          "o x 1 2 4 s2 t4 c1 c2 c4 hidden normal gp diary v1");
    CHECK(seen(world, of(charity)) == "o x gp diary");
    CHECK(seen(world, of("")) == "o x gp diary");
    CHECK(seen(world, {}).find("list") != std::string::npos);
  });
}

TEST_CASE("Z16: a relationship that ends, ends what is seen") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    const auto sees = [&](const char* type, const char* id) {
      return static_cast<bool>(world.reader->seen_by(of(practice))->read(type, id));
    };
    CHECK(sees("CarePlan", "c2"));
    REQUIRE(world.commit(World::remove("ServiceRequest", "s2")));
    CHECK(!sees("CarePlan", "c2"));
    REQUIRE(world.commit(write_of(world, request(to("Patient/2"), to("Organization/o")), "s2")));
    CHECK(sees("CarePlan", "c2"));
    // An Organization that has another code is another one.
    REQUIRE(world.commit(write_of(world, organisation(charity), "o")));
    CHECK(!sees("CarePlan", "c2"));
    CHECK(sees("CarePlan", "c4"));
    CHECK(world.reader->seen_by(of(charity))->read("CarePlan", "c2"));
    REQUIRE(world.commit(World::remove("Organization", "o")));
    CHECK(!world.reader->seen_by(of(charity))->read("CarePlan", "c2"));
  });
}

TEST_CASE("Z16: what a patient refuses is refused, whatever else is so") {
  struct Row {
    const char* what;
    std::string provision;
    bool practice, charity;
    std::string status = "active", scope = "patient-privacy";
  };
  const auto actor = [](const std::string& reference) {
    return R"(,"actor":[{"reference":)" + reference + "}]";
  };
  const auto o = actor(to("Organization/o")), x = actor(to("Organization/x"));
  const std::string deny = R"("type":"deny")", permit = R"("type":"permit")";
  const auto row = GENERATE_COPY(
      Row{"nothing", permit, true, false}, Row{"all are refused", deny, false, false},
      Row{"one is refused", deny + o, false, false},
      Row{"one is refused by its code", deny + actor(R"({"identifier":)" + ods(practice) + "}"),
          false, false},
      Row{"another is refused", deny + x, true, false},
      Row{"one is permitted", permit + x, true, true},
      Row{"a permission for some of it", permit + x + R"(,"class":[{"code":"c"}])", true, false},
      Row{"a refusal of some of it", deny + o + R"(,"class":[{"code":"c"}])", false, false},
      Row{"all but one", permit + x + R"(,"provision":[{)" + deny + o + "}]", false, false},
      Row{"somebody who is no organisation", deny + actor(to("Practitioner/gp")), false, false},
      Row{"a relative", deny + actor(to("RelatedPerson/r")), true, false},
      Row{"no longer in force", deny, true, false, "inactive"},
      Row{"about a treatment", deny, true, false, "active", "treatment"});
  CAPTURE(row.what);
  Stores stores;
  stores.each([&](World& world) {
    keep(world, everybody());
    const auto sees = [&](const char* organisation) {
      return static_cast<bool>(world.reader->seen_by(of(organisation))->read("CarePlan", "c1"));
    };
    REQUIRE(world.commit(write_of(world,
                                  R"({"resourceType":"Consent","status":")" + row.status +
                                      R"(","scope":{"coding":[{"code":")" + row.scope +
                                      R"("}]},"patient":)" + to("Patient/1") + R"(,"provision":{)" +
                                      row.provision + "}}",
                                  "c")));
    CHECK(sees(practice) == row.practice);
    CHECK(sees(charity) == row.charity);
    // Who refuses and permits refuses; what is taken back is as if it had never been.
    REQUIRE(world.commit(write_of(
        world,
        R"({"resourceType":"Consent","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"patient":)" +
            to("Patient/1") + R"(,"provision":{)" + permit + o + "}}",
        "d")));
    CHECK(sees(practice) == row.practice);
    REQUIRE(world.commit(World::remove("Consent", "c")));
    CHECK(sees(practice));
    CHECK(!sees(charity));
  });
}

TEST_CASE("Z8: a resource that changes whose it is shows nobody what it was before") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    REQUIRE(world.commit(write_of(world, plan(to("Patient/3")), "c")));
    REQUIRE(world.commit(write_of(world, plan(to("Patient/1")), "c")));
    REQUIRE(world.commit(write_of(world, plan(to("Patient/1")), "c")));
    const auto eyes = world.reader->seen_by(of(practice));
    CHECK(!eyes->vread("CarePlan", "c", 1));
    CHECK(eyes->vread("CarePlan", "c", 2));
    store::HistoryQuery query;
    query.type = "CarePlan";
    query.id = "c";
    CHECK(eyes->history(query)->versions.size() == 2);
    CHECK(world.reader->history(query)->versions.size() == 3);
    // What is removed stays whose it was.
    REQUIRE(world.commit(World::remove("CarePlan", "c")));
    CHECK(eyes->read("CarePlan", "c").error().kind == Kind::gone);
    CHECK(world.reader->seen_by(of(charity))->read("CarePlan", "c").error().kind ==
          Kind::not_found);
  });
}

TEST_CASE("Z11: under a policy a label is added and never taken away") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    const auto all = of(practice, search::every_label);
    CHECK(written(world, all, write_of(world, plan(to("Patient/1")), "hidden")).empty());
    CHECK(!world.reader->seen_by(of(practice))->read("CarePlan", "hidden"));
    CHECK(world.reader->seen_by(all)->vread("CarePlan", "hidden", 1));
    CHECK(written(world, of(practice), write_of(world, plan(to("Patient/1"), label("R")), "c1")) ==
          "forbidden");
    CHECK(written(world, all, write_of(world, plan(to("Patient/1"), label("R")), "c1")).empty());
    CHECK(!world.reader->seen_by(of(practice))->read("CarePlan", "c1"));
    // The gateway itself may: what was labelled then stays out of sight.
    REQUIRE(world.commit(write_of(world, plan(to("Patient/1")), "hidden")));
    CHECK(world.reader->seen_by(of(practice))->vread("CarePlan", "hidden", 3));
    CHECK(!world.reader->seen_by(of(practice))->vread("CarePlan", "hidden", 2));
  });
}

TEST_CASE("Z7, Z8: who writes changes what he sees, and neither writes himself in nor out") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    const auto put = [&](const std::string& json, const char* id) {
      return written(world, of(practice), write_of(world, json, id));
    };
    const auto made = [&](const std::string& json, const char* id) {
      auto write = write_of(world, json, id);
      write.must_be_new = true;
      return written(world, of(practice), std::move(write));
    };
    // What is there and not seen is not there.
    CHECK(put(plan(to("Patient/1")), "c3") == "not found");
    CHECK(written(world, of(practice), World::remove("CarePlan", "c3")) == "not found");
    CHECK(put(patient(managed), "3") == "not found");
    // Nor is somebody who is not seen, or is not there at all.
    CHECK(made(task(to("Patient/3"), to("Organization/o")), "new") == "not found");
    CHECK(made(task(to("Patient/none"), to("Organization/o")), "new") == "not found");
    CHECK(put(patient(managed), "none") == "not found");
    // Nor may it go where it is not seen.
    CHECK(put(plan(to("Patient/3")), "c1") == "not found");
    CHECK(put(plan(to("Group/g")), "c1") == "forbidden");
    CHECK(put(patient(), "1") == "forbidden");
    CHECK(made(patient(), "new") == "forbidden");
    CHECK(put(organisation(practice), "x") == "forbidden");
    // What is in sight and stays there.
    CHECK(put(plan(to("Patient/1")), "c1").empty());
    CHECK(put(plan(to("Patient/2")), "c1").empty());
    CHECK(made(patient(managed), "mine").empty());
    CHECK(made(task(to("Patient/mine"), to("Organization/x")), "new").empty());
    CHECK(world.reader->seen_by(of(charity))->read("Patient", "mine"));
    CHECK(made(provenance(to("Task/new")), "p").empty());
    CHECK(made(provenance(to("CarePlan/c3")), "q") == "forbidden");
    CHECK(written(world, of(practice), World::remove("CarePlan", "c1")).empty());
    CHECK(world.reader->read("CarePlan", "c3")->version == 1);
  });
}

TEST_CASE("Z7: what a unit was decided on is looked at with the same eyes") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    const auto tried = [&](const store::Policy& policy, std::vector<std::string> ids,
                           std::int64_t version) {
      const std::vector<search::Pair> pairs = {{"status", "active"}};
      search::Query query;
      query.type = "ServiceRequest";
      query.pairs = &pairs;
      store::Unit unit;
      unit.policy = policy;
      unit.searches.push_back({*search::plan(*world.parameters, query, Limits{}), std::move(ids)});
      unit.reads.push_back({"CarePlan", "c3", version});
      std::string looked;
      unit.inspect = [&](store::Reader& reader) -> Result<void> {
        looked = reader.read("CarePlan", "c3") ? "seen" : "not seen";
        return {};
      };
      return store::commit_now(*world.store, std::move(unit)) ? looked : "";
    };
    CHECK(tried({}, {"s2"}, 1) == "seen");
    CHECK(tried(of(practice), {"s2"}, 0) == "not seen");
    CHECK(tried(of(charity), {}, 0) == "not seen");
    // What rules of the gateway saw holds too.
    CHECK(tried(of(practice), {"s2"}, 1) == "not seen");
    CHECK(tried(of(charity), {"s2"}, 1) == "not seen");
    CHECK(tried(of(practice), {"s2"}, 2).empty());
    CHECK(tried(of(practice), {}, 0).empty());
    CHECK(tried(of(charity), {"s3"}, 0).empty());
  });
}

TEST_CASE("what tells of all that is stored is refused under a policy") {
  Stores stores;
  stores.each([](World& world) {
    const auto eyes = world.reader->seen_by(of(practice));
    const std::vector<search::Pair> pairs;
    search::Query query;
    query.type = "Patient";
    query.pairs = &pairs;
    const auto plan = *search::plan(*world.parameters, query, Limits{});
    CHECK(eyes->explain(plan).error().kind == Kind::forbidden);
    CHECK(eyes->audit({}).error().kind == Kind::forbidden);
    CHECK(eyes->outdated(*world.parameters, 1).error().kind == Kind::forbidden);
    CHECK(eyes->seen_by({})->explain(plan));
  });
}

TEST_CASE(
    "of a folder that does not say whose its resources are nothing is seen until it is looked at") {
  const Folder folder;
  {
    World world(folder.path());
    keep(world, everybody());
    REQUIRE(world.commit(write_of(world, plan(to("Patient/1")), "c1")));
  }
  forget_whose(folder.path());
  World world(folder.path());
  CHECK(seen(world, of(practice, search::every_label)).empty());
  CHECK(text_of(*world.search("CarePlan", {{"patient", "2"}})) == "CarePlan/c2");
  CHECK(world.search("CarePlan", {{"patient", "2"}})->partial.empty());
  const auto outdated = world.reader->outdated(*world.parameters, 100);
  REQUIRE(outdated->size() == everybody().size());
  std::map<std::string, std::string> bodies;
  for (const auto& one : everybody()) bodies[one.id] = one.json;
  store::Unit unit;
  for (const auto& one : *outdated) {
    auto again = write_of(world, bodies.at(one.id), one.id);
    again.op = store::Write::Op::reindex;
    again.if_version = one.version;
    unit.writes.push_back(std::move(again));
  }
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  CHECK(world.reader->outdated(*world.parameters, 100)->empty());
  CHECK(seen(world, of(practice)) == "o x 1 2 4 s2 t4 c1 c2 c4 normal gp diary v1");
  // Of versions before nobody looked.
  CHECK(!world.reader->seen_by(of(practice))->vread("CarePlan", "c1", 1));
  CHECK(world.reader->seen_by(of(practice))->vread("CarePlan", "c1", 2));
}

TEST_CASE("until all that withholds is looked at, what relates gives no sight") {
  auto all = everybody();
  all.push_back({"s5", request(to("Patient/5"), to("Organization/o"))});
  all.push_back({"7", patient(label("R"))});
  all.push_back({"s7", request(to("Patient/7"), to("Organization/o"))});
  all.push_back({"c7", plan(to("Patient/7"))});
  all.push_back({"no", denial("Patient/2", "Organization/o")});
  const Folder folder;
  {
    World world(folder.path());
    keep(world, all);
    REQUIRE(world.commit(World::remove("Patient", "7")));
  }
  forget_whose(folder.path());
  World world(folder.path());
  look_at(world, all, {"o", "1", "s2", "c1", "c2", "gp"});
  CHECK(!sees(world, practice, "CarePlan", "c2"));
  CHECK(!sees(world, practice, "CarePlan", "c1"));
  CHECK(sees(world, practice, "Practitioner", "gp"));
  CHECK(written(world, of(practice), write_of(world, plan(to("Patient/1")), "c1")) == "not found");
  look_at(world, all, {"no"});
  CHECK(!sees(world, practice, "CarePlan", "c1"));
  look_at(world, all, {"x", "s5", "c5", "s7", "c7"});
  CHECK(sees(world, practice, "CarePlan", "c1"));
  CHECK(!sees(world, practice, "CarePlan", "c2"));
  // A Patient may be labelled; of one that was removed nobody looks at it any more.
  CHECK(!sees(world, practice, "CarePlan", "c5"));
  look_at(world, all, {"5"});
  CHECK(!sees(world, practice, "CarePlan", "c5"));
  CHECK(world.reader->seen_by(of(practice, search::every_label))->read("CarePlan", "c5"));
  CHECK(!sees(world, practice, "CarePlan", "c7"));
  REQUIRE(world.commit(write_of(world, patient(), "7")));
  CHECK(sees(world, practice, "CarePlan", "c7"));
}

TEST_CASE("what is not looked at is told once, though its parameters changed too") {
  const Folder folder;
  {
    World world(folder.path());
    keep(world, everybody());
    REQUIRE(world.commit(write_of(world, message, "m")));
  }
  forget_whose(folder.path());
  World world(folder.path());
  const auto others = with_patient_of_messages(world);
  std::set<std::string> ids;
  const auto outdated = world.reader->outdated(*others, 1000);
  for (const auto& one : *outdated) ids.insert(one.id);
  CHECK(ids.size() == everybody().size() + 1);
  CHECK(outdated->size() == ids.size());
  CHECK(world.reader->outdated(*others, 7)->size() == 7);
}

TEST_CASE("whose a resource is, a parameter of a client's does not say") {
  Stores stores;
  stores.each([](World& world) {
    world.parameters = with_patient_of_messages(world);
    keep(world, everybody());
    auto write = write_of(world, message, "m");
    CHECK(write.index.belonging.whose == search::unplaced);
    REQUIRE(world.commit(std::move(write)));
    CHECK(!sees(world, practice, "MessageHeader", "m"));
  });
}

TEST_CASE("what a patient refuses stays refused, whatever becomes of the Organization") {
  Stores stores;
  stores.each([](World& world) {
    auto all = everybody();
    all.push_back({"t1", task(to("Patient/1"), R"({"identifier":)" + ods(practice) + "}")});
    std::set<std::string> ids;  // 40 of them
    for (int i = 10; i < 50; ++i) ids.insert("more" + std::to_string(i));
    for (const auto& id : ids) all.push_back({id.c_str(), organisation(practice)});
    all.push_back({"no1", denial("Patient/1", "Organization/o")});
    all.push_back({"no2", denial("Patient/2", "Organization/more49")});
    keep(world, all);
    CHECK(!sees(world, practice, "CarePlan", "c1"));
    CHECK(!sees(world, practice, "CarePlan", "c2"));
    CHECK(sees(world, practice, "CarePlan", "c4"));
    // Not by a client's word, its own or another's.
    for (const auto* const client : {practice, charity}) {
      const auto put = [&](const std::string& json) {
        return written(world, of(client), write_of(world, json, "o"));
      };
      CHECK(put(R"({"resourceType":"Organization","name":"n"})") == "forbidden");
      CHECK(put(organisation("C81003")) == "forbidden");
      CHECK(put(R"({"resourceType":"Organization","identifier":[)" + ods(practice) + "," +
                ods("C81003") + "]}") == "forbidden");
      CHECK(written(world, of(client), World::remove("Organization", "o")) == "forbidden");
      CHECK(
          put(R"({"resourceType":"Organization","name":"n","identifier":[)" + ods(practice) + "]}")
              .empty());
      CHECK(!sees(world, practice, "CarePlan", "c1"));
    }
    // Nor where it is labelled, or removed by the gateway itself.
    auto labelled = organisation(practice);
    labelled.insert(labelled.size() - 1, label("R"));
    REQUIRE(world.commit(write_of(world, labelled, "o")));
    CHECK(!sees(world, practice, "CarePlan", "c1"));
    CHECK(sees(world, practice, "CarePlan", "c4"));
    REQUIRE(world.commit(World::remove("Organization", "o")));
    CHECK(!sees(world, practice, "CarePlan", "c1"));
    CHECK(sees(world, practice, "CarePlan", "c4"));
    REQUIRE(world.commit(write_of(world, R"({"resourceType":"Organization"})", "plain")));
    CHECK(written(world, of(practice), World::remove("Organization", "plain")).empty());
  });
}

TEST_CASE("Z8: of what a Provenance tells its writer sees every part") {
  Stores stores;
  stores.each([](World& world) {
    keep(world, everybody());
    const auto made = [&](const std::string& targets, const char* id) {
      auto write = write_of(world, provenance(targets), id);
      write.must_be_new = true;
      return written(world, of(practice), std::move(write));
    };
    CHECK(made(to("CarePlan/hidden"), "p1") == "forbidden");
    CHECK(made(to("CarePlan/nothing"), "p2") == "forbidden");
    CHECK(made(to("CarePlan/c1") + "," + to("CarePlan/hidden"), "p3") == "forbidden");
    CHECK(made(to("CarePlan/c1") + "," + to("Practitioner/gp"), "p4").empty());
  });
}

TEST_CASE("Z4: that a search is too costly tells of nothing that is not seen") {
  const Folder folder;
  Limits limits;
  limits.search_candidates = 8;
  World world(folder.path(), limits);
  keep(world, everybody());
  const std::vector<search::Pair> pairs = {{"status", "active"}};
  search::Query query;
  query.type = "CarePlan";
  query.pairs = &pairs;
  const auto plan = *search::plan(*world.parameters, query, limits);
  CHECK(world.reader->search(plan).error().kind == Kind::too_costly);
  const auto found = world.reader->seen_by(of(practice))->search(plan);
  REQUIRE(found);
  CHECK(found->hits.size() == 4);
}
