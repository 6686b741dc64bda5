// One event of the audit as a FHIR AuditEvent (R4 auditevent.html).

#include "base/text.h"
#include "interaction/audit_events.h"
#include "store/body.h"
#include "wire/json_value.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

using wire::JsonValue;

constexpr std::string_view dicom = "http://dicom.nema.org/resources/ontology/DCM";
constexpr std::string_view rest = "http://terminology.hl7.org/CodeSystem/audit-event-type";

// What the gateway does that is no request of FHIR's.
struct OwnEvent {
  std::string_view did;
  std::string_view code;  // of DICOM's, as R4 valueset-audit-event-type takes them up
  std::string_view display;
};
constexpr OwnEvent own_events[] = {
    {"take", "110107", "Import"},
    {"apply", "110107", "Import"},
    {"deliver", "110106", "Export"},
    {"write", "110100", "Application Activity"},
    {"hold", "110100", "Application Activity"},
    {"operator", "110100", "Application Activity"},
    {"token", "110114", "User Authentication"},
};

// R4 valueset-restful-interaction, as far as the audit tells them apart.
constexpr std::string_view interactions_of_r4[] = {
    "read",   "vread",       "update",        "patch",       "delete", "history",
    "create", "search-type", "search-system", "transaction", "batch",  "operation"};

std::string_view text_of(const JsonValue& event, std::string_view name) {
  const auto* const found = event.member(name);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

const std::vector<JsonValue>& items_of(const JsonValue& event, std::string_view name) {
  static const std::vector<JsonValue> none;
  const auto* const found = event.member(name);
  return found == nullptr ? none : found->items;
}

void coding(std::string& out, std::string_view system, std::string_view code,
            std::string_view display = "") {
  out += '{';
  write_member(out, "system", system);
  out += ',';
  write_member(out, "code", code);
  if (!display.empty()) {
    out += ',';
    write_member(out, "display", display);
  }
  out += '}';
}

void text_member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ',';
  write_member(out, name, text);
}

void write_type(std::string& out, const JsonValue& event) {
  auto did = text_of(event, "did");
  if (text_of(event, "from") == "operator") did = "operator";
  const auto* const own = std::find_if(std::begin(own_events), std::end(own_events),
                                       [&](const OwnEvent& one) { return one.did == did; });
  out += R"("type":)";
  if (own != std::end(own_events)) {
    coding(out, dicom, own->code, own->display);
    return;
  }
  coding(out, rest, "rest", "RESTful Operation");
  if (did.starts_with('$')) did = "operation";
  if (std::find(std::begin(interactions_of_r4), std::end(interactions_of_r4), did) ==
      std::end(interactions_of_r4))
    return;
  out += R"(,"subtype":[)";
  coding(out, "http://hl7.org/fhir/restful-interaction", did);
  out += ']';
}

// R4 valueset-audit-event-action, of what was written; else of what was asked.
char action_of(const JsonValue& event) {
  char action = 0;
  for (const auto& wrote : items_of(event, "wrote")) {
    const char one = wrote.text.starts_with('X') ? 'D' : wrote.text[0];
    if (action != 0 && action != one) return 'E';
    action = one;
  }
  if (action != 0) return action;
  struct Row {
    std::string_view did;
    char action;
  };
  constexpr Row rows[] = {{"create", 'C'}, {"read", 'R'},  {"vread", 'R'}, {"history", 'R'},
                          {"update", 'U'}, {"patch", 'U'}, {"delete", 'D'}};
  for (const auto& row : rows)
    if (row.did == text_of(event, "did")) return row.action;
  return 'E';
}

void write_outcome_of(std::string& out, std::string_view status) {
  const auto number = to_integer(status).value_or(0);
  write_member(out, "outcome", number < 400 ? "0" : number < 500 ? "4" : "8");
  text_member(out, "outcomeDesc", status);
}

void write_agents(std::string& out, const JsonValue& event) {
  const auto client = text_of(event, "client");
  const auto role = text_of(event, "role");
  const auto from = text_of(event, "from");
  out += R"(,"agent":[{)";
  if (!role.empty()) {
    out += R"("role":[{)";
    write_member(out, "text", role);
    out += "}],";
  }
  out += R"("who":{)";
  if (!client.empty()) {
    out += R"("identifier":{)";
    write_member(out, "value", client);
    out += "},";
  }
  const auto name = text_of(event, "name");
  write_member(out, "display",
               !name.empty()     ? name
               : !client.empty() ? client
                                 : std::string_view("the gateway, or its machine"));
  out += R"(},"requestor":true)";
  if (!from.empty()) {
    out += R"(,"network":{)";
    write_member(out, "address", from);
    out += '}';
  }
  out += '}';
  if (const auto organisation = text_of(event, "organisation"); !organisation.empty()) {
    out += R"(,{"who":{"type":"Organization","identifier":{)";
    write_member(out, "system", "https://fhir.nhs.uk/Id/ods-organization-code");
    text_member(out, "value", organisation);
    out += R"(}},"requestor":false})";
  }
  out += R"(],"source":{"observer":{"display":"Fingerpost"}})";
}

class Entities {
 public:
  explicit Entities(std::string& out) : out_(out) {}
  void resource(std::string_view reference) {
    begin();
    out_ += R"({"what":{)";
    write_member(out_, "reference", reference);
    out_ += "}}";
  }
  // "0123456789abcdef Patient/p1", or the hash alone.
  void patient(std::string_view about) {
    begin();
    const auto blank = about.find(' ');
    out_ += R"({"what":{)";
    if (blank == std::string_view::npos) {
      out_ += R"("type":"Patient","identifier":{)";
      write_member(out_, "value", about);
      out_ += '}';
    } else {
      write_member(out_, "reference", about.substr(blank + 1));
    }
    out_ += R"(},"type":)";
    coding(out_, "http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person");
    out_ += R"(,"role":)";
    coding(out_, "http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient");
    out_ += '}';
  }
  // What was asked, or a row of the queues; with what else is known of the request.
  void named(std::string_view name, const JsonValue* event) {
    begin();
    out_ += '{';
    write_member(out_, "name", name);
    if (event != nullptr) details(*event);
    out_ += '}';
  }
  void end() {
    if (any_) out_ += ']';
  }

 private:
  void begin() {
    out_ += any_ ? "," : R"(,"entity":[)";
    any_ = true;
  }
  void details(const JsonValue& event) {
    bool first = true;
    for (const std::string_view name : {"request", "token", "times", "count"}) {
      const auto text = text_of(event, name);
      if (text.empty()) continue;
      out_ += first ? R"(,"detail":[{)" : ",{";
      first = false;
      write_member(out_, "type", name);
      text_member(out_, "valueString", text);
      out_ += '}';
    }
    if (!first) out_ += ']';
  }

  std::string& out_;
  bool any_ = false;
};

std::string written(const store::AuditRow& row, std::string_view id, const JsonValue& event) {
  const auto at = to_integer(text_of(event, "at")).value_or(row.at_us);
  std::string out = R"({"resourceType":"AuditEvent",)";
  write_member(out, "id", id);
  out += R"(,"meta":{"versionId":"1",)";
  write_member(out, "lastUpdated", store::instant(row.at_us));
  out += "},";
  write_type(out, event);
  out += ',';
  write_member(out, "action", std::string(1, action_of(event)));
  text_member(out, "recorded", store::instant(at));
  out += ',';
  write_outcome_of(out, text_of(event, "status"));
  if (const auto purpose = text_of(event, "purpose"); !purpose.empty()) {
    out += R"(,"purposeOfEvent":[{)";
    write_member(out, "text", purpose);
    out += "}]";
  }
  write_agents(out, event);
  Entities entities(out);
  for (const auto& wrote : items_of(event, "wrote"))
    entities.resource(
        std::string_view(wrote.text).substr(std::min<std::size_t>(2, wrote.text.size())));
  for (const auto& read : items_of(event, "read")) entities.resource(read.text);
  for (const auto& about : items_of(event, "about")) entities.patient(about.text);
  for (const auto& queued : items_of(event, "rows")) entities.named(queued.text, nullptr);
  const auto asked = text_of(event, "asked");
  const bool says_more = event.member("request") != nullptr || event.member("times") != nullptr;
  if (!asked.empty() || says_more) entities.named(asked.empty() ? "request" : asked, &event);
  entities.end();
  out += '}';
  return out;
}

}  // namespace

std::vector<AuditEvent> audit_events(const Limits& limits, const store::AuditRow& row,
                                     const std::vector<std::string>& has) {
  std::vector<AuditEvent> all;
  const auto read = wire::read_json_value(row.text, limits);
  if (!read) return all;
  for (std::size_t i = 0; i < read->items.size(); ++i) {
    std::string text;
    wire::write_json_value(read->items[i], text);
    const bool asked = std::all_of(has.begin(), has.end(), [&](const auto& part) {
      return text.find(part) != std::string::npos;
    });
    if (!asked) continue;
    auto id = std::to_string(row.number) + "-" + std::to_string(i + 1);
    auto body = written(row, id, read->items[i]);
    all.push_back({std::move(id), std::move(body)});
  }
  return all;
}

}  // namespace fingerpost::interaction
