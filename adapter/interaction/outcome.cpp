#include "interaction/outcome.h"

#include "base/text.h"
#include "interaction/answer.h"
#include "wire/json.h"

#include <algorithm>

namespace fingerpost::interaction {
namespace {

void write_member(std::string& out, std::string_view key, std::string_view text) {
  out += ",\"";
  out += key;
  out += "\":";
  wire::write_json_string(out, text);
}

// FHIRPath, whose first name is a type's: "Patient.name[0]".
bool is_path(std::string_view where) {
  const auto first = where.substr(0, where.find_first_of(".["));
  return !first.empty() && is_upper(first[0]) && std::all_of(first.begin(), first.end(), is_letter);
}

// A place in a text that was sent: "byte 26", "line 1, column 34", "/0".
bool is_place(std::string_view where) {
  return where.find(' ') != std::string_view::npos || where.starts_with('/');
}

void write_issue(std::string& out, const Issue& issue) {
  out += R"({"severity":")";
  out += code(issue.severity);
  out += '"';
  write_member(out, "code", issue.code);
  const auto& where = issue.expression;
  auto text = issue.text;
  if (is_place(where)) text += " (" + where + ")";
  if (!text.empty()) write_member(out, "diagnostics", text);
  // JSON's name for what FHIRPath has no element for.
  if (!where.empty() && !is_place(where) && where != "resourceType") {
    out += R"(,"expression":[)";
    wire::write_json_string(out, is_path(where) ? where : "http." + where);
    out += ']';
  }
  out += '}';
}

}  // namespace

Issue issue_of(const Error& error) {
  return {Severity::error, std::string(issue_code_of(error.kind)), error.where, error.text};
}

void write_outcome(const Issues& issues, std::string& out) {
  out += R"({"resourceType":"OperationOutcome","issue":[)";
  if (issues.empty())
    write_issue(out, {Severity::information, "informational", "", "All is well."});
  for (std::size_t i = 0; i < issues.size(); ++i) {
    if (i > 0) out += ',';
    write_issue(out, issues[i]);
  }
  out += "]}";
}

}  // namespace fingerpost::interaction
