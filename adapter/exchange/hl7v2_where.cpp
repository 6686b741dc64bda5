#include "exchange/hl7v2_where.h"

#include "base/text.h"
#include "wire/hl7v2.h"

#include <algorithm>

namespace fingerpost::exchange {
namespace {

struct Row {
  std::string_view element;  // a type and the start of a path in it
  std::string_view segment;
  std::string_view field;  // "-7"
};
// The first that fits holds. As the maps of mappings/hl7v2 have it.
constexpr Row rows[] = {
    {"Patient.identifier", "PID", "-3"},
    {"Patient.name", "PID", "-5"},
    {"Patient.birthDate", "PID", "-7"},
    {"Patient.gender", "PID", "-8"},
    {"Patient.address", "PID", "-11"},
    {"Patient.telecom", "PID", "-13"},
    {"Patient.communication", "PID", "-15"},
    {"Patient.maritalStatus", "PID", "-16"},
    {"Patient.multipleBirth", "PID", "-25"},
    {"Patient.deceased", "PID", "-29"},
    {"Patient.generalPractitioner", "PD1", ""},
    {"Patient", "PID", ""},
    {"ServiceRequest.identifier", "RF1", "-6"},
    {"ServiceRequest.priority", "RF1", "-2"},
    {"ServiceRequest.category", "RF1", "-3"},
    {"ServiceRequest.orderDetail", "RF1", "-4"},
    {"ServiceRequest.locationCode", "RF1", "-5"},
    {"ServiceRequest.occurrence", "RF1", "-7"},
    {"ServiceRequest.authoredOn", "RF1", "-9"},
    {"ServiceRequest.reasonCode", "RF1", "-10"},
    {"ServiceRequest", "RF1", ""},
    {"Task.status", "RF1", "-1"},
    {"Task.priority", "RF1", "-2"},
    {"Task.id", "RF1", "-6"},
    {"Task.identifier", "RF1", "-6"},
    {"Task.focus", "RF1", "-6"},
    {"Task.restriction", "RF1", "-8"},
    {"Task.authoredOn", "RF1", "-9"},
    {"Task.output", "NTE", ""},
    {"Task", "RF1", ""},
    {"Goal.lifecycleStatus", "GOL", "-18"},
    {"Goal.description", "GOL", "-3"},
    {"Goal.identifier", "GOL", "-4"},
    {"Goal.start", "GOL", "-7"},
    {"Goal.target", "GOL", "-8"},
    {"Goal.statusDate", "GOL", "-19"},
    {"Goal", "GOL", ""},
    {"CarePlan.status", "PTH", "-5"},
    {"CarePlan.identifier", "PTH", "-3"},
    {"CarePlan.created", "PTH", "-4"},
    {"CarePlan.period", "PTH", "-4"},
    {"CarePlan", "PTH", ""},
    {"Condition.clinicalStatus", "PRB", "-14"},
    {"Condition.verificationStatus", "PRB", "-13"},
    {"Condition.code", "PRB", "-3"},
    {"Condition.identifier", "PRB", "-4"},
    {"Condition.recordedDate", "PRB", "-7"},
    {"Condition.abatement", "PRB", "-9"},
    {"Condition.onset", "PRB", "-16"},
    {"Condition", "PRB", ""},
};

bool fits(std::string_view expression, std::string_view element) {
  if (!expression.starts_with(element)) return false;
  return expression.size() == element.size() || !is_letter(expression[element.size()]) ||
         element.find('.') != std::string_view::npos;
}

// How many segments of a name there are, and which of them is the first whose first field begins
// with this.
struct Segments {
  int all = 0;
  int first = 0;
};
Segments segments_of(std::string_view message, std::string_view name, std::string_view begins) {
  Segments found;
  const auto by = wire::read_delimiters(message);
  while (by && !message.empty()) {
    const auto line = message.substr(0, wire::line_end(message));
    if (line.starts_with(name) && line.size() > 3 && line[3] == by->field) {
      ++found.all;
      const auto field = wire::component(wire::field(line, *by, 1), *by, 1);
      if (found.first == 0 && field.starts_with(begins)) found.first = found.all;
    }
    message.remove_prefix(std::min(message.size(), line.size() + 1));
  }
  return found;
}

std::string place(std::string_view segment, int number, std::string_view field) {
  std::string out(segment);
  if (number > 1) out += "[" + std::to_string(number) + "]";
  return out.append(field);
}

// Who is asked stands in PRD of the role RT, who asks in that of RP.
std::string provider(std::string_view message, std::string_view role) {
  const auto found = segments_of(message, "PRD", role);
  return place("PRD", found.first, found.first == 0 ? "" : "-7");
}

}  // namespace

std::string hl7v2_where(std::string_view expression, std::string_view message) {
  for (const std::string_view whose : {".subject", ".patient", ".for", ".beneficiary"})
    if (expression.ends_with(whose)) return "PID-3";
  for (const std::string_view asked : {"Task.owner", "ServiceRequest.performer"})
    if (expression.starts_with(asked)) return provider(message, "RT");
  for (const std::string_view asking : {"Task.requester", "ServiceRequest.requester"})
    if (expression.starts_with(asking)) return provider(message, "RP");
  for (const auto& row : rows) {
    if (!fits(expression, row.element)) continue;
    const auto found = segments_of(message, row.segment, "");
    if (found.all == 0) return std::string(expression);
    return std::string(row.segment) + std::string(found.all > 1 ? "" : row.field);
  }
  return std::string(expression);
}

}  // namespace fingerpost::exchange
