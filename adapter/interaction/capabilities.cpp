#include "interaction/answers.h"
#include "interaction/audit_events.h"
#include "interaction/conformance.h"
#include "interaction/interactions.h"
#include "interaction/offers.h"
#include "interaction/operations.h"
#include "interaction/search_offers.h"
#include "search/search.h"
#include "wire/json.h"

#include <algorithm>
#include <span>

namespace fingerpost::interaction {
namespace {

constexpr std::string_view about_transactions =
    "A transaction is done as a whole or not at all, in the order that R4 has; references between "
    "its entries and conditional references are resolved, and what it reads is read as its writes "
    "leave it. What is answered as written is on disk. With an Idempotency-Key the same "
    "transaction sent again is done once. ";
constexpr std::string_view about_searches =
    "Searches refuse what they do not know, but for Prefer: handling=lenient. Modifiers: :missing "
    "of all parameters but composites; :exact, :contains and :text of strings; :not, :text, :in, "
    ":not-in, :above, :below and :of-type of tokens; :identifier, :above, :below and a type of "
    "references; :above and :below of uris. Prefixes: eq, ne, gt, lt, ge, le, sa, eb, ap. Chains "
    "and _has may be nested";

// Those of the table of offers, of types or of the system, as "interaction":[…].
void write_interactions(bool of_types, std::string& out) {
  out += R"("interaction":[)";
  for (const auto& offer : offers()) {
    if (is_typed(offer.place) != of_types) continue;
    for (auto codes = offer.code; !codes.empty();) {
      const auto end = std::min(codes.find(' '), codes.size());
      if (out.back() == '}') out += ',';
      out += '{';
      write_member(out, "code", codes.substr(0, end));
      out += '}';
      codes.remove_prefix(std::min(end + 1, codes.size()));
    }
  }
  out += ']';
}

// Those of a type; of "" those of the system.
void write_operations(const Context& context, std::string_view type, std::string& out) {
  constexpr std::uint8_t of_types = on_type | on_instance | on_version;
  bool first = true;
  for (const auto& operation : operations(context)) {
    if (!type.empty() && operation.type != type && operation.type != any_type) continue;
    if (!operation.on(type.empty() ? std::uint8_t{on_system} : of_types)) continue;
    out += first ? R"(,"operation":[{)" : ",{";
    first = false;
    write_member(out, "name", operation.name);
    out += ',';
    write_member(out, "definition", definition_url(context, operation));
    out += '}';
  }
  if (!first) out += ']';
}

void write_searched(std::span<const Searched> all, std::string& out) {
  out += R"(,"searchParam":[)";
  for (const auto& one : all) {
    if (out.back() == '}') out += ',';
    out += '{';
    write_member(out, "name", one.name);
    if (!one.definition.empty()) {
      out += ',';
      write_member(out, "definition", one.definition);
    }
    out += ',';
    write_member(out, "type", one.type);
    if (!one.about.empty()) {
      out += ',';
      write_member(out, "documentation", one.about);
    }
    out += '}';
  }
  out += ']';
}

void write_texts(std::string_view name, std::span<const std::string> texts, std::string& out) {
  out.append(",\"").append(name).append("\":");
  char joint = '[';
  for (const auto& text : texts) {
    out += joint;
    wire::write_json_string(out, text);
    joint = ',';
  }
  out += ']';
}

void write_type(const Context& context, const search::Parameters& parameters, std::string_view type,
                std::string& out) {
  out += '{';
  write_member(out, "type", type);
  out += ',';
  write_member(out, "profile", "http://hl7.org/fhir/StructureDefinition/" + std::string(type));
  out += ',';
  if (type == audit_event_type) {
    write_audit_capability(out);
    out += '}';
    return;
  }
  write_interactions(true, out);
  out += R"(,"versioning":"versioned","readHistory":true,"updateCreate":true,)"
         R"("conditionalCreate":true,"conditionalRead":"full-support","conditionalUpdate":true,)"
         R"("conditionalDelete":"multiple")";
  write_texts("searchInclude", included_by(parameters, type), out);
  write_texts("searchRevInclude", including(parameters, type), out);
  write_searched(searched_by(parameters, type), out);
  write_operations(context, type, out);
  out += '}';
}

// The messages of BaRS 1.4 that $process-message takes.
void write_messaging(const Context& context, std::string& out) {
  constexpr std::string_view received[] = {
      "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral",
      "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-response-referral"};
  out += R"(,"messaging":[{"endpoint":[{"protocol":{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/message-transport","code":"http"},)";
  write_member(out, "address", context.base_url + "/$process-message");
  out += R"(}],"supportedMessage":[)";
  for (const auto definition : received) {
    if (out.back() == '}') out += ',';
    out += R"({"mode":"receiver",)";
    write_member(out, "definition", definition);
    out += '}';
  }
  out += "]}]";
}

// SMART App Launch 2, the declaration of support by OAuth URIs.
void write_security(const Context& context, std::string& out) {
  out += R"(,"security":{"extension":[{"url":)"
         R"("http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",)"
         R"("extension":[{"url":"token",)";
  write_member(out, "valueUri", context.base_url + "/auth/token");
  out += R"(}]}],"service":[{"coding":[{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/restful-security-service",)"
         R"("code":"SMART-on-FHIR"}]}]})";
}

std::string documentation(const Limits& limits) {
  std::string text(about_transactions);
  text += about_searches;
  text += ", " + std::to_string(limits.chain_depth) + " hops deep. A page has at most " +
          std::to_string(limits.page_max) + " matches; a Bundle that is sent, " +
          std::to_string(limits.bundle_entries) + " entries.";
  return text;
}

}  // namespace

// R4 http.html#capabilities: from the same tables that serve.
std::string capabilities(const Context& context) {
  const auto parameters = context.parameters.now();
  std::string out = R"({"resourceType":"CapabilityStatement","status":"active",)";
  write_member(out, "date", statement_date);
  out += R"(,"kind":"instance","software":{"name":"Fingerpost",)";
  write_member(out, "version", context.version);
  out += R"(},"implementation":{"description":"Fingerpost FHIR gateway",)";
  write_member(out, "url", context.base_url);
  out +=
      R"(},"fhirVersion":"4.0.1","format":["application/fhir+json","application/fhir+xml","json","xml"],)"
      R"("patchFormat":["application/fhir+json","application/fhir+xml",)"
      R"("application/json-patch+json","application/merge-patch+json",)"
      R"("application/xml-patch+xml"],"rest":[{"mode":"server",)";
  write_member(out, "documentation", documentation(context.limits));
  if (context.closed) write_security(context, out);
  out += R"(,"resource":[)";
  bool first = true;
  for (const auto& type : context.definitions.types()) {
    const auto name = context.definitions.names().text(type.name);
    if (type.model != model::Model::r4 || !is_resource_type(context, name)) continue;
    if (!first) out += ',';
    first = false;
    write_type(context, *parameters, name, out);
  }
  out += "],";
  write_interactions(false, out);
  write_searched(searched_by(*parameters, ""), out);
  write_operations(context, "", out);
  write_texts("compartment", compartments(*parameters), out);
  out += "}]";
  if (context.messages != nullptr) write_messaging(context, out);
  out += '}';
  return out;
}

}  // namespace fingerpost::interaction
