// Whose copy of a record it is: what one sends never meets what another keeps.

#include "exchange/intake.h"
#include "support/translator.h"
#include "world.h"

#include <string>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

// A record of GP Connect that PRAC1, the practice, keeps.
std::string record_of(const std::string& family) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{)"
         R"("resourceType":"Patient","id":"p","name":[{"family":")" +
         family +
         R"("}],"managingOrganization":{"reference":"Organization/o"}}},{"resource":{)"
         R"("resourceType":"Organization","id":"o","identifier":[{"system":")" +
         std::string(ods) + R"(","value":"PRAC1"}]}}]})";
}

struct Records : World {
  Intake intake{parts};

  Records() {
    parts.translate = [](Format format, const std::string& bytes, const TranslateOptions& options) {
      return translator().translate(format, bytes, options);
    };
  }
  TakenRecord take(const std::string& bytes, const std::string& source) {
    Result<TakenRecord> taken = Error{Kind::fault, "nothing came", ""};
    intake.take_record(Format::gpconnect, bytes, source,
                       [&](Result<TakenRecord> made) { taken = std::move(made); });
    REQUIRE(taken);
    return *taken;
  }
  // Every version of a Patient, newest first.
  std::vector<store::Stored> patients() {
    store::HistoryQuery query;
    query.type = "Patient";
    const auto page = reader()->history(query);
    REQUIRE(page);
    return page->versions;
  }
};

}  // namespace

TEST_CASE("what another sends of a record is its own copy, and changes nothing that is kept") {
  const std::string other = GENERATE("records:Z90001", "links");
  CAPTURE(other);
  Records records;
  const auto first = records.take(record_of("Genuine"), "practice");
  const auto kept = records.patients();
  REQUIRE(kept.size() == 1);
  const auto doctored = records.take(record_of("Doctored"), other);
  CHECK_FALSE(doctored.duplicate);
  CHECK(records.version("Patient", kept[0].id) == 1);
  CHECK(records.patients().size() == 2);
  // The same bytes are answered to each of his own.
  const auto same = records.take(record_of("Genuine"), other);
  CHECK_FALSE(same.duplicate);
  CHECK(same.answer != first.answer);
  CHECK(records.version("Patient", kept[0].id) == 1);
  // The keeper's own goes on.
  records.take(record_of("Renamed"), "practice");
  CHECK(records.version("Patient", kept[0].id) == 2);
}
