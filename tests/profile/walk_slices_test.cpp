#include "support/validator.h"

#include <algorithm>

using namespace fingerpost;

namespace {

std::string patient(const std::string& members) {
  return R"({"resourceType":"Patient",)" + members + "}";
}

// identifier sliced by its system: one "nhs" wanted.
std::string sliced(const std::string& rules, const std::string& ordered = "false") {
  return test::profile_text("Patient", R"({"id":"Patient.identifier","path":"Patient.identifier",
    "slicing":{"discriminator":[{"type":"value","path":"system"}],"ordered":)" +
                                           ordered + R"(,"rules":")" + rules + R"("}},
    {"id":"Patient.identifier:nhs","path":"Patient.identifier","sliceName":"nhs","min":1,"max":"1"},
    {"id":"Patient.identifier:nhs.system","path":"Patient.identifier.system","min":1,
     "fixedUri":"urn:nhs"},
    {"id":"Patient.identifier:nhs.value","path":"Patient.identifier.value","min":1},
    {"id":"Patient.identifier:local","path":"Patient.identifier","sliceName":"local"},
    {"id":"Patient.identifier:local.system","path":"Patient.identifier.system","min":1,
     "fixedUri":"urn:local"})");
}

}  // namespace

TEST_CASE("items go to the slices whose discriminators they meet") {
  struct Row {
    const char* rules;
    const char* ordered;
    const char* identifiers;
    const char* error;  // what is in the text of the errors; "" none
  };
  const auto row = GENERATE(values<Row>({
      {"open", "false", R"({"system":"urn:nhs","value":"1"})", ""},
      {"open", "false", R"({"system":"urn:x","value":"2"},{"system":"urn:nhs","value":"1"})", ""},
      {"open", "false", R"({"system":"urn:x","value":"2"})", "identifier:nhs needs at least 1"},
      {"open", "false", R"({"system":"urn:nhs","value":"1"},{"system":"urn:nhs","value":"2"})",
       "identifier:nhs may be given at most 1"},
      {"open", "false", R"({"system":"urn:nhs"})", "Patient.identifier.value needs at least 1"},
      {"closed", "false", R"({"system":"urn:nhs","value":"1"},{"system":"urn:x"})",
       "is none of the slices"},
      {"openAtEnd", "false", R"({"system":"urn:nhs","value":"1"},{"system":"urn:x"})", ""},
      {"openAtEnd", "false", R"({"system":"urn:x"},{"system":"urn:nhs","value":"1"})",
       "stands after items of no slice"},
      {"open", "true", R"({"system":"urn:nhs","value":"1"},{"system":"urn:local"})", ""},
      {"open", "true", R"({"system":"urn:local"},{"system":"urn:nhs","value":"1"})",
       "stands out of the order"},
  }));
  CAPTURE(row.rules, row.identifiers);
  test::Checked checked({sliced(row.rules, row.ordered)});
  const auto found =
      checked.errors_by_profile(patient(R"("identifier":[)" + std::string(row.identifiers) + "]"));
  CHECK(found.empty() == std::string_view(row.error).empty());
  CHECK(found.find(row.error) != std::string::npos);
}

TEST_CASE("each kind of discriminator tells slices apart") {
  struct Row {
    const char* type;
    const char* path;
    const char* slice;  // elements of the slice "s" of Observation.component
    const char* in;
    const char* out;
  };
  const auto row = GENERATE(values<Row>({
      {"pattern", "code",
       R"({"id":"Observation.component:s.code","path":"Observation.component.code",
          "patternCodeableConcept":{"coding":[{"code":"a"}]}})",
       R"({"code":{"coding":[{"code":"a"}]}})", R"({"code":{"coding":[{"code":"b"}]}})"},
      {"exists", "interpretation",
       R"({"id":"Observation.component:s.interpretation",
          "path":"Observation.component.interpretation","min":1})",
       R"({"code":{"text":"c"},"interpretation":[{"text":"i"}]})", R"({"code":{"text":"c"}})"},
      {"type", "value",
       R"({"id":"Observation.component:s.value[x]","path":"Observation.component.value[x]",
          "type":[{"code":"Quantity"}]})",
       R"({"code":{"text":"c"},"valueQuantity":{"value":1}})",
       R"({"code":{"text":"c"},"valueString":"v"})"},
      {"value", "code.coding.code",
       R"({"id":"Observation.component:s.code.coding.code",
          "path":"Observation.component.code.coding.code","min":1,"fixedCode":"a"})",
       R"({"code":{"coding":[{"code":"a"}]}})", R"({"code":{"coding":[{"code":"b"}]}})"},
  }));
  CAPTURE(row.type, row.path);
  const std::string profile = test::profile_text(
      "Observation",
      R"({"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":
      [{"type":")" +
          std::string(row.type) + R"(","path":")" + row.path + R"("}],"rules":"open"}},
      {"id":"Observation.component:s","path":"Observation.component","sliceName":"s","min":1},)" +
          row.slice);
  test::Checked checked({profile});
  const auto observation = [](const std::string& component) {
    return R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"component":[)" +
           component + "]}";
  };
  CHECK(checked.errors_by_profile(observation(row.in)) == "");
  CHECK(checked.errors_by_profile(observation(row.out)).find("component:s needs at least 1") !=
        std::string::npos);
}

TEST_CASE("a slice may be sliced again") {
  test::Checked checked({test::profile_text("Patient", R"(
    {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value",
     "path":"system"}],"rules":"open"}},
    {"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone",
     "slicing":{"discriminator":[{"type":"value","path":"use"}],"rules":"closed"}},
    {"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","min":1,
     "fixedCode":"phone"},
    {"id":"Patient.telecom:phone/home","path":"Patient.telecom","sliceName":"phone/home","max":"1"},
    {"id":"Patient.telecom:phone/home.use","path":"Patient.telecom.use","min":1,
     "fixedCode":"home"})")});
  const auto telecom = [&](const std::string& items) {
    return checked.errors_by_profile(patient(R"("telecom":[)" + items + "]"));
  };
  CHECK(telecom(R"({"system":"phone","use":"home"},{"system":"email"})") == "");
  CHECK(telecom(R"({"system":"phone","use":"home"},{"system":"phone","use":"home"})")
            .find("at most 1") != std::string::npos);
  CHECK(telecom(R"({"system":"phone","use":"work"})").find("none of the slices") !=
        std::string::npos);
}

TEST_CASE("slices of a slice have rules, an order and a least number of their own") {
  // Telephones, sliced again by their use; two of the slices within are told: home, then work.
  const auto resliced = [](const std::string& rules, const std::string& least) {
    return test::profile_text("Patient", R"(
      {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value",
       "path":"system"}],"rules":"open"}},
      {"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone",
       "slicing":{"discriminator":[{"type":"value","path":"use"}],)" +
                                             rules + R"(}},
      {"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","min":1,
       "fixedCode":"phone"},
      {"id":"Patient.telecom:phone/home","path":"Patient.telecom","sliceName":"phone/home",
       "min":)" + least + R"(},
      {"id":"Patient.telecom:phone/home.use","path":"Patient.telecom.use","min":1,
       "fixedCode":"home"},
      {"id":"Patient.telecom:phone/work","path":"Patient.telecom","sliceName":"phone/work"},
      {"id":"Patient.telecom:phone/work.use","path":"Patient.telecom.use","min":1,
       "fixedCode":"work"})");
  };
  struct Row {
    const char* rules;
    const char* least;
    const char* uses;  // of telephones, h w o(ld)
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {R"("rules":"open","ordered":true)", "0", "hw", ""},
      {R"("rules":"open","ordered":true)", "0", "wh", "stands out of the order"},
      {R"("rules":"open","ordered":false)", "0", "wh", ""},
      {R"("rules":"openAtEnd","ordered":false)", "0", "hwo", ""},
      {R"("rules":"openAtEnd","ordered":false)", "0", "oh", "stands after items of no slice"},
      {R"("rules":"closed","ordered":false)", "0", "ho", "none of the slices"},
      {R"("rules":"open","ordered":false)", "1", "w", "telecom:phone/home needs at least 1"},
      {R"("rules":"open","ordered":false)", "1", "h", ""},
  }));
  CAPTURE(row.rules, row.least, row.uses);
  test::Checked checked({resliced(row.rules, row.least)});
  std::string items = R"({"system":"email"})";
  for (const char use : std::string_view(row.uses))
    items += R"(,{"system":"phone","use":")" +
             std::string(use == 'h' ? "home" : (use == 'w' ? "work" : "old")) + R"("})";
  const auto found = checked.errors_by_profile(patient(R"("telecom":[)" + items + "]"));
  CHECK(found.empty() == std::string_view(row.error).empty());
  CHECK(found.find(row.error) != std::string::npos);
}

TEST_CASE("what is of no other slice is of the one called @default") {
  test::Checked checked({test::profile_text("Patient", R"(
    {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"value",
     "path":"system"}],"rules":"closed"}},
    {"id":"Patient.telecom:phone","path":"Patient.telecom","sliceName":"phone"},
    {"id":"Patient.telecom:phone.system","path":"Patient.telecom.system","min":1,
     "fixedCode":"phone"},
    {"id":"Patient.telecom:@default","path":"Patient.telecom","sliceName":"@default"},
    {"id":"Patient.telecom:@default.use","path":"Patient.telecom.use","min":1})")});
  CHECK(checked.errors_by_profile(
            patient(R"("telecom":[{"system":"phone"},{"system":"email","use":"home"}])")) == "");
  CHECK(checked.errors_by_profile(patient(R"("telecom":[{"system":"email"}])"))
            .find("Patient.telecom.use needs at least 1") != std::string::npos);
}

namespace {

// An extension that may stand anywhere, with a string.
const char* const extension = R"({"resourceType":"StructureDefinition",
  "url":"http://test.example/x","name":"X","status":"draft","kind":"complex-type",
  "abstract":false,"context":[{"type":"element","expression":"Element"}],"type":"Extension",
  "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Extension",
  "derivation":"constraint","differential":{"element":[
    {"id":"Extension","path":"Extension","max":"1"},
    {"id":"Extension.url","path":"Extension.url","fixedUri":"http://test.example/x"},
    {"id":"Extension.value[x]","path":"Extension.value[x]","min":1,"type":[{"code":"string"}]}]}})";

std::string extended(const std::string& path, const std::string& counts) {
  return R"({"id":")" + path + R"(.extension:x","path":")" + path +
         R"(.extension","sliceName":"x",)" + counts +
         R"("type":[{"code":"Extension","profile":["http://test.example/x"]}]})";
}

}  // namespace

TEST_CASE("extensions are sliced by their URLs where a profile does not say so") {
  struct Row {
    const char* path;
    const char* counts;
    const char* with;  // members, with EXT for an extension
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {"Patient", R"("min":1,)", R"("active":true)", "Patient.extension:x needs at least 1"},
      {"Patient", R"("min":1,)", R"("extension":[EXT])", ""},
      {"Patient", R"("max":"1",)", R"("extension":[EXT,EXT])",
       "Patient.extension:x may be given at most 1"},
      // The extension's own root says that it is given once.
      {"Patient", "", R"("extension":[EXT,EXT])", "Patient.extension:x may be given at most 1"},
      {"Patient.contact", R"("min":1,)", R"("contact":[{"name":{"text":"n"}}])",
       "Patient.contact.extension:x needs at least 1"},
      {"Patient.name", R"("min":1,)", R"("name":[{"text":"n"}])",
       "Patient.name.extension:x needs at least 1"},
      {"Patient.birthDate", R"("min":1,)", R"("birthDate":"2020")",
       "Patient.birthDate.extension:x needs at least 1"},
  }));
  CAPTURE(row.path, row.counts, row.with);
  test::Checked checked({extension, test::profile_text("Patient", extended(row.path, row.counts))});
  std::string members = row.with;
  for (auto at = members.find("EXT"); at != std::string::npos; at = members.find("EXT"))
    members.replace(at, 3, R"({"url":"http://test.example/x","valueString":"s"})");
  const auto found = checked.errors_by_profile(patient(members));
  CHECK(found.empty() == std::string_view(row.error).empty());
  CHECK(found.find(row.error) != std::string::npos);
}

TEST_CASE("a published snapshot may leave out how its extensions and choices are sliced") {
  const auto snapshot = [](const std::string& elements) {
    return R"({"resourceType":"StructureDefinition","url":"http://test.example/p","name":"P",
      "status":"draft","kind":"resource","abstract":false,"type":"Observation","baseDefinition":
      "http://hl7.org/fhir/StructureDefinition/Observation","derivation":"constraint","snapshot":
      {"element":[{"id":"Observation","path":"Observation","min":0,"max":"*"},)" +
           elements + "]}}";
  };
  const std::string observation = R"({"resourceType":"Observation","status":"final",
    "code":{"text":"c"},"valueString":"v"})";
  test::Checked extensions({extension, snapshot(R"(
    {"id":"Observation.extension","path":"Observation.extension","min":0,"max":"*",
     "type":[{"code":"Extension"}]},
    {"id":"Observation.extension:x","path":"Observation.extension","sliceName":"x","min":1,
     "max":"1","type":[{"code":"Extension","profile":["http://test.example/x"]}]})")});
  CHECK(extensions.errors_by_profile(observation).find("extension:x needs at least 1") !=
        std::string::npos);
  test::Checked choices({snapshot(R"(
    {"id":"Observation.value[x]","path":"Observation.value[x]","min":0,"max":"1",
     "type":[{"code":"Quantity"},{"code":"string"}]},
    {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]",
     "sliceName":"valueQuantity","min":1,"max":"1","type":[{"code":"Quantity"}]})")});
  CHECK(choices.errors_by_profile(observation).find("valueQuantity needs at least 1") !=
        std::string::npos);
}

namespace {

std::string sliced_by(const std::string& discriminators, const std::string& slices) {
  return test::profile_text(
      "Patient",
      R"({"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","slicing":{)" +
          discriminators + R"("rules":"closed"}},)" + slices);
}

const std::string by_profile = R"-("discriminator":[{"type":"profile","path":"resolve()"}],)-";
const std::string by_type = R"-("discriminator":[{"type":"type","path":"resolve()"}],)-";

std::string practice(const std::string& target) {
  return R"({"id":"Patient.generalPractitioner:o","path":"Patient.generalPractitioner",
    "sliceName":"o","min":1,"type":[{"code":"Reference","targetProfile":[")" +
         target + R"("]}]})";
}

// Organizations with an alias.
const char* const organisation = R"({"resourceType":"StructureDefinition",
  "url":"http://test.example/org","name":"O","status":"draft","kind":"resource","abstract":false,
  "type":"Organization","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Organization",
  "derivation":"constraint","differential":{"element":[
  {"id":"Organization.alias","path":"Organization.alias","min":1}]}})";

const std::string contained_practice = R"("contained":[{"resourceType":"Organization","id":"o",
  "name":"n"MORE}],"generalPractitioner":[{"reference":"#o"}])";

std::string with(std::string text, const std::string& more) {
  return text.replace(text.find("MORE"), 4, more);
}

}  // namespace

TEST_CASE("slices are told apart by the profile and the type of what is referred to") {
  const std::string core = "http://hl7.org/fhir/StructureDefinition/Organization";
  test::Checked profiles(
      {organisation, sliced_by(by_profile, practice("http://test.example/org"))});
  CHECK(profiles.errors_by_profile(patient(with(contained_practice, R"(,"alias":["a"])"))) == "");
  CHECK(profiles.errors_by_profile(patient(with(contained_practice, "")))
            .find("none of the slices") != std::string::npos);
  test::Checked types({sliced_by(by_type, practice(core))});
  CHECK(types.errors_by_profile(patient(with(contained_practice, ""))) == "");
  CHECK(
      types.errors_by_profile(patient(R"("generalPractitioner":[{"reference":"Practitioner/1"}])"))
          .find("none of the slices") != std::string::npos);
}

TEST_CASE("slices are told apart by a value of what is referred to") {
  test::Checked checked(
      {R"({"resourceType":"StructureDefinition","url":"http://test.example/org","name":"O",
        "status":"draft","kind":"resource","abstract":false,"type":"Organization",
        "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Organization",
        "derivation":"constraint","differential":{"element":[{"id":"Organization.active",
        "path":"Organization.active","min":1,"fixedBoolean":true}]}})",
       sliced_by(R"-("discriminator":[{"type":"value","path":"resolve().active"}],)-",
                 practice("http://test.example/org"))});
  CHECK(checked.errors_by_profile(patient(with(contained_practice, R"(,"active":true)"))) == "");
  CHECK(checked.errors_by_profile(patient(with(contained_practice, R"(,"active":false)")))
            .find("none of the slices") != std::string::npos);
}

TEST_CASE("what cannot be told of slices is said, and is no error") {
  struct Row {
    std::string profile;
    const char* members;
    const char* says;
  };
  const std::string org = practice("http://test.example/org");
  const char* const reference = R"("generalPractitioner":[{"reference":"Organization/1"}])";
  const auto row = GENERATE_COPY(values<Row>({
      // The target is not at hand; nor the profile; nor is there a way to tell.
      {sliced_by(by_profile, org), reference, "cannot be told"},
      {sliced_by(by_profile, practice("http://test.example/unknown")), reference, "cannot be told"},
      {sliced_by("", org), reference, "cannot be told apart"},
      {sliced_by(R"-("discriminator":[{"type":"value","path":"display.where(true)"}],)-", org),
       reference, "cannot be told apart"},
  }));
  CAPTURE(row.profile, row.members);
  test::Checked checked({organisation, row.profile});
  CHECK(checked.errors_by_profile(patient(row.members)) == "");
  CHECK(checked.all_by_profile(patient(row.members)).find(row.says) != std::string::npos);
}

TEST_CASE("a discriminator that asks for nothing, and one that goes through an extension") {
  test::Checked nothing({test::profile_text("Patient", R"(
    {"id":"Patient.telecom","path":"Patient.telecom","slicing":{"discriminator":[{"type":"exists",
     "path":"rank"}],"rules":"closed"}},
    {"id":"Patient.telecom:ranked","path":"Patient.telecom","sliceName":"ranked"},
    {"id":"Patient.telecom:ranked.rank","path":"Patient.telecom.rank","min":1},
    {"id":"Patient.telecom:plain","path":"Patient.telecom","sliceName":"plain","max":"1"},
    {"id":"Patient.telecom:plain.rank","path":"Patient.telecom.rank","max":"0"})")});
  CHECK(nothing.errors_by_profile(patient(R"("telecom":[{"rank":1},{"system":"url"}])")) == "");
  CHECK(nothing.errors_by_profile(patient(R"("telecom":[{"use":"home"},{"system":"url"}])"))
            .find("telecom:plain may be given at most 1") != std::string::npos);
  test::Checked through({extension, test::profile_text("Patient", R"-(
    {"id":"Patient.name","path":"Patient.name","slicing":{"discriminator":[{"type":"value",
     "path":"extension('http://test.example/x').value"}],"rules":"open"}},
    {"id":"Patient.name:s","path":"Patient.name","sliceName":"s","min":1},
    {"id":"Patient.name:s.extension:x","path":"Patient.name.extension","sliceName":"x","min":1,
     "type":[{"code":"Extension","profile":["http://test.example/x"]}]},
    {"id":"Patient.name:s.extension:x.value[x]","path":"Patient.name.extension.value[x]",
     "fixedString":"a"})-")});
  const auto named = [&](const std::string& value) {
    return through.errors_by_profile(
        patient(R"("name":[{"extension":[{"url":"http://test.example/x","valueString":")" + value +
                R"("}],"text":"t"}])"));
  };
  CHECK(named("a") == "");
  CHECK(named("b").find("name:s needs at least 1") != std::string::npos);
}

TEST_CASE("a discriminator that leads through many profiles many times ends at the limit") {
  std::string path = "other";
  for (int n = 0; n < 12; ++n) path += ".resolve().link.other";
  const std::string self = R"("http://test.example/p")";
  std::string targets = self;
  for (int n = 0; n < 9; ++n) targets += "," + self;
  const std::string type = R"("type":[{"code":"Reference","targetProfile":[)" + targets + R"(]}]})";
  test::Checked checked({test::profile_text(
      "Patient",
      R"({"id":"Patient.link","path":"Patient.link","slicing":{"discriminator":[{"type":"value",
          "path":")" +
          path + R"("}],"rules":"open"}},
         {"id":"Patient.link.other","path":"Patient.link.other",)" +
          type +
          R"(,{"id":"Patient.link:s","path":"Patient.link","sliceName":"s","min":1},
         {"id":"Patient.link:s.other","path":"Patient.link.other",)" +
          type)});
  const Tree tree =
      test::read_tree(patient(R"("link":[{"type":"seealso","other":{"reference":"Patient/1"}}])"));
  profile::Options options;
  options.profiles = {"http://test.example/p"};
  Limits limits;
  limits.validation_steps = 100'000;
  const auto issues = checked.validator().validate(tree, tree.root(), options, limits);
  CHECK(std::any_of(issues.begin(), issues.end(),
                    [](const Issue& issue) { return issue.code == "too-costly"; }));
}

TEST_CASE(
    "an invariant that asks for a slice goes on after the slice's profile asked for its own") {
  const std::string slices =
      R"({"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":
          [{"type":"profile","path":"value"}],"rules":"open"}},
         {"id":"Observation.component:ab","path":"Observation.component","sliceName":"ab"},
         {"id":"Observation.component:ab.value[x]","path":"Observation.component.value[x]",
          "type":[{"code":"CodeableConcept","profile":["http://test.example/q"]}]})";
  const std::string asks =
      R"({"id":"Observation","path":"Observation","constraint":[{"key":"s-1","severity":"error",
          "human":"one slice","expression":"component.slice('http://test.example/p', 'a' & 'b').count() = 1"}]},)";
  test::Checked checked(
      {R"({"resourceType":"StructureDefinition","url":"http://test.example/q","name":"Q",
          "status":"draft","kind":"complex-type","abstract":false,"type":"CodeableConcept",
          "baseDefinition":"http://hl7.org/fhir/StructureDefinition/CodeableConcept",
          "derivation":"constraint","differential":{"element":[{"id":"CodeableConcept",
          "path":"CodeableConcept","constraint":[{"key":"q-1","severity":"error","human":"told",
          "expression":"(text & 'y') = 'toldy'"}]}]}})",
       test::profile_text("Observation", asks + slices)});
  const auto of = [&](const std::string& first, const std::string& second) {
    return checked.errors_by_profile(
        R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"component":[
            {"code":{"text":"d"},"valueCodeableConcept":{"text":")" +
        first + R"("}},
            {"code":{"text":"d"},"valueCodeableConcept":{"text":")" +
        second + R"("}}]})");
  };
  CHECK(of("told", "no") == "");
  CHECK(of("no", "told") == "");
  CHECK(of("no", "no").find("one slice") != std::string::npos);
}
