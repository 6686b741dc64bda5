// Random resources of people that organisations have to do with, and labels on some of them: what
// rules about rows go by.

#pragma once

#include "store/random_queries.h"

#include <array>
#include <string>
#include <vector>

namespace fingerpost::test::drawn {

inline constexpr std::array ods_codes = {"A81001", "B81002", "X99999"};

inline std::string ods_identifier(const std::string& code) {
  return R"({"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" + code + "\"}";
}
// An Organization by its place or by its code, or somebody else.
inline std::string party(Dice& dice) {
  if (dice.once_in(5)) return reference(dice, "Practitioner");
  if (dice.once_in(4)) return R"({"identifier":)" + ods_identifier(dice.of(ods_codes)) + "}";
  return R"({"reference":"Organization/)" + std::to_string(dice.below(4)) + "\"}";
}

inline constexpr std::array people_types = {
    "Patient",      "Patient",        "Observation",    "CarePlan",       "CarePlan",
    "Practitioner", "Location",       "RiskAssessment", "PlanDefinition", "List",
    "Task",         "ServiceRequest", "Organization",   "Provenance",     "Consent"};

inline std::string labelled(Dice& dice, std::string json) {
  if (!dice.once_in(6)) return json;
  const std::string label =
      R"("security":[{"system":"http://terminology.hl7.org/CodeSystem/)" +
      dice.of(std::array{R"(v3-Confidentiality","code":"R")", R"(v3-Confidentiality","code":"V")",
                         R"(v3-ActCode","code":"NOPAT")", R"(v3-Confidentiality","code":"N")",
                         R"(v3-Confidentiality","code":"ZZ")"}) +
      "}]";
  const std::string meta = ",\"meta\":{";
  const auto at = json.find(meta);
  if (at == std::string::npos) {
    json.insert(json.size() - 1, meta + label + "}");
  } else {
    json.insert(at + meta.size(), label + ",");
  }
  return json;
}

inline std::string of_people(Dice& dice, const std::string& type, const std::string& id) {
  const auto start = R"({"resourceType":)" + quoted(type);
  std::string json;
  if (type == "Organization") {
    json = start + member("name", dice.of(names));
    if (!dice.once_in(3)) json += R"(,"identifier":[)" + ods_identifier(dice.of(ods_codes)) + "]";
    json += "}";
  } else if (type == "Task") {
    json = start + member("status", dice.once_in(8) ? "entered-in-error" : "requested") +
           member("intent", "order") + R"(,"for":)" + reference(dice, "Patient") +
           R"(,"requester":)" + party(dice) + R"(,"owner":)" + party(dice) + "}";
  } else if (type == "ServiceRequest") {
    json = start + member("status", "active") + member("intent", "order") + R"(,"subject":)" +
           reference(dice, "Patient") + R"(,"requester":)" + party(dice) + R"(,"performer":[)" +
           party(dice) + "]}";
  } else if (type == "Consent") {
    json = start + member("status", dice.once_in(4) ? "inactive" : "active") +
           R"(,"scope":{"coding":[{"code":"patient-privacy"}]},"patient":)" +
           reference(dice, "Patient") + R"(,"provision":{"type":")" +
           dice.of(std::array{"deny", "permit", "permit"}) + R"(","actor":[{"reference":)" +
           party(dice) + "}]}}";
  } else if (type == "Provenance") {
    json = start + R"(,"target":[)" +
           reference(dice, dice.of(std::array{"Task", "CarePlan", "Patient"})) +
           R"(],"recorded":"2020-01-01T00:00:00Z","agent":[{"who":)" + party(dice) + "}]}";
  } else {
    json = resource(dice, type, id);
    if (type == "Patient" && !dice.once_in(3))
      json.insert(json.size() - 1, R"(,"managingOrganization":)" + party(dice));
  }
  return labelled(dice, std::move(json));
}

// A search for one of these types.
inline std::vector<search::Pair> people_query(Dice& dice, const std::string& type) {
  if (type == "Task" || type == "ServiceRequest") {
    const std::string party_of = type == "Task" ? "owner" : "performer";
    std::vector<search::Pair> pairs;
    switch (dice.below(5)) {
      case 0:
        pairs.emplace_back("patient", dice.id());
        break;
      case 1:
        pairs.emplace_back(party_of, "Organization/" + std::to_string(dice.below(4)));
        break;
      case 2:
        pairs.emplace_back("patient.name", name_value(dice));
        break;
      case 3:
        pairs.emplace_back(party_of + ":Organization.name", name_value(dice));
        break;
      default:
        pairs.push_back(any_type(dice));
    }
    if (dice.once_in(2)) pairs.emplace_back("_sort", dice.once_in(2) ? "-_lastUpdated" : "patient");
    if (dice.once_in(3)) pairs.emplace_back("_include", type + ":patient");
    if (dice.once_in(3)) pairs.emplace_back("_revinclude", "Provenance:target");
    return pairs;
  }
  if (type == "Organization") {
    if (dice.once_in(2)) return {{"_has:Task:owner:patient", dice.id()}};
    return {{"name", name_value(dice)}, {"_revinclude", "Patient:organization"}};
  }
  return query(dice, type);
}

}  // namespace fingerpost::test::drawn
