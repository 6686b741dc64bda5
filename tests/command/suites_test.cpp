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
  const auto swapped = folder.write("swapped.txt", "bad: arithmetic\nworse: gone\n");
  const auto stale = run({"conformance", "fhirpath", file, "--expected", swapped});
  CHECK(stale.status == 1);
  CHECK(stale.error == "worse is expected to fail, and is no case\n");
}

TEST_CASE("a suite of which nothing was run is status 2") {
  const test::Folder folder;
  std::filesystem::create_directory(folder / "empty");
  const auto patches = folder.write("patches.xml", "<tests><case name='a'/></tests>");
  const auto expressions = folder.write("tests.xml", tests);
  const auto other = folder.write("other.json", R"({"resourceType":"Patient"})");
  const auto empty = (folder / "empty").string();
  using Words = std::vector<std::string>;
  const auto words =
      GENERATE_COPY(values<Words>({{"json", empty},
                                   {"mapping", empty},
                                   {"mapping", expressions},
                                   {"validator", other},
                                   {"terminology", empty},
                                   {"fhirpath", patches},
                                   {"ucum", patches},
                                   {"patch", expressions},
                                   {"testscript", other, "--server", "http://127.0.0.1:1"}}));
  CAPTURE(words);
  Words line{"conformance"};
  line.insert(line.end(), words.begin(), words.end());
  const auto ran = run(line);
  CHECK(ran.status == 2);
  CHECK(ran.error.starts_with("error: "));
}

TEST_CASE("a suite that cannot be read is status 2") {
  CHECK(run({"conformance", "fhirpath", "/nowhere/tests.xml"}).status == 2);
  CHECK(run({"conformance", "json", "/nowhere"}).status == 2);
  CHECK(run({"conformance", "ucum", "/nowhere/tests.xml"}).status == 2);
  CHECK(run({"conformance", "nothing", "x"}).status == 2);
}
