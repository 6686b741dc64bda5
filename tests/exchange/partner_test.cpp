#include "exchange/partner.h"

#include "world.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

TEST_CASE("partners are found by id, identifier and HL7 sender") {
  const auto partners = usual_partners();
  CHECK(partners.find("links")->id == "links");
  CHECK(partners.find("LINKS") == nullptr);
  CHECK(partners.find_identifier(ods, "LINK1")->id == "links");
  CHECK(partners.find_identifier("urn:other", "LINK1") == nullptr);
  CHECK(partners.find_identifier(ods, "") == nullptr);
  CHECK(partners.find_hl7_sender("GP", "SURGERY")->id == "practice");
  CHECK(partners.find_hl7_sender("GP", "ELSEWHERE") == nullptr);
  CHECK(partners.find_hl7_sender("", "") == nullptr);
}

TEST_CASE("a list of partners is checked before it is used") {
  CHECK(check(usual_partners()));
  struct Row {
    const char* name;
    std::function<void(Partners&)> spoil;
  };
  const Row rows[] = {
      {"no id", [](Partners& all) { all.list[1].id = ""; }},
      {"one id twice", [](Partners& all) { all.list[1].id = "practice"; }},
      {"one identifier twice",
       [](Partners& all) { all.list[1].identifiers = all.list[0].identifiers; }},
      {"an identifier without value", [](Partners& all) { all.list[1].identifiers[0].value = ""; }},
      {"a FHIR base of another protocol", [](Partners& all) { all.list[1].fhir_base = "ftp://x"; }},
      {"one sender twice",
       [](Partners& all) {
         for (auto& partner : all.list) partner.application = "GPSYSTEM", partner.facility = "A";
       }},
      {"MLLP without a port", [](Partners& all) { all.list[0].port = 0; }},
      {"MLLP without a host", [](Partners& all) { all.list[0].host = ""; }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto partners = usual_partners();
    row.spoil(partners);
    CHECK(check(partners).has_error());
  }
}
