#include "interaction/outcome.h"

#include "interaction/answer.h"
#include "wire/json.h"

namespace fingerpost::interaction {
namespace {

void write_member(std::string& out, std::string_view key, std::string_view text) {
  out += ",\"";
  out += key;
  out += "\":";
  wire::write_json_string(out, text);
}

void write_issue(std::string& out, const Issue& issue) {
  out += R"({"severity":")";
  out += code(issue.severity);
  out += '"';
  write_member(out, "code", issue.code);
  if (!issue.text.empty()) write_member(out, "diagnostics", issue.text);
  if (!issue.expression.empty()) {
    out += R"(,"expression":[)";
    wire::write_json_string(out, issue.expression);
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
