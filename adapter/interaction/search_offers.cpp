#include "interaction/search_offers.h"

#include "interaction/audit_events.h"
#include "interaction/conformance.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace fingerpost::interaction {
namespace {

#define FINGERPOST_R4 "http://hl7.org/fhir/SearchParameter/"
// Those that no index of a type's own stands for.
constexpr Searched of_all[] = {
    {"_id", FINGERPOST_R4 "Resource-id", "token"},
    {"_lastUpdated", FINGERPOST_R4 "Resource-lastUpdated", "date"},
    {"_text", FINGERPOST_R4 "DomainResource-text", "string",
     "Words of the narrative: AND, OR, NOT, parentheses"},
    {"_content", FINGERPOST_R4 "Resource-content", "string",
     "Words of all texts, as _text has them"},
    {"_list", "", "special", "The id of a List whose items are to be found"},
    {"_filter", FINGERPOST_R4 "filter", "special"},
    {"_has", "", "special", "_has:Type:reference:parameter, which may be a chain or _has again"},
};
#undef FINGERPOST_R4

constexpr Searched of_answers[] = {
    {"_sort", "", "string"},       {"_count", "", "number"},  {"_include", "", "string"},
    {"_revinclude", "", "string"}, {"_summary", "", "token"}, {"_total", "", "token"},
    {"_elements", "", "string"},   {"_format", "", "token"},  {"_pretty", "", "token"},
};

bool is_stored(const model::Type& type) {
  return type.model == model::Model::r4 && type.kind == model::TypeKind::resource && !type.abstract;
}

// Whether resources of every type are found by it.
bool is_of_every_type(const search::Parameters& parameters, std::string_view code) {
  const auto& definitions = parameters.definitions();
  const auto types = definitions.types();
  return std::all_of(types.begin(), types.end(), [&](const model::Type& type) {
    return !is_stored(type) || parameters.find(definitions.names().text(type.name), code) != 0;
  });
}

Searched searched(const search::Key& key) {
  return {key.code, key.url, search_type_code(key.kind)};
}

bool may_lead_to(const search::Key& key, std::string_view type) {
  return key.targets.empty() ||
         std::any_of(key.targets.begin(), key.targets.end(), [&](std::string_view target) {
           return target == type || target == "Resource";
         });
}

bool is_referred_to(const search::Parameters& parameters, std::string_view type) {
  const auto keys = parameters.keys();
  return std::any_of(keys.begin(), keys.end(), [&](const search::Key& key) {
    return key.kind == model::SearchType::reference && !key.code.empty() && may_lead_to(key, type);
  });
}

std::string named(const search::Key& key) {
  return std::string(key.type) + ":" + std::string(key.code);
}

}  // namespace

std::vector<Searched> searched_by(const search::Parameters& parameters, std::string_view type) {
  std::vector<Searched> all;
  for (const auto& one : of_all)
    if (one.name != "_has" || (!type.empty() && is_referred_to(parameters, type)))
      all.push_back(one);
  if (type.empty())
    all.push_back({"_type", "", "special", "The types to search, parted by commas"});
  // Any type shows those that all have: Patient is one.
  for (const auto id : parameters.of_type(type.empty() ? "Patient" : type)) {
    const auto& key = parameters.key(id);
    if (type.empty() && (!key.code.starts_with('_') || !is_of_every_type(parameters, key.code)))
      continue;
    all.push_back(searched(key));
  }
  return all;
}

std::vector<Searched> shaped_by() {
  return {std::begin(of_answers), std::end(of_answers)};
}

std::vector<std::string> included_by(const search::Parameters& parameters, std::string_view type) {
  std::vector<std::string> all{"*", std::string(type) + ":*"};
  for (const auto id : parameters.of_type(type))
    if (const auto& key = parameters.key(id); key.kind == model::SearchType::reference)
      all.push_back(named(key));
  return all;
}

std::vector<std::string> including(const search::Parameters& parameters, std::string_view type) {
  std::set<std::string> all;
  for (const auto& key : parameters.keys())
    if (key.kind == model::SearchType::reference && !key.code.empty() && may_lead_to(key, type) &&
        key.type != audit_event_type)  // which is searched by itself alone
      all.insert(named(key));
  std::vector<std::string> sorted{"*"};
  sorted.insert(sorted.end(), all.begin(), all.end());
  return sorted;
}

std::vector<std::string> compartment_types(const search::Parameters& parameters) {
  std::vector<std::string> found;
  const auto& definitions = parameters.definitions();
  for (const auto& type : definitions.types())
    if (const auto name = definitions.names().text(type.name);
        is_stored(type) && parameters.is_compartment(name))
      found.emplace_back(name);
  return found;
}

// R4 compartmentdefinition.html: "RelatedPerson" is relatedPerson there.
std::vector<std::string> compartments(const search::Parameters& parameters) {
  auto names = compartment_types(parameters);
  for (auto& name : names) {
    name[0] = static_cast<char>(name[0] | 0x20);
    name.insert(0, "http://hl7.org/fhir/CompartmentDefinition/");
  }
  return names;
}

}  // namespace fingerpost::interaction
