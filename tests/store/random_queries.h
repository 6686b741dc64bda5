// Random searches that find something among random resources.

#pragma once

#include "search/plan.h"
#include "store/random_resources.h"

#include <array>
#include <string>
#include <vector>

namespace fingerpost::test::drawn {

inline std::string token(Dice& dice) {
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
inline std::string name_value(Dice& dice) {
  std::string name = dice.of(names);
  if (dice.once_in(3)) name = name.substr(0, 2);
  if (name.back() == '\xc3') name.pop_back();
  if (const auto comma = name.find(','); comma != std::string::npos) name.insert(comma, "\\");
  return name;
}
inline std::string quantity_value(Dice& dice) {
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
inline std::string near_value(Dice& dice) {
  constexpr std::array distances = {"|1|km", "|900|m", "|300|km", "|200|[mi_i]", "|20000|km"};
  return dice.of(places) + dice.of(distances);
}

inline search::Pair any_type(Dice& dice) {
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

inline search::Pair of_patient(Dice& dice) {
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
inline search::Pair of_subject(Dice& dice, const std::string& link) {
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

inline search::Pair of_observation(Dice& dice) {
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

inline search::Pair of_care_plan(Dice& dice) {
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

inline std::string comparison(Dice& dice, const std::string& type) {
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
inline std::string filter(Dice& dice, const std::string& type, int depth) {
  if (depth == 0 || dice.once_in(3)) return comparison(dice, type);
  const std::string joint = dice.once_in(2) ? " and " : " or ";
  const std::string inner =
      "(" + filter(dice, type, depth - 1) + joint + filter(dice, type, depth - 1) + ")";
  return dice.once_in(4) ? "not " + inner : inner;
}

inline search::Pair criterion(Dice& dice, const std::string& type) {
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

inline std::string sort_key(Dice& dice, const std::string& type) {
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

inline std::vector<search::Pair> query(Dice& dice, const std::string& type) {
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

}  // namespace fingerpost::test::drawn
