// What goals, problems, pathways and persons of HL7 v2 do to the store, by the shipped maps.

#include "exchange/links.h"

#include "practice.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

TEST_CASE("a goal is added, updated and deleted under its instance id") {
  Practice practice;
  REQUIRE(practice.send("PGL^PC6", goal("AD", "G1", "active")));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'active' and meta.tag.empty()"));
  REQUIRE(practice.send("PGL^PC7", goal("UP", "G1", "completed", "Walk far")));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'completed'"));
  CHECK(practice.is("Goal", "G1", "description.text = 'Walk far'"));
  REQUIRE(practice.send("PGL^PC8", goal("DE", "G1", "")));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'entered-in-error'"));
}

TEST_CASE("the same goals again make no version") {
  Practice practice;
  REQUIRE(practice.send("PGL^PC6", goal("AD", "G1", "active")));
  const auto again = practice.send("PGL^PC6", goal("AD", "G1", "active"));
  REQUIRE(again);
  CHECK(again->writes.empty());
}

TEST_CASE("a message whose every entry fails is refused with its place") {
  Practice practice;
  const auto refused = practice.send("PGL^PC6", goal("AD", "G1", "ongoing"));
  REQUIRE(refused.has_error());
  CHECK(refused.error().where == "GOL-18");
  REQUIRE(practice.send("PGL^PC6", goal("AD", "G1", "ongoing") + goal("AD", "G2", "active")));
  CHECK_FALSE(practice.is("Goal", "G1", "true"));
  CHECK(practice.is("Goal", "G2", "lifecycleStatus = 'active'"));
}

TEST_CASE("what an ADT leaves out of a patient stays, what is empty by name goes") {
  Practice practice;
  const auto adt = [&](const std::string& rest) {
    return practice.send(
        "MSH|^~\\&|GP|SURGERY|HUB|HUB|20261122093000||ADT^A31|M1|P|2.5\r"
        "EVN||20261122093000\rPID|1||9990000018^^^NHS^NHS||Winterbourne^Maud" +
        rest + "\r");
  };
  REQUIRE(adt("||19480913|F|||3 Mill Lane^^Elmford||01632 960001"));
  const auto is = [&](const std::string& expression) {
    return practice.is("Patient", "9990000018", expression);
  };
  REQUIRE(is("address.exists() and telecom.exists()"));
  REQUIRE(adt("||19480913"));
  CHECK(is("gender = 'female' and address.city = 'Elmford' and telecom.value = '01632 960001'"));
  REQUIRE(adt("||19480913||||\"\"||01632 960002"));
  CHECK(is("gender = 'female' and address.empty() and telecom.value = '01632 960002'"));
  CHECK(is("meta.tag.empty()"));
}

TEST_CASE("what is only mentioned again keeps its notes, asker and results") {
  Practice practice;
  REQUIRE(practice.send("PGL^PC6",
                        "GOL|AD|20261122|^Walk|G1|||20261122||SOC^Social|||||||||active\r"
                        "NTE|1||Likes mornings\rROL|1|AD|PP|D1^Okafor^Ngozi\r"
                        "OBX|1|NM|S^Score||4||||||F\r"));
  REQUIRE(practice.send("PGL^PC7", goal("UP", "G1", "completed") + "NTE|1||Done\r"));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'completed' and note.count() = 2"));
  CHECK(practice.is("Goal", "G1", "expressedBy.exists() and outcomeReference.exists()"));
  CHECK(practice.is("Goal", "G1", "category.coding.code = 'SOC' and start.exists()"));
  REQUIRE(practice.send("PGL^PC7", "GOL|UP|20261122|^Walk|G1|||||\"\"|||||||||active\r"));
  CHECK(practice.is("Goal", "G1", "category.empty() and start.exists() and meta.tag.empty()"));
}

TEST_CASE("a problem that is open again has no end") {
  Practice practice;
  REQUIRE(practice.send("PPR^PC1",
                        "PRB|AD|20261122|X^Debt|P1|||||20261201||||confirmed|resolved\r"
                        "NTE|1||Since spring\r"));
  CHECK(practice.is("Condition", "P1", "abatement.exists()"));
  REQUIRE(practice.send("PPR^PC2", "PRB|UP|20261122|X^Debt|P1||||||||||active\r"));
  CHECK(practice.is("Condition", "P1", "abatement.empty() and note.text = 'Since spring'"));
  CHECK(practice.is("Condition", "P1", "verificationStatus.coding.code = 'confirmed'"));
  REQUIRE(practice.send("PPR^PC3", "PRB|DE|20261122|X^Debt|P1\r"));
  CHECK(practice.is("Condition", "P1",
                    "clinicalStatus.empty() and "
                    "verificationStatus.coding.code = 'entered-in-error'"));
}

TEST_CASE("a merge finds who is given up by any number of his, and makes nobody to give up") {
  Practice practice;
  const auto header = std::string("MSH|^~\\&|GP|SURGERY|||2026||");
  REQUIRE(
      practice.send(header + "ADT^A31|1|P|2.5\rPID|1||9990000026^^^NHS^NHS~L7^^^ELM^PI||Old^A\r"));
  REQUIRE(practice.send("ADT^A40", "MRG|L7^^^ELM^PI\r"));
  CHECK(practice.is("Patient", "9990000026", "active = false and link.type = 'replaced-by'"));
  CHECK(practice.is("Patient", "9990000026", "name.family = 'Old'"));
  CHECK_FALSE(practice.is("Patient", "L7^ELM", "true"));
  REQUIRE(practice.send("ADT^A40", "MRG|NOBODY^^^ELM^PI\r"));
  CHECK_FALSE(practice.is("Patient", "NOBODY^ELM", "true"));
  CHECK(practice.is("Patient", "9990000018", "active.empty() or active"));
}

TEST_CASE("a merge retires nobody whom the sender's own number does not name") {
  Practice practice;
  const auto header = std::string("MSH|^~\\&|GP|SURGERY|||2026||");
  REQUIRE(
      practice.send(header + "ADT^A31|1|P|2.5\rPID|1||9990000026^^^NHS^NHS~34^^^ELM^PI||Old^A\r"));
  const auto number = GENERATE("12,34^^^ELM^PI", "9990000034^^^NHS^NHS", "34^^^OAK^PI");
  REQUIRE(practice.send("ADT^A40", std::string("MRG|") + number + "\r"));
  CHECK(practice.is("Patient", "9990000026", "active.empty() and link.empty()"));
}

TEST_CASE("an authority without a number names nobody") {
  Practice practice;
  const auto header = std::string("MSH|^~\\&|GP|SURGERY|||2026||");
  REQUIRE(practice.send(header + "ADT^A31|1|P|2.5\rPID|1||^^^ELM^PI||Winter^Ann||19500101\r"));
  REQUIRE(practice.send(header + "ADT^A31|1|P|2.5\rPID|1||^^^ELM^PI||Summer^Bob||19600101\r"));
  CHECK(practice.is("Patient", "Winter^Ann^19500101", "name.family = 'Winter'"));
  CHECK(practice.is("Patient", "Summer^Bob^19600101", "name.family = 'Summer'"));
  const auto nobody = practice.send(header + "ADT^A31|1|P|2.5\rPID|1||^^^ELM^PI\r");
  REQUIRE(nobody.has_error());
  CHECK(nobody.error().kind == Kind::invalid);
}

TEST_CASE("a patient who was told to be dead by mistake is so no more") {
  Practice practice;
  const auto died = [&](const std::string& value) {
    return practice.send(
        "MSH|^~\\&|GP|SURGERY|||2026||ADT^A31|1|P|2.5\rPID|1||9990000018^^^NHS^NHS||W^M" +
        std::string(25, '|') + value + "\r");
  };
  REQUIRE(died("Y"));
  CHECK(practice.is("Patient", "9990000018", "deceased = true"));
  REQUIRE(died(GENERATE("N", "\"\"")));
  CHECK(practice.is("Patient", "9990000018", "deceased.empty() and meta.tag.empty()"));
}

TEST_CASE("a cancellation of a referral that never came is refused") {
  Practice practice;
  const auto refused = practice.send("REF^I14", "RF1|P|R||||SP-NOPE\rPRD|RT|^Riverside\r");
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == Kind::not_found);
  CHECK(refused.error().where == "RF1-6");
}

TEST_CASE("a message takes no label from what is stored") {
  Practice practice;
  REQUIRE(practice.send("PGL^PC6", goal("AD", "G1", "active")));
  for (const auto& [type, key] : {std::pair<const char*, const char*>{"Patient", "9990000018"},
                                  std::pair<const char*, const char*>{"Goal", "G1"}}) {
    const auto id = uuid_v5({"practice~~SURGERY", type, key});
    const auto stored = practice.reader()->read(type, id);
    REQUIRE(stored);
    auto body = stored->body;
    const auto meta = body.find("\"meta\":{");
    REQUIRE(meta != std::string::npos);
    body.insert(meta + 8, R"("security":[{"system":"http://terminology.hl7.org/CodeSystem/)"
                          R"(v3-Confidentiality","code":"R"}],)");
    auto read = model::read_json(definitions(), body, Limits{});
    REQUIRE(read);
    store::Unit unit;
    auto& write = unit.writes.emplace_back();
    write.type = type;
    write.id = id;
    write.body = store::prepare_body(definitions(), read->tree, id);
    REQUIRE(commit_now(*practice.store, std::move(unit)));
    REQUIRE(practice.is(type, key, "meta.security.code = 'R'"));
  }
  REQUIRE(practice.send("PGL^PC7", goal("UP", "G1", "completed")));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'completed' and meta.security.code = 'R'"));
  REQUIRE(practice.send("ADT^A31", ""));
  CHECK(practice.is("Patient", "9990000018", "meta.security.code = 'R'"));
}

TEST_CASE("what a message only names stays as it is stored") {
  Practice practice;
  REQUIRE(practice.send("PPG^PCG", pathway("AD") + goal("AD", "G1", "active")));
  REQUIRE(practice.send("PPG^PCH", pathway("UC", "") + goal("UC", "G1", "", "other words")));
  CHECK(practice.is("CarePlan", "W1", "status = 'active' and meta.tag.empty()"));
  CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'active' and description.text = 'Walk'"));
}

TEST_CASE("links are gained and ended, and never end by being left out") {
  Practice practice;
  REQUIRE(practice.send("PPG^PCG", pathway("AD") + goal("AD", "G1", "active")));
  REQUIRE(practice.send("PGL^PC6", goal("AD", "G2", "active", "Swim")));
  CHECK(practice.is("CarePlan", "W1", "goal.count() = 1"));

  SECTION("an unchanged plan gains a goal that is linked") {
    REQUIRE(practice.send("PPG^PCH", pathway("UC", "") + goal("LI", "G2", "")));
    CHECK(practice.is("CarePlan", "W1", "goal.count() = 2"));
    CHECK(practice.is("Goal", "G2", "description.text = 'Swim'"));
    REQUIRE(practice.send("PPG^PCH", pathway("UC", "") + goal("UN", "G1", "")));
    CHECK(practice.is("CarePlan", "W1", "goal.count() = 1"));
    CHECK(practice.is("Goal", "G1", "lifecycleStatus = 'active'"));
  }
  SECTION("an updated plan keeps the goals it does not name") {
    REQUIRE(practice.send("PPG^PCH", pathway("UP", "on-hold") + goal("AD", "G3", "active")));
    CHECK(practice.is("CarePlan", "W1", "status = 'on-hold' and goal.count() = 2"));
  }
  SECTION("a goal that is deleted is no goal of the plan any more") {
    REQUIRE(practice.send("PPG^PCH", pathway("UP") + goal("DE", "G1", "")));
    CHECK(practice.is("CarePlan", "W1", "goal.empty()"));
  }
}

TEST_CASE("a patient who is only named keeps what is known of him") {
  Practice practice;
  REQUIRE(practice.send("ADT^A31", "PV1|1|N\r"));
  const auto key = "9990000018";
  CHECK(practice.is("Patient", key, "name.family = 'Winterbourne' and name.given = 'Maud'"));
  REQUIRE(practice.send(
      "MSH|^~\\&|GP|SURGERY|||2026||PGL^PC6|9|P|2.5\rPID|1||9990000018^^^NHS^NHS||Other\r" +
      goal("AD", "G1", "active")));
  CHECK(practice.is("Patient", key, "name.family = 'Winterbourne'"));
}

TEST_CASE("patients who are merged stay so, whatever comes of either") {
  Practice practice;
  REQUIRE(practice.send("MSH|^~\\&|GP|SURGERY|||2026||ADT^A31|1|P|2.5\rPID|1||OLD||Old^Name\r"));
  REQUIRE(practice.send("ADT^A40", "MRG|OLD\r"));
  CHECK(practice.is("Patient", "OLD", "active = false and link.type = 'replaced-by'"));
  CHECK(practice.is("Patient", "OLD", "name.family = 'Old'"));
  REQUIRE(practice.send("MSH|^~\\&|GP|SURGERY|||2026||ADT^A31|2|P|2.5\rPID|1||OLD||New^Name\r"));
  CHECK(practice.is("Patient", "OLD", "active = false and link.type = 'replaced-by'"));
}

TEST_CASE("the samples of results and persons are stored whole") {
  Practice practice;
  REQUIRE(practice.send_file("adt-a04-registration.hl7"));
  const auto outcome = practice.send_file("oru-r01-scores.hl7");
  REQUIRE(outcome);
  CHECK(outcome->writes.size() >= 4);
}

TEST_CASE("every message is answered in its own event, and what was left out is named") {
  struct Row {
    const char* type;
    std::string segments;
    const char* answer;
    const char* code;
    const char* fault;
  };
  const auto row = GENERATE_COPY(
      Row{"PGL^PC6^PGL_PC6", goal("AD", "G1", "active"), "|ACK^PC6^ACK|", "AA", ""},
      Row{"PGL^PC6^PGL_PC6", goal("AD", "G1", "odd"), "|ACK^PC6^ACK|", "AE", "|GOL^1^18^1|102"},
      Row{"PGL^PC6^PGL_PC6", goal("AD", "G1", "odd") + goal("AD", "G2", "active"), "|ACK^PC6^ACK|",
          "AA", "|GOL^1^18^1|103"},
      Row{"PPG^PCG^PPG_PCG", pathway("AD"), "|ACK^PCG^ACK|", "AA", ""},
      Row{"ADT^A31^ADT_A05", "PV1|1|N\r", "|ACK^A31^ACK|", "AA", ""},
      Row{"ORU^R01^ORU_R01", "OBR|1||F1|X^Score\rOBX|1|NM|X^Score||4||||||F\r", "|ACK^R01^ACK|",
          "AA", ""});
  CAPTURE(row.type, row.segments);
  Practice practice;
  const auto reply =
      practice.answer("MSH|^~\\&|GP|SURGERY|HUB|HUB|2026||" + std::string(row.type) +
                      "|M1|P|2.5\rPID|1||9990000018^^^NHS^NHS||Winterbourne^Maud\r" + row.segments);
  CAPTURE(reply);
  CHECK(reply.find(row.answer) != std::string::npos);
  CHECK(reply.find(std::string("\rMSA|") + row.code + "|M1") != std::string::npos);
  CHECK((reply.find("\rERR|") != std::string::npos) == (*row.fault != '\0'));
  CHECK(reply.find(row.fault) != std::string::npos);
}
