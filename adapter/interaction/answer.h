// What an interaction answers, and the one table from kinds of error to HTTP statuses and FHIR
// issue codes. (Here and not in http/ because the entries of a Bundle carry statuses too.)

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::interaction {

enum class Status : std::uint16_t {
  ok = 200,
  created = 201,
  no_content = 204,
  not_modified = 304,
  bad_request = 400,
  forbidden = 403,
  not_found = 404,
  method_not_allowed = 405,
  conflict = 409,
  gone = 410,
  precondition_failed = 412,
  unprocessable = 422,
  fault = 500,
  unavailable = 503,
};
std::string_view reason(Status status);  // "200 OK" … as Bundle.entry.response.status has it

// A failure has issues, and a body only where that is an OperationOutcome saying more; anything
// else has a body or none, and no issues to speak of.
struct Answer {
  Status status = Status::ok;
  std::string body;                                // a resource, JSON
  std::shared_ptr<const std::string> shared_body;  // instead of body
  std::int64_t version = 0;                        // of the resource: its ETag; 0: not known
  std::int64_t last_updated_us = 0;                // of the resource; 0: not known
  std::string location;  // "Patient/1/_history/2": where a write put it; empty for reads
  Issues issues;         // of a failure; else remarks on a success

  bool failed() const { return static_cast<int>(status) >= 400; }
  std::string_view content() const { return shared_body ? *shared_body : std::string_view(body); }
};
using Done = std::function<void(Answer)>;

Status status_of(Kind kind);
std::string_view issue_code_of(Kind kind);

Answer failure(const Error& error);
// With a status the kind alone does not give: 412, 422.
Answer failure(Status status, const Error& error);
Answer failure(Status status, Issues issues);

}  // namespace fingerpost::interaction
