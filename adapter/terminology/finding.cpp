#include "terminology/finding.h"

#include "terminology/writer.h"

namespace fingerpost::terminology {

void write_issues(const model::Definitions& definitions, std::span<const Finding> findings,
                  Tree& tree, NodeId node) {
  const Writer to(definitions, tree);
  const auto& types = definitions.common();
  for (const auto& finding : findings) {
    const NodeId issue = to.object(node, "issue", definitions.find("OperationOutcome.issue"));
    if (!finding.id.empty()) {
      const NodeId extension = to.object(issue, "extension", types.extension);
      to.text(extension, "url", types.uri,
              "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id");
      to.text(extension, "value", types.string, finding.id);
    }
    to.text(issue, "severity", types.code, code(finding.severity));
    to.text(issue, "code", types.code, finding.code);
    const NodeId details = to.object(issue, "details", types.codeable_concept);
    if (!finding.kind.empty()) {
      const NodeId coding = to.object(details, "coding", types.coding);
      to.text(coding, "system", types.uri, "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type");
      to.text(coding, "code", types.code, finding.kind);
    }
    to.text(details, "text", types.string, finding.text);
    if (finding.expression.empty()) continue;
    to.text(issue, "location", types.string, finding.expression);
    to.text(issue, "expression", types.string, finding.expression);
  }
}

Finding unknown_value_set(std::string_view canonical) {
  return {Severity::error,
          "not-found",
          "not-found",
          "Unable_to_resolve_value_Set_",
          "A definition for the value Set '" + std::string(canonical) + "' could not be found",
          ""};
}

// A URI speaks for itself; anything else in its place is quoted.
Finding unknown_system(std::string_view system, std::string expression) {
  const std::string quote = system.find(':') == std::string_view::npos ? "'" : "";
  return {Severity::error,
          "not-found",
          "not-found",
          "UNKNOWN_CODESYSTEM",
          "A definition for CodeSystem " + quote + std::string(system) + quote +
              " could not be found, so the code cannot be validated",
          std::move(expression)};
}

Finding unknown_version(std::string_view system, std::string_view version,
                        const std::vector<std::string_view>& known, std::string expression) {
  std::string text = "A definition for CodeSystem '" + std::string(system) + "' version '" +
                     std::string(version) +
                     "' could not be found, so the code cannot be validated. Valid versions: ";
  for (const auto& one : known) {
    if (&one != &known.front()) text += ", ";
    text += one;
  }
  return {Severity::error, "not-found",          "not-found", "UNKNOWN_CODESYSTEM_VERSION",
          std::move(text), std::move(expression)};
}

Finding too_costly(std::string text) {
  return {Severity::error, "too-costly", "too-costly", "VALUESET_TOO_COSTLY", std::move(text), ""};
}

Finding unusable(std::string text) {
  return {Severity::error, "processing", "vs-invalid", "", std::move(text), ""};
}

}  // namespace fingerpost::terminology
