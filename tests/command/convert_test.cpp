// What convert refuses, with the built program.
#include "support/program.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using test::run;

TEST_CASE("a narrative that XML cannot carry is not converted, and its place is told") {
  const test::Folder folder;
  const auto patient = [](const std::string& div) {
    return R"({"resourceType":"Patient","text":{"status":"generated","div":")" + div + R"("}})";
  };
  const auto* const bad = GENERATE("<div>a</div>", "a", "<div xmlns=\\\"urn:a\\\">a</div>");
  CAPTURE(bad);
  const auto json = folder.write("a.json", patient(bad));
  const auto refused = run({"convert", "--to", "xml", json});
  CHECK(refused.status == 1);
  CHECK(refused.out.empty());
  CHECK(refused.error.starts_with("error: Patient.text.div: "));
  CHECK(refused.error.find("XHTML") != std::string::npos);
  CHECK(run({"convert", "--to", "json", json}).status == 0);
}
