// 10,000 random queries over random resources: memory store, SQLite and the naive evaluation of
// oracle.h must give the same matches in the same order, the same totals, the same includes.

#include "store/fixture.h"
#include "store/oracle.h"
#include "store/random_values.h"

#include <array>
#include <cstdlib>
#include <set>

using namespace fingerpost;
using namespace fingerpost::test;
using namespace fingerpost::test::drawn;

namespace {

constexpr unsigned seed = 20261122;
// Sanitizers take ten times as long: fewer queries there.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int queries = 1'000;
#else
constexpr int queries = 10'000;
#endif
constexpr int rounds = 20;  // resources change between them

std::string quoted(const std::string& text) {
  return '"' + text + '"';
}
std::string member(const char* name, const std::string& text) {
  return ",\"" + std::string(name) + "\":" + quoted(text);
}

std::string coding(Dice& dice) {
  std::string json = "{";
  if (!dice.once_in(3)) json += R"("system":)" + quoted(dice.of(systems)) + ",";
  if (!dice.once_in(3)) json += R"("display":)" + quoted(dice.of(words)) + ",";
  return json + R"("code":)" + quoted(dice.of(codes)) + "}";
}
std::string codeable(Dice& dice) {
  std::string json = "{";
  if (dice.once_in(2)) json += R"("text":)" + quoted(dice.of(words) + " " + dice.of(words));
  if (json == "{" || dice.once_in(2)) {
    json += (json == "{" ? "" : ",") + std::string(R"("coding":[)") + coding(dice);
    if (dice.once_in(4)) json += "," + coding(dice);
    json += "]";
  }
  return json + "}";
}
std::string identifier(Dice& dice) {
  std::string json = R"({"value":)" + quoted(dice.of(codes));
  if (!dice.once_in(3)) json += member("system", dice.of(systems));
  if (dice.once_in(2)) json += R"(,"type":{"coding":[)" + coding(dice) + "]}";
  return json + "}";
}
std::string quantity(Dice& dice) {
  std::string json = R"({"value":)" + dice.of(numbers);
  const int form = dice.below(4);
  const std::string unit = dice.of(units);
  if (form == 1) json += member("unit", unit);
  if (form == 2) json += member("system", "urn:s1") + member("code", unit);
  if (form == 3)
    json += member("system", "http://unitsofmeasure.org") + member("code", unit) +
            member("unit", "milligrams");
  if (dice.once_in(6)) json += member("comparator", dice.once_in(2) ? "<" : ">");
  return json + "}";
}
std::string period(Dice& dice) {
  const int ends = dice.below(3);
  std::string json = "{";
  if (ends != 1) json += R"("start":)" + quoted(dice.of(dates));
  if (ends != 0) json += (ends == 2 ? "," : "") + std::string(R"("end":"2021-05-01")");
  return json + "}";
}
std::string reference(Dice& dice, const std::string& type) {
  if (dice.once_in(7)) return R"({"display":"nobody"})";
  if (dice.once_in(6)) return R"({"identifier":)" + identifier(dice) + "}";
  if (dice.once_in(6)) {
    const std::string id = dice.of(std::array{"#in", "#by", "#other"});
    return R"({"reference":)" + quoted(type == "Patient" ? "#in" : id) + "}";
  }
  return R"({"reference":)" +
         quoted(type + "/" + dice.id() + (dice.once_in(8) ? "/_history/1" : "")) + "}";
}

std::string patient(Dice& dice);

// A patient, somebody who treats that one, and a plan that both may lead to.
std::string contained(Dice& dice) {
  std::string json = R"(,"contained":[{"resourceType":"Patient","id":"in")" + patient(dice) + "}";
  if (dice.once_in(2))
    json += R"(,{"resourceType":"Practitioner","id":"by","name":[{"family":)" +
            quoted(dice.of(names)) + "}]}";
  if (dice.once_in(3))
    json += R"(,{"resourceType":"CarePlan","id":"other","status":)" +
            quoted(dice.of(plan_statuses)) + R"(,"intent":"plan","subject":)" +
            (dice.once_in(3) ? reference(dice, "Patient") : R"({"reference":"#in"})") + "}";
  return json + "]";
}

std::string common(Dice& dice) {
  std::string json;
  if (dice.once_in(3))
    json += R"(,"meta":{"tag":[)" + coding(dice) + R"(],"profile":["http://p/)" + dice.of(codes) +
            R"("],"source":"http://src/)" + dice.of(codes) + R"("})";
  if (dice.once_in(2))
    json +=
        R"(,"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>)" +
        dice.of(words) + "</p> " + dice.of(names) + R"(</div>"})";
  if (dice.once_in(3)) json += contained(dice);
  if (dice.once_in(5)) json += R"(,"extension":[{"url":"urn:x","valueString":"Extended"}])";
  return json;
}

std::string patient(Dice& dice) {
  std::string json;
  for (int n = dice.below(3); n > 0; --n)
    json += (json.empty() ? R"(,"name":[)" : ",") + std::string(R"({"family":)") +
            quoted(dice.of(names)) + (dice.once_in(2) ? R"(,"given":["Ann"]})" : "}");
  if (!json.empty()) json += "]";
  if (!dice.once_in(3)) json += member("birthDate", std::string(dice.of(dates)).substr(0, 10));
  if (!dice.once_in(3)) json += member("gender", dice.of(genders));
  if (dice.once_in(2))
    json += R"(,"identifier":[)" + identifier(dice) + "," + identifier(dice) + "]";
  if (dice.once_in(2))
    json += R"(,"telecom":[{"system":"email","value":)" +
            quoted(dice.of(std::array{"Ann@x.org", "ann@X.org", "B@x.org"})) + "}]";
  if (dice.once_in(2)) json += R"(,"active":)" + std::string(dice.once_in(2) ? "true" : "false");
  if (dice.once_in(2))
    json += R"(,"generalPractitioner":[)" + reference(dice, "Practitioner") + "]";
  if (dice.once_in(4))
    json += R"(,"link":[{"type":"seealso","other":)" + reference(dice, "Patient") + "}]";
  return json;
}

std::string observation(Dice& dice) {
  std::string json =
      member("status", dice.of(observation_statuses)) + R"(,"code":)" + codeable(dice);
  if (!dice.once_in(4))
    json += R"(,"subject":)" + reference(dice, dice.once_in(5) ? "Group" : "Patient");
  const int value = dice.below(4);
  if (value < 2) json += R"(,"valueQuantity":)" + quantity(dice);
  if (value == 2) json += R"(,"valueCodeableConcept":)" + codeable(dice);
  if (dice.once_in(2)) json += R"(,"effectivePeriod":)" + period(dice);
  for (int n = dice.below(3), first = 1; n > 0; --n, first = 0)
    json += (first == 1 ? R"(,"component":[)" : ",") + std::string(R"({"code":)") + codeable(dice) +
            (dice.once_in(2) ? R"(,"valueQuantity":)" + quantity(dice)
                             : R"(,"valueCodeableConcept":)" + codeable(dice)) +
            (n == 1 ? "}]" : "}");
  if (dice.once_in(3)) json += R"(,"performer":[)" + reference(dice, "Practitioner") + "]";
  return json;
}

std::string care_plan(Dice& dice) {
  std::string json = member("status", dice.of(plan_statuses)) + member("intent", "plan");
  json += R"(,"subject":)" + reference(dice, "Patient");
  if (dice.once_in(2)) json += R"(,"category":[)" + codeable(dice) + "]";
  if (dice.once_in(2)) json += R"(,"period":)" + period(dice);
  if (dice.once_in(3)) json += R"(,"partOf":[)" + reference(dice, "CarePlan") + "]";
  if (dice.once_in(2))
    json += R"(,"instantiatesCanonical":["http://plans/)" + dice.id() +
            (dice.once_in(3) ? "|1.0" : "") + R"("])";
  return json;
}

constexpr std::array types = {"Patient",  "Observation",    "CarePlan",       "Practitioner",
                              "Location", "RiskAssessment", "PlanDefinition", "List"};

std::string resource(Dice& dice, const std::string& type, const std::string& id) {
  std::string json = R"({"resourceType":)" + quoted(type) + common(dice);
  if (type == "Patient") json += patient(dice);
  if (type == "Observation") json += observation(dice);
  if (type == "CarePlan") json += care_plan(dice);
  if (type == "Practitioner") json += R"(,"name":[{"family":)" + quoted(dice.of(names)) + "}]";
  if (type == "Location") {
    const std::string place = dice.of(places);
    const auto bar = place.find('|');
    if (!dice.once_in(4))
      json += R"(,"position":{"latitude":)" + place.substr(0, bar) + R"(,"longitude":)" +
              place.substr(bar + 1) + "}";
    json += member("name", dice.of(names));
    if (!dice.once_in(3)) json += R"(,"partOf":)" + reference(dice, "Location");
  }
  if (type == "RiskAssessment")
    json += R"(,"status":"final","subject":)" + reference(dice, "Patient") +
            R"(,"prediction":[{"probabilityDecimal":)" + dice.of(numbers) + "}]";
  if (type == "PlanDefinition")
    json += R"(,"status":"active","title":)" + quoted(dice.of(names)) + R"(,"url":"http://plans/)" +
            id + R"(","version":"1.0")";
  if (type == "List")
    json += R"(,"status":"current","mode":"working","entry":[{"item":)" +
            reference(dice, "Patient") + R"(},{"item":)" + reference(dice, "Patient") + "}]";
  return json + "}";
}

std::string token(Dice& dice) {
  std::string code = dice.of(codes);
  if (const auto bar = code.find('|'); bar != std::string::npos) code.insert(bar, "\\");
  switch (dice.below(4)) {
    case 0:
      return "|" + code;
    case 1:
      return dice.of(systems) + "|" + code;
    case 2:
      return dice.of(systems) + "|";
    default:
      return code;
  }
}
std::string name_value(Dice& dice) {
  std::string name = dice.of(names);
  if (dice.once_in(3)) name = name.substr(0, 2);
  if (name.back() == '\xc3') name.pop_back();
  if (const auto comma = name.find(','); comma != std::string::npos) name.insert(comma, "\\");
  return name;
}
std::string quantity_value(Dice& dice) {
  const std::string number = dice.of(prefixes) + dice.of(numbers);
  switch (dice.below(4)) {
    case 0:
      return number;
    case 1:
      return number + "||" + dice.of(units);
    case 2:
      return number + "|urn:s1|" + dice.of(units);
    default:
      return number + "|http://unitsofmeasure.org|" + dice.of(units);
  }
}
std::string near_value(Dice& dice) {
  constexpr std::array distances = {"|1|km", "|900|m", "|300|km", "|200|[mi_i]", "|20000|km"};
  return dice.of(places) + dice.of(distances);
}

search::Pair any_type(Dice& dice) {
  const std::string truth = dice.once_in(2) ? "true" : "false";
  switch (dice.below(9)) {
    case 0:
      return {"_lastUpdated", dice.of(prefixes) + "2020-01-01T00:00:40Z"};
    case 1:
      return {"_tag", token(dice)};
    case 2:
      return {"_profile", "http://p/" + dice.of(codes)};
    case 3:
      return {"_source:below", "http://src"};
    case 4:
      return {"_tag:missing", truth};
    case 5:
      return {"_text", dice.of(words)};
    case 6:
      return {"_content", dice.of(words) + " OR " + dice.of(words)};
    case 7:
      return {"_content", "wal* " + dice.of(words)};
    default:
      return {"_id", dice.id() + "," + dice.id()};
  }
}

search::Pair of_patient(Dice& dice) {
  const std::string truth = dice.once_in(2) ? "true" : "false";
  switch (dice.below(23)) {
    case 21:
      return {dice.of(std::array{"email", "telecom"}),
              dice.of(std::array{"ANN@x.org", "b@x.org", "nobody"})};
    case 0:
      return {"family", name_value(dice)};
    case 1:
      return {"name:contains", dice.of(std::array{"on", "e", "ó", "zzz"})};
    case 2:
      return {"family:exact", name_value(dice)};
    case 3:
      return {"birthdate", dice.of(prefixes) + dice.of(dates)};
    case 4:
      return {"identifier", token(dice) + "," + token(dice)};
    case 5:
      return {"identifier:not", token(dice)};
    case 6:
      return {"identifier:of-type", dice.of(systems) + "|a|" + dice.of(std::array{"a", "b"})};
    case 7:
      return {"identifier:text", dice.of(words)};
    case 8:
      return {dice.of(std::array{"birthdate:missing", "name:missing", "identifier:missing",
                                 "general-practitioner:missing", "active:missing"}),
              truth};
    case 9:
      return {"gender", dice.of(genders) + "," + dice.of(genders)};
    case 10:
      return {"gender", "http://hl7.org/fhir/administrative-gender|" + dice.of(genders)};
    case 11:
      return {"active", truth};
    case 12:
      return {"general-practitioner", "Practitioner/" + dice.id()};
    case 13:
      return {"general-practitioner:identifier", token(dice)};
    case 14:
      return {"general-practitioner:Practitioner.name", name_value(dice)};
    case 15:
      return {"_has:CarePlan:patient:status", dice.of(plan_statuses)};
    case 16:
      return {"_has:Observation:subject:code", token(dice)};
    case 17:
      return {"_has:CarePlan:subject:_has:CarePlan:part-of:status", dice.of(plan_statuses)};
    case 18:
      return {"_has:Observation:patient:performer:Practitioner.name", name_value(dice)};
    case 19:
      return {"_has:List:item:_id", dice.id()};
    case 20:
      return {"link", dice.id()};
    default:
      return {"general-practitioner:Practitioner._id", dice.id()};
  }
}

// At the end of a chain to a patient.
search::Pair of_subject(Dice& dice, const std::string& link) {
  switch (dice.below(10)) {
    case 8:
      return {link + "._has:CarePlan:subject:status", dice.of(plan_statuses)};
    case 9:
      return {link + "._has:CarePlan:patient:_has:CarePlan:part-of:status", dice.of(plan_statuses)};
    case 0:
      return {link + ".identifier", token(dice)};
    case 1:
      return {link + ".birthdate", dice.of(prefixes) + dice.of(dates)};
    case 2:
      return {link + ".gender:missing", dice.once_in(2) ? "true" : "false"};
    case 3:
      return {link + "._id", dice.once_in(2) ? "in" : dice.id()};
    case 4:
      return {link + "._lastUpdated", dice.of(prefixes) + "2020-01-01T00:00:40Z"};
    case 5:
      return {link + ".general-practitioner:Practitioner.name", name_value(dice)};
    case 6:
      return {link + ".identifier:not", token(dice)};
    default:
      return {link + "._content", dice.of(std::array{"Jones", "Müller", "zhang", "walks"})};
  }
}

search::Pair of_observation(Dice& dice) {
  if (dice.once_in(5)) return of_subject(dice, "subject:Patient");
  switch (dice.below(15)) {
    case 0:
      return {"code", token(dice)};
    case 1:
      return {"code:text", dice.of(words)};
    case 2:
      return {"combo-code:not", token(dice)};
    case 3:
      return {"value-quantity", quantity_value(dice)};
    case 4:
      return {"combo-value-quantity", quantity_value(dice) + "," + quantity_value(dice)};
    case 5:
      return {"code-value-quantity", token(dice) + "$" + quantity_value(dice)};
    case 6:
      return {"combo-code-value-quantity", token(dice) + "$" + quantity_value(dice)};
    case 7:
      return {"component-code-value-concept", token(dice) + "$" + token(dice)};
    case 8:
      return {"code-value-concept",
              token(dice) + "$" + token(dice) + "," + token(dice) + "$" + token(dice)};
    case 9:
      return {"date", dice.of(prefixes) + dice.of(dates)};
    case 10:
      return {"subject:Patient.family", name_value(dice)};
    case 11:
      return {"patient.general-practitioner:Practitioner.name", name_value(dice)};
    case 12:
      return {"subject:Patient", dice.id()};
    case 13:
      return {"status:not", dice.of(observation_statuses)};
    default:
      return {"value-quantity:missing", dice.once_in(2) ? "true" : "false"};
  }
}

search::Pair of_care_plan(Dice& dice) {
  if (dice.once_in(6)) return of_subject(dice, "patient");
  if (dice.once_in(12)) return {"subject", "Patient/" + dice.id() + "/_history/1"};
  if (dice.once_in(12)) return {"part-of.status", dice.of(plan_statuses)};
  switch (dice.below(12)) {
    case 0:
      return {"status", dice.of(plan_statuses)};
    case 1:
      return {"patient", dice.id()};
    case 2:
      return {"subject", "Patient/" + dice.id() + ",Patient/1"};
    case 3:
      return {"date", dice.of(prefixes) + dice.of(dates)};
    case 4:
      return {"category:not", token(dice)};
    case 5:
      return {"patient.name", name_value(dice)};
    case 6:
      return {"instantiates-canonical", "http://plans/" + dice.id()};
    case 7:
      return {"instantiates-canonical:PlanDefinition.title", name_value(dice)};
    case 8:
      return {"part-of.subject:Patient.gender", dice.of(genders)};
    case 9:
      return {dice.of(std::array{"subject:missing", "category:missing", "date:missing"}),
              dice.once_in(2) ? "true" : "false"};
    case 10:
      return {"patient._has:Observation:patient:code", token(dice)};
    default:
      return {"subject:identifier", token(dice)};
  }
}

std::string comparison(Dice& dice, const std::string& type) {
  constexpr std::array orders = {"gt", "lt", "ge", "le", "ne", "sa", "eb"};
  if (dice.once_in(5)) return "_lastUpdated " + dice.of(orders) + " 2020-01-01T00:00:40Z";
  if (type == "CarePlan") {
    switch (dice.below(4)) {
      case 0:
        return "status " + dice.of(std::array{"eq ", "ne "}) + dice.of(plan_statuses);
      case 1:
        return "subject re Patient/" + dice.id();
      case 2:
        return "patient.name co " + dice.of(std::array{"on", "e"});
      default:
        return "date " + dice.of(orders) + " " + dice.of(dates);
    }
  }
  switch (dice.below(4)) {
    case 0:
      return "name " + dice.of(std::array{"co ", "sw "}) + dice.of(std::array{"jo", "e"});
    case 1:
      return "gender pr " + std::string(dice.once_in(2) ? "true" : "false");
    case 2:
      return "gender ne " + dice.of(genders);
    default:
      return "birthdate " + dice.of(orders) + " " + dice.of(dates);
  }
}
std::string filter(Dice& dice, const std::string& type, int depth) {
  if (depth == 0 || dice.once_in(3)) return comparison(dice, type);
  const std::string joint = dice.once_in(2) ? " and " : " or ";
  const std::string inner =
      "(" + filter(dice, type, depth - 1) + joint + filter(dice, type, depth - 1) + ")";
  return dice.once_in(4) ? "not " + inner : inner;
}

search::Pair criterion(Dice& dice, const std::string& type) {
  if (dice.once_in(6)) return any_type(dice);
  if (type == "Patient" || type == "CarePlan")
    if (dice.once_in(8)) return {"_filter", filter(dice, type, 3)};
  if (type == "Patient") return of_patient(dice);
  if (type == "Observation") return of_observation(dice);
  if (type == "CarePlan") return of_care_plan(dice);
  if (type == "PlanDefinition")
    return {"url", "http://plans/" + dice.id() + dice.of(std::array{"", "|1.0", "|2.0"})};
  if (type == "Location" && dice.once_in(2))
    return {dice.of(std::array{"partof:below", "partof:above"}), "Location/" + dice.id()};
  if (type == "Location") return {"near", near_value(dice)};
  return {"probability", dice.of(prefixes) + dice.of(numbers)};
}

std::string sort_key(Dice& dice, const std::string& type) {
  const std::string minus = dice.once_in(2) ? "-" : "";
  if (dice.once_in(4)) return minus + dice.of(std::array{"_id", "_lastUpdated", "_tag", "_source"});
  if (type == "Patient")
    return minus + dice.of(std::array{"family", "birthdate", "gender", "identifier", "name"});
  if (type == "Observation")
    return minus + dice.of(std::array{"date", "value-quantity", "code", "subject"});
  if (type == "CarePlan") return minus + dice.of(std::array{"date", "status", "patient"});
  if (type == "PlanDefinition") return minus + "title";
  return minus + (type == "Location" ? "name" : "probability");
}

std::vector<search::Pair> query(Dice& dice, const std::string& type) {
  std::vector<search::Pair> pairs;
  for (int n = dice.below(3); n >= 0; --n) pairs.push_back(criterion(dice, type));
  if (dice.once_in(4)) pairs.erase(pairs.begin(), pairs.end() - 1);
  if (dice.once_in(10)) pairs.clear();
  if (dice.once_in(2)) {
    std::string keys = sort_key(dice, type);
    if (dice.once_in(3)) keys += "," + sort_key(dice, type);
    for (const auto& [name, value] : pairs)
      if (name == "near") keys = dice.once_in(2) ? "near" : "-near";
    pairs.emplace_back("_sort", keys);
  }
  const std::string iterate = dice.once_in(2) ? ":iterate" : "";
  if (type == "CarePlan" && dice.once_in(4)) {
    pairs.emplace_back("_include" + iterate,
                       dice.of(std::array{"CarePlan:subject", "CarePlan:part-of",
                                          "CarePlan:patient", "CarePlan:instantiates-canonical"}));
    pairs.emplace_back("_include:iterate", "Patient:general-practitioner:Practitioner");
  }
  if (type == "Patient" && dice.once_in(4))
    pairs.emplace_back(
        "_revinclude" + iterate,
        dice.of(std::array{"CarePlan:patient", "Observation:subject:Patient", "CarePlan:subject"}));
  return pairs;
}

std::string print(const std::vector<std::string>& matches, const std::set<std::string>& included) {
  std::string text = std::to_string(matches.size()) + ":";
  for (const auto& one : matches) text += " " + one;
  for (const auto& one : included) text += " +" + one;
  return text;
}

// Matches of all pages, walked by cursor, and what was included on the way.
std::string answer(World& world, const std::string& type, std::vector<search::Pair> pairs,
                   int count) {
  pairs.emplace_back("_count", std::to_string(count));
  pairs.emplace_back("_total", "accurate");
  std::vector<std::string> matches;
  std::set<std::string> included;
  for (int page = 0; page < 100; ++page) {
    const auto found = world.search(type, pairs);
    if (!found) return "error: " + found.error().text + " " + found.error().where;
    int on_page = 0;
    for (const auto& hit : found->hits) {
      const std::string name = hit.resource.type + "/" + hit.resource.id;
      if (hit.included) {
        included.insert(name);
      } else {
        matches.push_back(name);
        ++on_page;
      }
    }
    if (on_page > count) return "a page of " + std::to_string(on_page);
    if (found->next.empty()) {
      if (found->total != matches.size()) return "total " + std::to_string(*found->total);
      // Over several pages a match of one may be included with another.
      return print(matches, included);
    }
    if (pairs.back().first == "_cursor") pairs.pop_back();
    pairs.emplace_back("_cursor", found->next);
  }
  return "without end";
}

}  // namespace

TEST_CASE("random searches on both stores answer as the rules of R4 do, applied one by one") {
  const Folder folder;
  World memory;
  World sqlite(folder.path());
  Oracle oracle;
  Dice dice(seed);
  INFO("seed " << seed);
  constexpr std::array searched = {"Patient",        "Observation",   "CarePlan", "Patient",
                                   "Observation",    "CarePlan",      "Location", "Location",
                                   "RiskAssessment", "PlanDefinition"};
  for (int round = 0; round < rounds; ++round) {
    for (int n = 0; n < (round == 0 ? 120 : 12); ++n) {
      const std::string type = dice.of(types), id = dice.id();
      const bool remove = dice.once_in(8);
      const std::string json = resource(dice, type, id);
      const auto a = memory.commit(remove ? World::remove(type, id) : memory.put(json, id));
      const auto b = sqlite.commit(remove ? World::remove(type, id) : sqlite.put(json, id));
      REQUIRE((a && b));
      if (remove) {
        oracle.remove(type, id);
      } else {
        oracle.put(json, id, a->writes.at(0).last_updated_us);
      }
    }
    for (int n = 0; n < queries / rounds; ++n) {
      const std::string type = dice.of(searched);
      const auto pairs = query(dice, type);
      bool includes = false;
      std::string text = type;
      for (const auto& [name, value] : pairs) {
        text += " " + name + "=" + value;
        includes = includes || name.find("include") != std::string::npos;
      }
      INFO(text);
      // What is included depends on the page, so that is compared on one page.
      const int count = includes ? 1000 : 1 + dice.below(7);
      const auto right = oracle.search(type, pairs);
      const std::string expected = print(right.matches, right.included);
      CHECK(answer(memory, type, pairs, count) == expected);
      CHECK(answer(sqlite, type, pairs, count) == expected);
    }
  }
}
