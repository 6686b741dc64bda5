#include "record/hl7v2_ack.h"

#include "base/text.h"
#include "wire/hl7v2_text.h"

#include <array>
#include <initializer_list>
#include <utility>

namespace fingerpost::record {

namespace {

struct Condition {
  std::string_view issue;  // R4 valueset-issue-type
  std::string_view code;   // table 0357
  std::string_view name;
};
constexpr Condition conditions[] = {
    {"structure", "100", "Segment sequence error"},
    {"required", "101", "Required field missing"},
    {"value", "102", "Data type error"},
    {"invalid", "102", "Data type error"},
    {"code-invalid", "103", "Table value not found"},
    {"not-found", "204", "Unknown key identifier"},
    {"duplicate", "205", "Duplicate key identifier"},
};
constexpr Condition internal = {"", "207", "Application internal error"};

Hl7v2Fault make(const Condition& condition, Severity severity, std::string place,
                std::string text) {
  return {std::move(place), condition.code, condition.name, severity, std::move(text)};
}

// A place as table ERL and ELD count it: segment, its number, field, repetition, component,
// subcomponent. "PRD[2]-7.1" is PRD 2 7 1 1.
struct Location {
  std::string_view segment;
  std::array<std::string_view, 5> numbers{};
};

std::string_view take_digits(std::string_view& rest) {
  std::size_t n = 0;
  while (n < rest.size() && is_digit(rest[n])) ++n;
  const auto digits = rest.substr(0, n);
  rest.remove_prefix(n);
  return digits;
}

std::string_view take_index(std::string_view& rest) {
  if (!rest.starts_with('[')) return "1";
  rest.remove_prefix(1);
  const auto digits = take_digits(rest);
  if (rest.starts_with(']')) rest.remove_prefix(1);
  return digits;
}

Location locate(std::string_view place) {
  if (place.size() < 3 || (place.size() > 3 && place[3] != '-' && place[3] != '[')) return {};
  Location location;
  location.segment = place.substr(0, 3);
  place.remove_prefix(3);
  location.numbers[0] = take_index(place);
  if (!place.starts_with('-')) return location;
  place.remove_prefix(1);
  location.numbers[1] = take_digits(place);
  location.numbers[2] = take_index(place);
  for (std::size_t i = 3; i < 5 && place.starts_with('.'); ++i) {
    place.remove_prefix(1);
    location.numbers[i] = take_digits(place);
  }
  return location;
}

// One character where the sender has declared one, and the standard's where not.
wire::Delimiters whole(wire::Delimiters by) {
  const wire::Delimiters standard;
  if (by.component == '\0') by.component = standard.component;
  if (by.repetition == '\0') by.repetition = standard.repetition;
  if (by.escape == '\0') by.escape = standard.escape;
  if (by.subcomponent == '\0') by.subcomponent = standard.subcomponent;
  return by;
}

void join(std::string& out, char delimiter, std::initializer_list<std::string_view> parts) {
  std::size_t waiting = 0;
  for (const auto part : parts) {
    if (!part.empty()) {
      out.append(waiting, delimiter);
      waiting = 0;
      out += part;
    }
    ++waiting;
  }
}

std::string escaped(std::string_view text, const wire::Delimiters& by) {
  std::string out;
  wire::escape(text, by, out);
  return out;
}

// ERR-2 … ERR-8 (v2.5 and later).
void write_err(const Hl7v2Fault& fault, const wire::Delimiters& by, std::string& out) {
  const auto at = locate(fault.place);
  std::string erl, code;
  const auto& n = at.numbers;
  join(erl, by.component, {at.segment, n[0], n[1], n[1].empty() ? "" : n[2], n[3], n[4]});
  join(code, by.component, {fault.code, fault.name, "HL70357"});
  const std::string_view severity = fault.severity == Severity::warning       ? "W"
                                    : fault.severity == Severity::information ? "I"
                                                                              : "E";
  join(out, by.field, {"ERR", "", erl, code, severity, "", "", "", escaped(fault.text, by)});
  out += '\r';
}

// ERR-1 (before v2.5): ELD, segment ^ sequence ^ field ^ code.
void write_eld(const std::vector<Hl7v2Fault>& faults, const wire::Delimiters& by,
               std::string& out) {
  out += "ERR";
  char before = by.field;
  for (const auto& fault : faults) {
    const auto at = locate(fault.place);
    std::string code;
    join(code, by.subcomponent, {fault.code, fault.name, "HL70357"});
    out += before;
    std::string eld;
    join(eld, by.component, {at.segment, at.numbers[0], at.numbers[1], code});
    out += eld;
    before = by.repetition;
  }
  out += '\r';
}

constexpr std::string_view ack_codes[] = {"AA", "AE", "AR", "CA", "CE", "CR"};

// MSH-9: the third component since 2.3.1, the event since 2.2.
std::string message_type(const Hl7v2Header& to, const wire::Delimiters& by) {
  std::string type;
  const bool has_structure = version_number(to) >= 204 || to.version == "2.3.1";
  join(type, by.component, {"ACK", to.event, has_structure ? "ACK" : ""});
  return type;
}

// What is wrong where no more is known than the place: in a field, its content; with a segment,
// that it lacks something; with the message, that it lacks a segment.
const Condition& condition_at(std::string_view place) {
  if (place == "MSH-9" || place == "MSH-10") return conditions[1];
  if (place.empty() || place.find('-') != std::string_view::npos) return conditions[2];
  return conditions[place.size() == 3 && place != "MSH" ? 1 : 0];
}

}  // namespace

Hl7v2Fault fault(const Issue& issue) {
  for (const auto& row : conditions)
    if (row.issue == issue.code) return make(row, issue.severity, issue.expression, issue.text);
  return make(internal, issue.severity, issue.expression, issue.text);
}

Hl7v2Fault fault(const Error& error) {
  const auto unsupported = [&](std::string_view code, std::string_view name) {
    return make({"", code, name}, Severity::error, error.where, error.text);
  };
  if (error.kind == Kind::unsupported) {
    if (error.where == "MSH-9.1") return unsupported("200", "Unsupported message type");
    if (error.where == "MSH-9.2") return unsupported("201", "Unsupported event code");
    if (error.where == "MSH-11") return unsupported("202", "Unsupported processing id");
    if (error.where == "MSH-12") return unsupported("203", "Unsupported version id");
  }
  if (error.kind == Kind::busy || error.kind == Kind::fault)
    return make(internal, Severity::error, error.where, error.text);
  if (error.kind == Kind::conflict)
    return make(conditions[6], Severity::error, error.where, error.text);
  if (error.kind == Kind::not_found) return unsupported("204", "Unknown key identifier");
  return make(condition_at(error.where), Severity::error, error.where, error.text);
}

AckCode application_code(const Error& error) {
  const bool not_ours = error.kind == Kind::unsupported && error.where != "MSH-18";
  const bool not_now = error.kind == Kind::busy || error.kind == Kind::fault;
  return not_ours || not_now ? AckCode::AR : AckCode::AE;
}

AckCode accept_code(const Error& error) {
  return application_code(error) == AckCode::AR ? AckCode::CR : AckCode::CE;
}

std::string write_acknowledgement(const Hl7v2Header& to, const Acknowledgement& answer) {
  const auto by = whole(to.by);
  const char separator = by.field;
  std::string out = "MSH";
  out += separator;
  join(out, separator,
       {wire::encoding_characters(by), to.receiving_application, to.receiving_facility,
        to.sending_application, to.sending_facility, answer.time, "", message_type(to, by),
        answer.control_id, to.processing_id, to.version.empty() ? "2.4" : to.version, "", "", "",
        "", "", to.charset});
  out += '\r';
  const bool modern = version_number(to) >= 205;
  const bool tell = !answer.faults.empty() && !modern;
  join(out, separator,
       {"MSA", ack_codes[static_cast<int>(answer.code)], to.control_id,
        tell ? escaped(answer.faults.front().text, by) : std::string()});
  out += '\r';
  if (tell) write_eld(answer.faults, by, out);
  if (modern)
    for (const auto& fault : answer.faults) write_err(fault, by, out);
  return out;
}

std::string write_rejection(const Error& error, std::string_view control_id,
                            std::string_view time) {
  Hl7v2Header unknown;
  unknown.version = "2.5";
  unknown.processing_id = "P";
  return write_acknowledgement(unknown,
                               {application_code(error), control_id, time, {fault(error)}});
}

}  // namespace fingerpost::record
