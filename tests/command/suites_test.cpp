// The subcommands of testers and integrators, as they are run.
#include "support/program.h"

#include <catch2/catch.hpp>

using namespace fingerpost;
using test::run;

namespace {

const std::string tests =
    "<tests><group name='g'>"
    "<test name='good'><expression>1 + 1</expression><output type='integer'>2</output></test>"
    "<test name='bad'><expression>1 + 1</expression><output type='integer'>3</output></test>"
    "</group></tests>";

}  // namespace

TEST_CASE("convert prints the other form, and back") {
  const test::Folder folder;
  const auto json = folder.write("a.json", R"({"resourceType":"Patient","id":"a","active":true})");
  const auto xml = run({"convert", "--to", "xml", json});
  CHECK(xml.status == 0);
  CHECK(xml.out ==
        "<Patient xmlns=\"http://hl7.org/fhir\">\n  <id value=\"a\"/>\n  <active value=\"true\"/>\n"
        "</Patient>\n");
  const auto back = run({"convert", "--to", "json", folder.write("a.xml", xml.out)});
  CHECK(back.status == 0);
  CHECK(back.out ==
        "{\n  \"resourceType\": \"Patient\",\n  \"id\": \"a\",\n  \"active\": true\n}\n");
  CHECK(run({"convert", "--to", "xml", folder.write("b", "<Patient/>")}).status == 2);
}

TEST_CASE("convert refuses what the other form cannot carry, and prints nothing") {
  const test::Folder folder;
  const auto* const text =
      GENERATE("<Patient xmlns='http://hl7.org/fhir'><active value='true' foo='1'/></Patient>",
               "<Patient xmlns='http://hl7.org/fhir'><colour value='red'/></Patient>",
               R"({"resourceType":"Patient","colour":"red"})");
  CAPTURE(text);
  const auto ran =
      run({"convert", "--to", text[0] == '<' ? "json" : "xml", folder.write("a", text)});
  CHECK(ran.status == 1);
  CHECK(ran.out.empty());
  CHECK(ran.error.starts_with("error: "));
}

TEST_CASE("a suite's failures are listed, counted, and are the exit status unless expected") {
  const test::Folder folder;
  const auto file = folder.write("tests.xml", tests);
  const auto failed = run({"conformance", "fhirpath", file});
  CHECK(failed.status == 1);
  CHECK(
      failed.out ==
      "failed bad\n  expected: integer 3\n  actual:   integer 2\n1 passed, 1 failed, 0 skipped\n");
  const auto list = folder.write("known.txt", "bad: arithmetic\n");
  const auto known = run({"conformance", "fhirpath", file, "--expected", list});
  CHECK(known.status == 0);
  CHECK(known.out.find("known:    arithmetic") != std::string::npos);
  const auto shrunk = folder.write("shrunk.txt", "bad: arithmetic\ngood: no more\n");
  const auto surprised = run({"conformance", "fhirpath", file, "--expected", shrunk});
  CHECK(surprised.status == 1);
  CHECK(surprised.error == "good is expected to fail, and does not\n");
}

TEST_CASE("a suite that cannot be read is status 2") {
  CHECK(run({"conformance", "fhirpath", "/nowhere/tests.xml"}).status == 2);
  CHECK(run({"conformance", "json", "/nowhere"}).status == 2);
  CHECK(run({"conformance", "ucum", "/nowhere/tests.xml"}).status == 2);
  CHECK(run({"conformance", "nothing", "x"}).status == 2);
}
