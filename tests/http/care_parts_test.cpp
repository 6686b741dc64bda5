// The parts of the operating model by the package's own examples: a gateway takes all of them, and
// what each part counts is found by a search, coded and dated.

#include "support/bundles.h"
#include "support/care_server.h"
#include "support/files.h"

#include <string>
#include <vector>

using namespace fingerpost;
using Server = test::CareServer;

namespace {

struct Part {
  const char* part;
  const char* url;  // a search or a read
  const char* holds;
};
const Part parts[] = {
    {"OM-1 criteria identify people", "/Group?actual=true&member=Patient/person",
     "total = 1 and entry.resource.member.period.start.exists() and "
     "entry.resource.extension.where(url.endsWith('evaluated-criteria')).exists()"},
    {"OM-2 invitation", "/Communication?subject=Patient/person",
     "total = 2 and entry.resource.sent.count() = 2 and entry.resource.extension.extension"
     ".where(url = 'outcome').value contains 'booked'"},
    {"OM-3 double appointment", "/Appointment?patient=Patient/person&status=fulfilled",
     "total = 1 and entry.resource.slot.count() = 2"},
    {"OM-4 conversation, goals, next steps", "/CarePlan?patient=Patient/person&status=active",
     "total = 1 and entry.resource.goal.exists() and entry.resource.activity.exists()"},
    {"OM-5 self-management education", "/ServiceRequest?category=self-management-education",
     "total = 1 and entry.resource.authoredOn.exists()"},
    {"OM-6 link worker", "/PractitionerRole?role=R9815", "total = 1"},
    {"OM-6 a queue that anybody may claim from",
     "/Task?owner:missing=true&status=requested&code=fulfill", "total = 1"},
    {"OM-7 community resources", "/HealthcareService?active=true",
     "total = 3 and entry.resource.all(providedBy.exists())"},
    {"OM-8 tariffs: contacts are dated", "/Encounter?patient=Patient/person&date=ge2026-01-01",
     "total = 2 and entry.resource.period.start.count() = 2"},
    {"OM-9 CQUIN: the measure", "/Observation?code=http://snomed.info/sct|925431000000109",
     "total = 1 and entry.resource.effective.exists()"},
    {"OM-9 CQUIN: who is trained, and since when", "/Practitioner/link-worker",
     "qualification.period.start = @2025-06-01"},
    {"OM-10 QOF: referrals by their code",
     "/ServiceRequest?code=http://snomed.info/sct|871731000000106&authored=ge2026-01-01",
     "total > 0 and entry.resource.all(authoredOn.exists())"},
    {"OM-10 QOF: who declined", "/Task?status=rejected,cancelled&code=fulfill",
     "entry.resource.where(statusReason.coding.code = 'patient-declined').count() = 2"},
    {"OM-11 activation", "/Observation?code=http://snomed.info/sct|962851000000103",
     "total = 1 and entry.resource.value >= 1 and entry.resource.derivedFrom.exists()"},
    {"OM-12 tiers", "/Flag?patient=Patient/person",
     "total = 1 and entry.resource.period.start.exists() and "
     "entry.resource.extension.where(url.endsWith('tier-reason')).exists()"},
    {"OM-13 local priorities: the commissioner's criteria",
     "/Group?actual=false&managing-entity=Organization/commissioner", "total = 1"},
    {"OM-13 local priorities: counts alone", "/Group?actual=true&_summary=count",
     "total = 1 and entry.empty()"},
    {"OM-15 shared decision: what was not chosen, and why", "/ServiceRequest?intent=option",
     "total = 1 and entry.resource.extension.where(url.endsWith('option-outcome')).exists()"},
    {"OM-16 choice is offered before the order", "/ServiceRequest/referral",
     "extension.where(url.endsWith('choice-offer')).extension.where(url = 'considered').exists()"},
    {"OM-17 a stage that was skipped", "/Task?code=agree&status=cancelled",
     "total = 1 and entry.resource.statusReason.exists()"},
    {"OM-18 review", "/Encounter?type=review", "total = 1"},
    {"OM-21 all agencies refer", "/ServiceRequest/self-referral",
     "requester.reference = 'Patient/person' and "
     "extension.where(url.endsWith('identity-assurance')).value = 'self'"},
    {"OM-23 personal health budget", "/Contract?subject=Patient/person",
     "total = 3 and entry.resource.all(term.asset.valuedItem.net.value.exists())"},
    {"OM-24 co-production: the person signed",
     "/Provenance?target=CarePlan/agreed&agent=Patient/person", "total = 1"},
    {"OM-25 workforce: the caseload",
     "/Task?owner=HealthcareService/garden&status=requested,received,accepted,in-progress,on-hold"
     "&code=fulfill&_summary=count",
     "total = 8"},
    {"OM-25 workforce: time to give", "/Slot?schedule=Schedule/link-worker", "total = 2"},
    {"OM-26 finance", "/Contract/budget-amended",
     "applies.end.exists() and term.asset.valuedItem.where(entity.coding.code = 'spent').exists()"},
    {"OM-27 commissioning: activity by its dates",
     "/Task?status=completed&code=fulfill&modified=ge2026-01-01",
     "total = 2 and entry.resource.output.exists()"},
    {"OM-27 commissioning: every state it was in", "/Task/completed/_history",
     "entry.resource.status = 'completed'"},
};

struct Examples : Server {
  Examples() {
    partners.unknown_receiver = exchange::UnknownReceiver::keep;
    std::vector<std::string> entries;
    for (const auto& file : test::files_in(test::project() / "fhir-profiles/examples", ".json")) {
      const auto json = test::read_file(file);
      const auto place = type_of(json) + "/" + of(json, "id");
      entries.push_back(test::entry("PUT", place, json));
    }
    const auto taken = ask("POST", "", test::bundle("transaction", entries));
    INFO(taken.body.substr(0, 2'000));
    REQUIRE(taken.status == 200);
  }
};

}  // namespace

TEST_CASE("what each part of the operating model counts is in the store, coded and dated") {
  Examples server;
  for (const auto& one : parts) {
    const auto answer = server.ask("GET", one.url);
    INFO(one.part << ": " << one.url << " " << answer.body.substr(0, 1'500));
    CHECK(server.is(answer, one.holds));
  }
}
