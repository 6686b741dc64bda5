#include "exchange/bars_step.h"

#include "support/catch.h"
#include "support/translator.h"
#include "wire/json_value.h"

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

// A referral as outward.h hands it on: the Task first, then all it leads to.
std::string referral(const std::string& status, const std::string& more = "",
                     const std::string& request_version = "1") {
  const auto entry = [](const std::string& place, const std::string& rest) {
    return R"({"fullUrl":")" + place + R"(","resource":{"resourceType":")" +
           place.substr(0, place.find('/')) + R"(","id":")" + place.substr(place.find('/') + 1) +
           R"(",)" + rest + "}}";
  };
  const auto organization = [&](const std::string& id, const std::string& code) {
    return entry(
        "Organization/" + id,
        R"("identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
            code + R"("}],"name":"n")");
  };
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" +
         entry(
             "Task/00000000-0000-4000-8000-000000000001",
             R"("status":")" + status +
                 R"(","intent":"order","focus":{"reference":"ServiceRequest/00000000-0000-4000-8000-000000000002"},)"
                 R"("for":{"reference":"Patient/00000000-0000-4000-8000-000000000003"},)"
                 R"("requester":{"reference":"Organization/00000000-0000-4000-8000-000000000004"},)"
                 R"("owner":{"reference":"Organization/00000000-0000-4000-8000-000000000005"})" +
                 more) +
         "," +
         entry("ServiceRequest/00000000-0000-4000-8000-000000000002",
               R"("meta":{"versionId":")" + request_version +
                   R"("},"status":"active","intent":"order","authoredOn":"2026-11-22T09:00:00Z",)"
                   R"("subject":{"reference":"Patient/00000000-0000-4000-8000-000000000003"})") +
         "," +
         entry("Patient/00000000-0000-4000-8000-000000000003", R"("name":[{"family":"Test"}])") +
         "," + organization("00000000-0000-4000-8000-000000000004", "A99901") + "," +
         organization("00000000-0000-4000-8000-000000000005", "RLP99") + "]}";
}

struct Step {
  const char* what;
  std::string bundle;
  const char* type;
  const char* event;
  std::string message, reason, request, to;
};

}  // namespace

TEST_CASE("each step of a referral is the BaRS message for whom it is told to") {
  const std::string asked =
      R"(,"businessStatus":{"coding":[{"system":"https://fingerpost.example/CodeSystem/task-business-status","code":"cancel-requested"}]})";
  const auto step = GENERATE_COPY(
      Step{"a new referral", referral("requested"), "REF", "I12", "request", "new", "active",
           "RLP99"},
      Step{"a referral of a request that was changed before", referral("requested", "", "3"), "REF",
           "I12", "request", "new", "active", "RLP99"},
      Step{"a reminder", referral("requested"), "REF", "I13", "request", "update", "active",
           "RLP99"},
      Step{"a change of what was accepted", referral("accepted", "", "2"), "REF", "I13", "request",
           "update", "active", "RLP99"},
      Step{"a cancellation before an answer", referral("cancelled"), "REF", "I14", "request",
           "update", "revoked", "RLP99"},
      Step{"a cancellation that is asked for of what was accepted", referral("accepted", asked),
           "REF", "I14", "request", "update", "revoked", "RLP99"},
      Step{"and of what nobody answered", referral("requested", asked), "REF", "I14", "request",
           "update", "revoked", "RLP99"},
      Step{"a referral that was a mistake", referral("entered-in-error"), "REF", "I14", "request",
           "delete", "entered-in-error", "RLP99"},
      Step{"accepted", referral("accepted"), "RRI", "", "response", "", "active", "A99901"},
      Step{"on hold", referral("on-hold"), "RRI", "", "response", "", "active", "A99901"},
      Step{"given back by the owner", referral("cancelled"), "RRI", "", "response", "", "revoked",
           "A99901"},
      Step{"completed", referral("completed"), "RRI", "", "response", "", "active", "A99901"});
  CAPTURE(step.what);
  const auto tagged = tag_bars_step(step.bundle, step.type, step.event, Limits{});
  REQUIRE(tagged);
  TranslateOptions options;
  options.use_case = "a0t0";
  options.now = "2026-11-22T10:00:00Z";
  const auto written = translator().write(Format::bars, *tagged, options);
  CAPTURE(written ? "" : written.error().text);
  REQUIRE(written);
  const auto& bytes = written->bytes;
  CAPTURE(bytes);
  const auto has = [&bytes](const std::string& text) {
    return bytes.find(text) != std::string::npos;
  };
  CHECK(has(R"("code":"servicerequest-)" + step.message + "\""));
  if (!step.reason.empty()) CHECK(has(R"(message-reason-bars","code":")" + step.reason + "\""));
  const auto destination = bytes.find(R"("destination":)");
  const auto endpoint = bytes.find("ods-organization-code|", destination);
  CHECK(bytes.substr(bytes.find('|', endpoint) + 1, step.to.size()) == step.to);
  const auto request = bytes.find(R"("resourceType":"ServiceRequest")");
  REQUIRE(request != std::string::npos);
  const auto status = bytes.find(R"("status":")", request) + 10;
  CHECK(bytes.substr(status, step.request.size() + 1) == step.request + "\"");
  CHECK_FALSE(has("urn:fingerpost:bars:"));
}

TEST_CASE("what BaRS has no message for is not said in another's words") {
  for (const auto* status : {"requested", "ready"})
    CHECK(tag_bars_step(referral(status), "RRI", "", Limits{}).error().kind == Kind::unsupported);
  CHECK(tag_bars_step(R"({"resourceType":"Bundle"})", "REF", "I12", Limits{}).error().kind ==
        Kind::unsupported);
}
