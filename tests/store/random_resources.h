// Random resources that refer to each other, by way of contained ones too.

#pragma once

#include "store/random_values.h"

#include <array>
#include <string>

namespace fingerpost::test::drawn {

inline std::string quoted(const std::string& text) {
  return '"' + text + '"';
}
inline std::string member(const char* name, const std::string& text) {
  return ",\"" + std::string(name) + "\":" + quoted(text);
}

inline std::string coding(Dice& dice) {
  std::string json = "{";
  if (!dice.once_in(3)) json += R"("system":)" + quoted(dice.of(systems)) + ",";
  if (!dice.once_in(3)) json += R"("display":)" + quoted(dice.of(words)) + ",";
  return json + R"("code":)" + quoted(dice.of(codes)) + "}";
}
inline std::string codeable(Dice& dice) {
  std::string json = "{";
  if (dice.once_in(2)) json += R"("text":)" + quoted(dice.of(words) + " " + dice.of(words));
  if (json == "{" || dice.once_in(2)) {
    json += (json == "{" ? "" : ",") + std::string(R"("coding":[)") + coding(dice);
    if (dice.once_in(4)) json += "," + coding(dice);
    json += "]";
  }
  return json + "}";
}
inline std::string identifier(Dice& dice) {
  std::string json = R"({"value":)" + quoted(dice.of(codes));
  if (!dice.once_in(3)) json += member("system", dice.of(systems));
  if (dice.once_in(2)) json += R"(,"type":{"coding":[)" + coding(dice) + "]}";
  return json + "}";
}
inline std::string quantity(Dice& dice) {
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
inline std::string period(Dice& dice) {
  const int ends = dice.below(3);
  std::string json = "{";
  if (ends != 1) json += R"("start":)" + quoted(dice.of(dates));
  if (ends != 0) json += (ends == 2 ? "," : "") + std::string(R"("end":"2021-05-01")");
  return json + "}";
}
inline std::string reference(Dice& dice, const std::string& type) {
  if (dice.once_in(7)) return R"({"display":"nobody"})";
  if (dice.once_in(6)) return R"({"identifier":)" + identifier(dice) + "}";
  if (dice.once_in(6)) {
    const std::string id = dice.of(std::array{"#in", "#by", "#other"});
    return R"({"reference":)" + quoted(type == "Patient" ? "#in" : id) + "}";
  }
  return R"({"reference":)" +
         quoted(type + "/" + dice.id() + (dice.once_in(8) ? "/_history/1" : "")) + "}";
}

inline std::string patient(Dice& dice);

// A patient, somebody who treats that one, and a plan that both may lead to.
inline std::string contained(Dice& dice) {
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

inline std::string common(Dice& dice) {
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

inline std::string patient(Dice& dice) {
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

inline std::string observation(Dice& dice) {
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

inline std::string care_plan(Dice& dice) {
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

inline constexpr std::array types = {"Patient",  "Observation",    "CarePlan",       "Practitioner",
                                     "Location", "RiskAssessment", "PlanDefinition", "List"};

inline std::string resource(Dice& dice, const std::string& type, const std::string& id) {
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

}  // namespace fingerpost::test::drawn
