#include "access/scope.h"

#include "access/caller.h"
#include "access/resource_types.h"
#include "support/catch.h"
#include "support/definitions.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::access;

TEST_CASE("a scope is read whole and printed as version 2 has it") {
  struct Row {
    std::string text, printed;
  };
  const auto row = GENERATE(
      Row{"system/Patient.r", "system/Patient.r"}, Row{"system/Patient.rs", "system/Patient.rs"},
      Row{"system/*.cruds", "system/*.cruds"}, Row{"system/Task.cu", "system/Task.cu"},
      Row{"system/Patient.read", "system/Patient.rs"},
      Row{"system/Patient.write", "system/Patient.cud"}, Row{"system/*.*", "system/*.cruds"},
      Row{"system/CarePlan.s", "system/CarePlan.s"});
  CAPTURE(row.text);
  const auto scope = read_scope(row.text);
  REQUIRE(scope);
  CHECK(write_scope(*scope) == row.printed);
}

TEST_CASE("A16: what is not wholly a scope is none") {
  const auto* const text = GENERATE(
      "", "system", "system/", "system/Patient", "system/Patient.", "system/.rs", "system/.",
      "system/Patient.dus", "system/Patient.sr", "system/Patient.rr", "system/Patient.rsx",
      "system/Patient.readwrite", "system/Patient.Read", "system/Patient.r s", " system/Patient.r",
      "system/Patient.r ", "system/patient.r", "system/Pat%69ent.r", "system%2fPatient.r",
      "system/Patient/1.r", "system/Patient.*s", "system/**.r", "system/*Patient.r",
      "system/Patient.r.s", "System/Patient.r", "systems/Patient.r", "launch", "openid", "fhirUser",
      "offline_access", "launch/patient", "system/Patient.r\n", "system/Patient.r,s", "*/Patient.r",
      "system/Pati\xc3\xa9nt.r", "system/Patient.p", "system/1.r", "system/\\*.r",
      "system/Patient.r#", "system/Patient.cruds.", "system//Patient.r", "system/*", "*", "*/*.*");
  CAPTURE(text);
  const auto scope = read_scope(text);
  REQUIRE_FALSE(scope);
  CHECK(scope.error().kind == Kind::invalid);
}

TEST_CASE("a scope is of a type that there is, and the nearest is named") {
  struct Row {
    const char *text, *nearest;
  };
  const auto row = GENERATE(Row{"system/Foo.r", ""}, Row{"system/Patiant.rs", "Patient"},
                            Row{"system/patient.rs", "Patient"}, Row{"system/Tasks.cruds", "Task"},
                            Row{"system/ServiceReqest.r", "ServiceRequest"},
                            Row{"system/DomainResource.r", ""}, Row{"system/HumanName.r", ""});
  CAPTURE(row.text);
  const auto scope = read_scope(row.text);
  REQUIRE_FALSE(scope);
  CHECK(scope.error().kind == Kind::invalid);
  const std::string before = "the nearest is ";
  const auto at = scope.error().text.find(before);
  const auto named = at == std::string::npos ? "" : scope.error().text.substr(at + before.size());
  CHECK(named == row.nearest);
}

TEST_CASE("the types that a scope may be of are those of the definitions") {
  const auto& definitions = test::definitions();
  std::vector<std::string> found;
  for (const auto& type : definitions.types())
    if (type.model == model::Model::r4 && type.kind == model::TypeKind::resource && !type.abstract)
      found.emplace_back(definitions.names().text(type.name));
  std::sort(found.begin(), found.end());
  const auto types = resource_types();
  CHECK(std::vector<std::string>(types.begin(), types.end()) == found);
}

TEST_CASE("A16, A17: what is a scope and not offered is told apart") {
  const auto* const text =
      GENERATE("user/Patient.rs", "patient/*.read", "patient/Observation.rs?category=laboratory",
               "system/Observation.rs?category=laboratory", "system/Observation.rs?", "user/");
  CAPTURE(text);
  const auto scope = read_scope(text);
  REQUIRE_FALSE(scope);
  CHECK(scope.error().kind == Kind::unsupported);
}

TEST_CASE("every list of letters in order is read, and no other") {
  const std::string letters = "cruds";
  for (unsigned rights = 1; rights < 32; ++rights) {
    std::string text = "system/Goal.";
    for (unsigned i = 0; i < 5; ++i)
      if ((rights >> i & 1u) != 0) text += letters[i];
    CAPTURE(text);
    const auto scope = read_scope(text);
    REQUIRE(scope);
    CHECK(scope->rights == rights);
    CHECK(write_scope(*scope) == text);
  }
}

namespace {

Scopes scopes_of(const std::string& text) {
  Scopes scopes;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    scopes.add(read_scope(text.substr(at, end - at)).value());
    at = end + 1;
  }
  return scopes;
}

}  // namespace

TEST_CASE("what is granted is what is asked and allowed") {
  struct Row {
    std::string asked, allowed, granted;
  };
  const auto row = GENERATE(
      Row{"system/Patient.rs", "system/Patient.cruds", "system/Patient.rs"},
      Row{"system/Patient.cruds", "system/Patient.r", "system/Patient.r"},
      Row{"system/Patient.rs", "system/Goal.rs", ""},
      Row{"system/Patient.c", "system/Patient.r", ""},
      Row{"system/*.cruds", "system/Patient.rs system/Task.ru", "system/Patient.rs system/Task.ru"},
      Row{"system/Patient.rs system/Goal.r", "system/*.r", "system/Patient.r system/Goal.r"},
      Row{"system/*.s system/Patient.r", "system/*.r system/Patient.s", "system/Patient.rs"},
      Row{"system/*.rs", "system/*.r", "system/*.r"});
  CAPTURE(row.asked, row.allowed);
  CHECK(write_scopes(common(scopes_of(row.asked), scopes_of(row.allowed))) == row.granted);
}

TEST_CASE("common grants a right of a type exactly when both do") {
  const std::string types[] = {"*", "Patient", "Goal", "Task"};
  std::uint32_t seed = 7;
  const auto draw = [&](std::uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % below;
  };
  const auto any = [&] {
    Scopes scopes;
    for (auto left = draw(4); left > 0; --left) {
      const auto& type = types[draw(4)];
      scopes.add({type, static_cast<Rights>(draw(32))});
    }
    return scopes;
  };
  for (int i = 0; i < 2000; ++i) {
    const auto a = any();
    const auto b = any();
    CAPTURE(write_scopes(a), write_scopes(b));
    for (const auto* type : {"*", "Patient", "Goal", "Task", "CarePlan"})
      CHECK(common(a, b).rights_of(type) == (a.rights_of(type) & b.rights_of(type)));
  }
}

TEST_CASE("a caller that nobody named may nothing, the local one everything") {
  CHECK_FALSE(Caller{}.may("Patient", can_read));
  CHECK(local_caller()->may("Patient", all_rights));
  CHECK(local_caller()->client.empty());
}
