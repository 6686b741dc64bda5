#include "store/sqlite_body.h"

#include "wire/packer.h"

#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace fingerpost::store {
namespace {

// Bodies that are kept need it as it is, to the byte: another one is another number.
constexpr char dictionary_number = 1;
constexpr std::string_view dictionary =
    R"("http://hl7.org/fhir/StructureDefinition/","modifierExtension":[{"url":"http://terminology.hl7)"
    R"(.org/CodeSystem/","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-)"
    R"(UKCore-","valueCodeableConcept":{"valueReference":{"valueCoding":{"valueBoolean":true,"valueSt)"
    R"(ring":"http://loinc.org","code":"","display":"text":{"status":"generated","div":"<div xmlns=\")"
    R"(http://www.w3.org/1999/xhtml\">","effectiveDateTime":"valueQuantity":{"value":,"unit":"","syst)"
    R"(em":"http://unitsofmeasure.org","code":"mg"}],"performer":[{"reference":"Practitioner/","manag)"
    R"(ingOrganization":{"reference":"Organization/"},"encounter":{"reference":"Encounter/"},"partOf")"
    R"(:[{"reference":"CarePlan/"}],"goal":[{"reference":"Goal/"}],"basedOn":[{"reference":"ServiceRe)"
    R"(quest/"}],"focus":{"reference":"ServiceRequest/"},"for":{"reference":"Patient/"},"owner":{"ref)"
    R"(erence":"Organization/"},"lifecycleStatus":"active","description":{"text":"businessStatus":{"o)"
    R"(ccurrencePeriod":{"start":"reasonCode":[{"coding":[{"authoredOn":"2026-","requester":{"referen)"
    R"(ce":"PractitionerRole/"},"period":{"start":"2026-","end":"2026-"},"status":"completed","status)"
    R"(":"final","status":"active","intent":"plan","intent":"order","priority":"routine","category":[)"
    R"({"coding":[{"system":"http://snomed.info/sct","code":"","display":""}],"text":""}],"code":{"co)"
    R"(ding":[{"system":"http://snomed.info/sct","code":"","display":""}],"text":""},"subject":{"refe)"
    R"(rence":"Patient/"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"999"}])"
    R"(,"active":true,"name":[{"use":"official","family":"","given":[""]}],"telecom":[{"system":"phon)"
    R"(e","value":"0"}],"gender":"female","birthDate":"19","address":[{"line":[""],"city":"","postalC)"
    R"(ode":""}],"generalPractitioner":[{"reference":"Organization/"}],"note":[{"text":""}]}{"resourc)"
    R"(eType":"","id":"","meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z","profile":[)"
    R"("https://fhir.hl7.org.uk/StructureDefinition/UKCore-"]},)";

std::string_view argument(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
}

wire::Packer& packer_of(sqlite3_context* context) {
  return *static_cast<wire::Packer*>(sqlite3_user_data(context));
}

void pack(sqlite3_context* context, int, sqlite3_value** values) {
  const auto body = argument(values[0]);
  std::string kept(1, dictionary_number);
  const std::string packed = packer_of(context).pack(body);
  if (packed.empty() || kept.size() + packed.size() >= body.size())
    return sqlite3_result_value(context, values[0]);
  kept += packed;
  sqlite3_result_blob64(context, kept.data(), kept.size(), SQLITE_TRANSIENT);
}

// Of a body that is damaged: an error, or (`or_kept`) what is kept as it is.
template <bool or_kept>
void unpack(sqlite3_context* context, int, sqlite3_value** values) {
  auto kept = argument(values[0]);
  if (kept.empty() || kept[0] != dictionary_number) return sqlite3_result_value(context, values[0]);
  kept.remove_prefix(1);
  const auto size = wire::Packer::size_of(kept);
  auto* body = static_cast<char*>(size ? sqlite3_malloc64(*size + 1) : nullptr);
  if (body == nullptr || !packer_of(context).unpack(kept, body, *size)) {
    sqlite3_free(body);
    return or_kept ? sqlite3_result_value(context, values[0])
                   : sqlite3_result_error_code(context, SQLITE_CORRUPT);
  }
  sqlite3_result_blob64(context, body, *size, sqlite3_free);
}

void forget(void* packer) {
  delete static_cast<wire::Packer*>(packer);
}

}  // namespace

bool is_damaged(std::string_view unpacked_or_kept) {
  return unpacked_or_kept.starts_with(dictionary_number);
}

Result<void> add_body_functions(sqlite3* db) {
  using Function = void (*)(sqlite3_context*, int, sqlite3_value**);
  const auto add = [&](const char* name, Function function) {
    return sqlite3_create_function_v2(db, name, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                      new wire::Packer(dictionary), function, nullptr, nullptr,
                                      forget) == SQLITE_OK;
  };
  if (add("packed", pack) && add("unpacked", unpack<false>) &&
      add("unpacked_or_kept", unpack<true>))
    return {};
  return Error{Kind::fault, "the database takes no functions", ""};
}

}  // namespace fingerpost::store
