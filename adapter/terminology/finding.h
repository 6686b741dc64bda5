// What a terminology operation has to say about a code or a value set, and its OperationOutcome.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

struct Finding {
  Severity severity = Severity::error;
  std::string_view code;  // R4 valueset-issue-type
  std::string_view kind;  // http://hl7.org/fhir/tools/CodeSystem/tx-issue-type
  std::string_view id;    // of the message, as validators know it: operationoutcome-message-id
  std::string text;
  std::string expression;  // of the request: "code", "Coding.display" …
};
using Findings = std::vector<Finding>;

// A finding that stops the operation.
template <class T>
using Found = boost::system::result<T, Finding>;

[[noreturn]] inline void throw_exception_from_error(const Finding& finding,
                                                    const boost::source_location&) {
  throw std::logic_error("unchecked result: " + finding.text);
}

// Adds the issues to the OperationOutcome at `node`.
void write_issues(const model::Definitions& definitions, std::span<const Finding> findings,
                  Tree& tree, NodeId node);

// Messages used in more than one place.
Finding unknown_value_set(std::string_view canonical);
Finding unknown_system(std::string_view system, std::string expression);
Finding unknown_version(std::string_view system, std::string_view version,
                        const std::vector<std::string_view>& known, std::string expression);
Finding too_costly(std::string text);
Finding unusable(std::string text);  // a value set that cannot be evaluated as it is defined

}  // namespace fingerpost::terminology
