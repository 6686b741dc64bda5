#include "interaction/answer.h"

#include "interaction/outcome.h"

#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

struct Row {
  Kind kind;
  Status status;
  std::string_view issue;  // R4 valueset-issue-type
};
constexpr Row rows[] = {
    {Kind::invalid, Status::bad_request, "invalid"},
    {Kind::not_found, Status::not_found, "not-found"},
    {Kind::gone, Status::gone, "deleted"},
    {Kind::conflict, Status::conflict, "conflict"},
    {Kind::unsupported, Status::bad_request, "not-supported"},
    {Kind::forbidden, Status::forbidden, "forbidden"},
    {Kind::too_costly, Status::unprocessable, "too-costly"},
    {Kind::busy, Status::unavailable, "transient"},
    {Kind::fault, Status::fault, "exception"},
};
constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(rows); ++i)
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
  return true;
}
static_assert(in_order() && std::size(rows) == static_cast<std::size_t>(Kind::fault) + 1);

const Row& row_of(Kind kind) {
  return rows[static_cast<std::size_t>(kind)];
}

}  // namespace

Status status_of(Kind kind) {
  return row_of(kind).status;
}
std::string_view issue_code_of(Kind kind) {
  return row_of(kind).issue;
}

std::string_view reason(Status status) {
  switch (status) {
    case Status::ok:
      return "200 OK";
    case Status::created:
      return "201 Created";
    case Status::no_content:
      return "204 No Content";
    case Status::not_modified:
      return "304 Not Modified";
    case Status::bad_request:
      return "400 Bad Request";
    case Status::forbidden:
      return "403 Forbidden";
    case Status::not_found:
      return "404 Not Found";
    case Status::method_not_allowed:
      return "405 Method Not Allowed";
    case Status::conflict:
      return "409 Conflict";
    case Status::gone:
      return "410 Gone";
    case Status::precondition_failed:
      return "412 Precondition Failed";
    case Status::unprocessable:
      return "422 Unprocessable Content";
    case Status::fault:
      return "500 Internal Server Error";
    case Status::unavailable:
      return "503 Service Unavailable";
  }
  return "500 Internal Server Error";
}

Answer failure(const Error& error) {
  return failure(status_of(error.kind), error);
}

Answer failure(Status status, const Error& error) {
  Answer answer;
  answer.status = status;
  answer.issues.push_back(issue_of(error));
  return answer;
}

Answer failure(Status status, Issues issues) {
  Answer answer;
  answer.status = status;
  answer.issues = std::move(issues);
  return answer;
}

}  // namespace fingerpost::interaction
