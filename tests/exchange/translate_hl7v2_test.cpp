// HL7 v2 referrals to UK Core resources and their answers back: what the cases beside the maps
// (mapping_cases_test) cannot say. The rules are in mappings/hl7v2/README.md.

#include "exchange/translate_hl7v2.h"

#include "model/json.h"
#include "path/fhirpath.h"
#include "support/catch.h"
#include "support/hl7v2.h"
#include "support/translator.h"

#include <set>
#include <string>

using namespace fingerpost;

namespace {

Result<Translation> translate(const std::string& message) {
  return test::translator().translate(Format::hl7v2, message, {});
}

std::set<std::string> ids(const Tree& tree, const char* types) {
  std::set<std::string> found;
  const auto compiled =
      path::compile(std::string("entry.where(resource.type().name in ") + types + ").fullUrl",
                    test::definitions());
  REQUIRE(compiled);
  path::Environment environment;
  const auto urls =
      path::evaluate(*compiled, path::Value(NodeRef{&tree, tree.root()}), environment);
  REQUIRE(urls);
  for (const auto& url : *urls) found.insert(path::value_text(test::definitions(), url));
  return found;
}

std::string sample(const std::string& name) {
  return test::read_file(test::project() / "mappings/hl7v2/samples" / name);
}

}  // namespace

TEST_CASE("a referral that is nobody's, or that nobody sent, is refused with its place") {
  struct Row {
    const char* message;
    Kind kind;
    const char* where;
  };
  const auto row = GENERATE(
      Row{"MSH|^~\\&|GP|S|||2026||REF^I12|1|P|2.4\rRF1|P|||||R1\rPRD|RP\r", Kind::invalid,
          "REF_I12"},
      Row{"MSH|^~\\&|GP|S|||2026||REF^I12|1|P|2.4\rRF1|P|||||R1\rPID|1||||||1950\r", Kind::invalid,
          "PID"},
      Row{"MSH|^~\\&|||||2026||REF^I12|1|P|2.4\rRF1|P|||||R1\rPID|1||1\r", Kind::invalid, "MSH-4"},
      Row{"MSH|^~\\&|GP|S|||2026||ACK|1|P|2.4\rMSA|AA|1\r", Kind::unsupported, "MSH-9.1"},
      Row{"MSH|^~\\&|GP|S|||2026||BAR^P01|1|P|2.4\rPID|1||1\r", Kind::unsupported, "MSH-9.1"},
      Row{"MSH|^~\\&|GP|S|||2026||ADT^A99|1|P|2.4\rPID|1||1\r", Kind::unsupported, "MSH-9.2"});
  CAPTURE(row.message);
  const auto made = translate(row.message);
  REQUIRE(made.has_error());
  CHECK((made.error().kind == row.kind));
  CHECK(made.error().where == row.where);
}

TEST_CASE("the same message twice is the same resources, to the byte") {
  const auto first = translate(sample("ref-i12-social-prescribing.hl7"));
  const auto second = translate(sample("ref-i12-social-prescribing.hl7"));
  REQUIRE(first);
  REQUIRE(second);
  std::string a, b;
  model::write_json(test::definitions(), first->bundle, first->bundle.root(), a);
  model::write_json(test::definitions(), second->bundle, second->bundle.root(), b);
  CHECK(a == b);
}

TEST_CASE("every reference of a translated referral leads to an entry") {
  const auto* name = GENERATE("ref-i12-social-prescribing.hl7", "ref-i13-change-2.5.1.hl7",
                              "ref-i14-cancel-2.8.hl7", "ref-i12-no-prd-2.4.hl7");
  CAPTURE(name);
  const auto made = translate(sample(name));
  REQUIRE(made);
  CHECK(test::holds(*made,
                    "entry.resource.descendants().ofType(Reference).reference.all($this in "
                    "%resource.entry.fullUrl)"));
}

TEST_CASE("a NHS number with a wrong check digit is kept, told, and no key") {
  const auto message = [](const std::string& number) {
    return test::message_text(
        "REF^I12", "RF1|P|||||R1\rPRD|RP|Who^Doctor\rPRD|RT|Link^Worker\rPID|1||" + number +
                       "^^^NHS^NHS~77^^^L^MR||A^B\r");
  };
  const auto wrong = translate(message("9990000019"));
  const auto other = translate(message("9990000017"));
  const auto right = translate(message("9990000018"));
  const auto spaced = translate(message("999 000 0018"));
  REQUIRE((wrong && other && right && spaced));
  CHECK(ids(wrong->bundle, "('Patient')") == ids(other->bundle, "('Patient')"));
  CHECK(ids(wrong->bundle, "('Patient')") != ids(right->bundle, "('Patient')"));
  CHECK(ids(spaced->bundle, "('Patient')") == ids(right->bundle, "('Patient')"));
  CHECK(right->issues.empty());
  CHECK_FALSE(wrong->issues.empty());
  CHECK(
      test::holds(*wrong, "entry.resource.ofType(Patient).identifier.value contains '9990000019'"));
}

TEST_CASE("senders that share a name of their facility share no patient and no referral") {
  const auto made = [](const std::string& sender, const std::string& partner) {
    TranslateOptions options;
    options.partner = partner;
    return test::translator().translate(Format::hl7v2,
                                        "MSH|^~\\&|" + sender +
                                            "|LINK|HUB|2026||REF^I12|M1|P|2.4\r"
                                            "RF1|P|||||R1\rPRD|RP|Who^Doctor\rPID|1||1||A^B\r",
                                        options);
  };
  struct Row {
    const char* sender;
    const char* partner;
    bool same;
  };
  const auto row = GENERATE(Row{"APPA|GP^1.2.3^ISO", "", true},      // itself
                            Row{"APPA^^|GP^1.2.3^ISO^", "", true},   // and written at length
                            Row{"APPB|GP^1.2.3^ISO", "", false},     // another application
                            Row{"APPA|GP^9.9.9^ISO", "", false},     // another facility
                            Row{"APPA|GP", "", false},               // one that does not say
                            Row{"APPA|GP^1.2.3^ISO", "gp", false});  // a partner
  CAPTURE(row.sender, row.partner);
  const auto one = made("APPA|GP^1.2.3^ISO", "");
  const auto other = made(row.sender, row.partner);
  REQUIRE((one && other));
  for (const auto* types : {"('Patient')", "('ServiceRequest')", "('Task')"})
    CHECK((ids(one->bundle, types) == ids(other->bundle, types)) == row.same);
}

TEST_CASE("a partner is one sender however it writes its facility, but not for all facilities") {
  const auto made = [](const std::string& sender) {
    TranslateOptions options;
    options.partner = "gp";
    return test::translator().translate(
        Format::hl7v2,
        "MSH|^~\\&|" + sender + "|LINK|HUB|2026||REF^I12|M1|P|2.4\rRF1|P|||||R1\rPID|1||1||A^B\r",
        options);
  };
  const auto one = made("APP|GP");
  const auto longer = made("APP|GP^1.2.3^ISO");
  const auto elsewhere = made("APP|HQ");
  REQUIRE((one && longer && elsewhere));
  CHECK(ids(one->bundle, "('Task')") == ids(longer->bundle, "('Task')"));
  CHECK(ids(one->bundle, "('Task')") != ids(elsewhere->bundle, "('Task')"));
}

TEST_CASE("a message about a referral is refused when it does not say which") {
  struct Row {
    const char* event;
    const char* id;
    bool taken;
  };
  const auto row = GENERATE(Row{"I12", "", true}, Row{"I13", "", false}, Row{"I14", "", false},
                            Row{"I15", "", false}, Row{"I14", "R1", true}, Row{"I14", "^^R1", true},
                            Row{"I14", "\"\"", false}, Row{"I14", "^NAMESPACE", false});
  CAPTURE(row.event, row.id);
  const auto made = translate(test::message_text(
      std::string("REF^") + row.event, std::string("RF1|P|||||") + row.id + "\rPID|1||1||A^B\r"));
  CHECK(made.has_value() == row.taken);
  if (!made) CHECK((made.error().kind == Kind::invalid));
}

TEST_CASE("what no rule read is in the loss report by its place") {
  const auto made = translate(test::message_text(
      "REF^I12",
      "RF1|P|||||R1\rPRD|RP|Who^Doctor\rPRD|RT|Link^Worker\rPID|1||1||A^B||||||||||||S1\r"
      "NK1|1|Kin^Next\rZXX|1|2\r"));
  REQUIRE(made);
  std::set<std::string> places;
  for (const auto& lost : made->lost) places.insert(lost.place);
  CHECK(places == std::set<std::string>{"PID-17", "NK1", "ZXX"});
}

TEST_CASE("the trace of a message names what is in the Bundle, and nothing that was taken back") {
  TranslateOptions options;
  options.trace = true;
  const auto made = test::translator().translate(Format::hl7v2,
                                                 sample("ref-i12-social-prescribing.hl7"), options);
  REQUIRE(made);
  REQUIRE(!made->traced.empty());
  path::Environment environment;
  const NodeRef bundle{&made->bundle, made->bundle.root()};
  for (const auto& step : made->traced) {
    CAPTURE(step.target, step.source);
    const auto place = path::compile(step.target, test::definitions());
    REQUIRE(place);
    const auto found = path::evaluate(*place, path::Value(bundle), environment);
    REQUIRE(found);
    CHECK(found->size() == 1);
  }
}

TEST_CASE("how a referral stands is answered in the terms of its message") {
  struct Row {
    const char* status;
    const char* rf1;
    const char* note;
  };
  const auto row =
      GENERATE(Row{"requested", "RF1|P^Pending^HL70283|", ""},
               Row{"accepted", "RF1|A^Accepted^HL70283|", ""},
               Row{"rejected", "RF1|R^Rejected^HL70283|", ""},
               Row{"completed", "RF1|A^Accepted^HL70283|", "NTE|||The referral is completed\r"});
  CAPTURE(row.status);
  const auto made = translate(sample("ref-i12-social-prescribing.hl7"));
  REQUIRE(made);
  std::string json;
  model::write_json(test::definitions(), made->bundle, made->bundle.root(), json);
  const std::string before = R"("status":"requested")";
  json.replace(json.find(before), before.size(), R"("status":")" + std::string(row.status) + '"');
  const auto bundle = model::read_json(test::definitions(), json, Limits{});
  REQUIRE(bundle);
  exchange::OutwardHeader header;
  header.sending_application = "FINGERPOST";
  header.sending_facility = "HUB";
  header.receiving_application = "GPSYSTEM";
  header.receiving_facility = "ELMTREE";
  header.time = "20261123";
  header.control_id = "A1";
  const auto written = exchange::write_hl7v2_answer(
      test::translator().hl7v2(), {&bundle->tree, bundle->tree.root()}, header, {}, Limits{});
  REQUIRE(written);
  CAPTURE(written->bytes);
  CHECK(written->lost == 0);
  CHECK(written->bytes.starts_with(
      "MSH|^~\\&|FINGERPOST|HUB|GPSYSTEM|ELMTREE|20261123||RRI^I12^RRI_I12|A1|P|2.4||||||UNICODE "
      "UTF-8\r" +
      std::string(row.rf1)));
  CHECK(written->bytes.find("|SP-2026-0001^ELMTREE|||20261123||") != std::string::npos);
  CHECK(written->bytes.find("PID|1||9990000018^^^NHS^NHS~ET-10045^^^ELMTREE^MR||Winterbourne^Maud^"
                            "Ada^^Mrs||19410307|F\r") != std::string::npos);
  CHECK(written->bytes.find("PRD|RT^Referred to Provider^HL70286") != std::string::npos);
  CHECK(written->bytes.substr(written->bytes.find("19410307|F\r") + 11) == row.note);
}

TEST_CASE("an answer names the event of the referral message that was last received") {
  const auto event = GENERATE(as<std::string>(), "I12", "I13", "I14", "I15");
  CAPTURE(event);
  auto message = sample("ref-i12-social-prescribing.hl7");
  message.replace(message.find("REF^I12"), 7, "REF^" + event);
  const auto made = translate(message);
  REQUIRE(made);
  exchange::OutwardHeader header;
  header.control_id = "A1";
  const auto written = exchange::write_hl7v2_answer(
      test::translator().hl7v2(), {&made->bundle, made->bundle.root()}, header, {}, Limits{});
  REQUIRE(written);
  CAPTURE(written->bytes);
  CHECK(written->bytes.find("|RRI^" + event + "^RRI_I12|A1|") != std::string::npos);
}

TEST_CASE("the shared REF samples give the facts of their expected requests") {
  if (test::shared_data().empty()) {
    WARN("SKIPPED: the shared HL7 v2 samples are not here");
    return;
  }
  struct Row {
    const char* file;
    const char* status;
  };
  const auto row = GENERATE(Row{"REF-I12-01.hl7", "active"}, Row{"REF-I14-01.hl7", "revoked"});
  CAPTURE(row.file);
  const auto made = translate(test::read_file(test::shared_data() / "hl7v2/microsoft" / row.file));
  REQUIRE(made);
  const std::string request = "entry.resource.ofType(ServiceRequest).";
  for (const std::string check :
       {"identifier.value contains '226839'", "identifier.value contains '11001'",
        "priority = 'routine'",
        "category.coding.where(code = 'Med' and display = 'Medical').exists()",
        "occurrence.start.toString() = '2022-01-25'", "occurrence.end.toString() = '2022-02-10'",
        "authoredOn.toString() = '2022-01-25'",
        "reasonCode.coding.where(code = 'O' and display = 'Provider Ordered').exists()",
        "note.text contains 'Referral to Specialist'", "note.text contains 'Lab test'",
        "requester.exists()", "performer.exists()", "encounter.exists()", "subject.exists()"}) {
    CAPTURE(check);
    CHECK(test::holds(*made, request + check));
  }
  CHECK(test::holds(*made, request + "status = '" + row.status + "'"));
}
