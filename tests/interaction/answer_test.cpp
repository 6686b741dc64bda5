// Kinds of errors as FHIR REST tells them.

#include "interaction/answer.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using namespace fingerpost::interaction;

TEST_CASE("a kind of error has its HTTP status and its issue code") {
  struct Row {
    Kind kind;
    Status status;
    const char* code;  // R4 valueset-issue-type
  };
  const auto row = GENERATE(Row{Kind::invalid, Status::bad_request, "invalid"},
                            Row{Kind::not_found, Status::not_found, "not-found"},
                            Row{Kind::gone, Status::gone, "deleted"},
                            Row{Kind::unsupported, Status::bad_request, "not-supported"},
                            Row{Kind::forbidden, Status::forbidden, "forbidden"},
                            Row{Kind::too_costly, Status::unprocessable, "too-costly"},
                            Row{Kind::busy, Status::unavailable, "transient"},
                            Row{Kind::fault, Status::fault, "exception"});
  CAPTURE(row.code);
  const auto answer = failure({row.kind, "the text", "Patient.name"});
  CHECK((answer.status == row.status));
  REQUIRE(answer.issues.size() == 1);
  CHECK(answer.issues[0].code == row.code);
  CHECK(answer.issues[0].expression == "Patient.name");
}
