// What is wrong with someone's data: collected, never thrown.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost {

// R4 valueset-issue-severity, worst first.
enum class Severity { fatal, error, warning, information };

// One finding. An Error stops one action; an Issue describes one place in the data.
struct Issue {
  Severity severity = Severity::error;
  std::string code;  // R4 valueset-issue-type: "structure", "required", "value", "code-invalid" …
  std::string
      expression;    // FHIRPath of the place, e.g. Patient.name[0].given[1]; or a source place
  std::string text;  // for a person; never holds the data itself
};
using Issues = std::vector<Issue>;

inline bool has_errors(const Issues& issues) {
  for (const auto& issue : issues)
    if (issue.severity <= Severity::error) return true;
  return false;
}

// The code of R4 valueset-issue-severity: "fatal", "error", "warning", "information".
constexpr std::string_view code(Severity severity) {
  constexpr std::string_view codes[] = {"fatal", "error", "warning", "information"};
  return codes[static_cast<int>(severity)];
}

}  // namespace fingerpost
