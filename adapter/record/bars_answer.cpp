#include "record/bars_answer.h"

#include "base/uuid.h"
#include "wire/json.h"

namespace fingerpost::record {
namespace {

// "REC_": what the receiver says of itself.
struct Refusal {
  Kind kind;
  std::string_view issue;  // R4 valueset-issue-type
  std::string_view code;
};
constexpr Refusal refusals[] = {
    {Kind::invalid, "invalid", "REC_BAD_REQUEST"},
    {Kind::not_found, "not-found", "REC_NOT_FOUND"},
    {Kind::gone, "not-found", "REC_NOT_FOUND"},
    {Kind::conflict, "conflict", "REC_CONFLICT"},
    {Kind::unsupported, "not-supported", "REC_UNPROCESSABLE_ENTITY"},
    {Kind::forbidden, "forbidden", "REC_FORBIDDEN"},
    {Kind::busy, "transient", "REC_SERVICE_UNAVAILABLE"},
};
constexpr Refusal other = {Kind::fault, "exception", "REC_SERVER_ERROR"};

const Refusal& refusal_of(Kind kind) {
  for (const auto& row : refusals)
    if (row.kind == kind) return row;
  return other;
}

void member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  wire::write_json_string(out, text);
}

}  // namespace

std::string write_bars_taken(const BarsHeader& message, std::string_view id,
                             std::string_view time) {
  const auto header = uuid_v5({"bars answer", id});
  const auto endpoint = [](std::string_view text) {
    return text.empty() ? std::string_view("urn:fingerpost:unknown") : text;
  };
  std::string out = R"({"resourceType":"Bundle",)";
  member(out, "id", id);
  out += R"(,"meta":{"profile":["https://fhir.nhs.uk/StructureDefinition/BARSBundleMessage"]},)"
         R"("type":"message",)";
  member(out, "timestamp", time);
  out += R"(,"entry":[{)";
  member(out, "fullUrl", "urn:uuid:" + header);
  out += R"(,"resource":{"resourceType":"MessageHeader",)";
  member(out, "id", header);
  out += R"(,"eventCoding":{)";
  member(out, "system", message.event_system);
  out += ',';
  member(out, "code", message.event);
  out += R"(},"destination":[{)";
  if (!message.source_name.empty()) {
    member(out, "name", message.source_name);
    out += ',';
  }
  member(out, "endpoint", endpoint(message.source));
  out += R"(}],"source":{"name":"Fingerpost","software":"Fingerpost",)";
  member(out, "endpoint", endpoint(message.destination));
  out += R"(},"response":{)";
  member(out, "identifier", message.id);
  return out + R"(,"code":"ok"}}}]})";
}

std::string write_bars_refusal(const Error& error) {
  const auto& row = refusal_of(error.kind);
  std::string out = R"({"resourceType":"OperationOutcome","issue":[{"severity":"error",)";
  const bool known = error.kind == Kind::conflict && error.where == "MessageHeader.id";
  member(out, "code", known ? "duplicate" : row.issue);
  out += R"(,"details":{"coding":[{"system":"https://fhir.nhs.uk/Codesystem/http-error-codes",)";
  member(out, "code", row.code);
  out += "}]},";
  member(out, "diagnostics", error.text);
  if (!error.where.empty()) {
    out += R"(,"expression":[)";
    wire::write_json_string(out, error.where);
    out += ']';
  }
  return out + "}]}";
}

}  // namespace fingerpost::record
