// The command line as its users meet it: the built program, run as a process.
#include "support/program.h"

#include "base/system.h"
#include "command/sockets.h"
#include "store/sqlite_db.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/ports.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace fingerpost;
using test::run;

namespace {

const std::string patient =
    R"({"resourceType":"Patient","id":"a","active":true,"name":[{"family":"Testwell","given":["Ann","B"]}],"birthDate":"1948-03"})";

auto lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

command::Address free_address() {
  return {"127.0.0.1", test::free_port()};
}

}  // namespace

TEST_CASE("the program tells its version") {
  const auto ran = run({"--version"});
  CHECK(ran.status == 0);
  CHECK(ran.out.starts_with("fingerpost "));
}

TEST_CASE("every subcommand has help") {
  const auto* words = GENERATE("serve", "translate", "validate", "fhirpath", "transform",
                               "inbox list", "inbox show", "outbox retry", "outbox hold",
                               "mllp send", "mllp listen", "config check", "convert", "conformance",
                               "backup", "check", "test-mappings", "extract apply");
  CAPTURE(words);
  std::vector<std::string> arguments;
  std::istringstream in(words);
  for (std::string word; in >> word;) arguments.push_back(word);
  arguments.push_back("--help");
  const auto ran = run(arguments);
  CHECK(ran.status == 0);
  CHECK(holds(ran.out, "Usage"));
  CHECK(ran.error.empty());
}

TEST_CASE("wrong usage says so and is status 2") {
  using Words = std::vector<std::string>;
  const auto words =
      GENERATE(Words{}, Words{"serv"}, Words{"translate", "x"},
               Words{"translate", "--from", "fax", "x"}, Words{"translate", "--from", "fhir", "x"},
               Words{"translate", "--from", "gp2gp", "--to", "gp2gp", "x"},
               Words{"serve", "--data", "d", "--http", "8080"}, Words{"serve"}, Words{"inbox"},
               Words{"mllp", "send", "localhost", "x"}, Words{"fhirpath", "1"},
               Words{"validate", "/nowhere/a.json"}, Words{"config", "check", "/nowhere/a.toml"},
               Words{"validate", "--definitions-file", "/nowhere/d", "x"});
  CAPTURE(words);
  const auto ran = run(words);
  CHECK(ran.status == 2);
  CHECK_FALSE(ran.error.empty());
  CHECK(ran.out.empty());
}

TEST_CASE("a gateway without a configuration refuses to listen beyond this machine") {
  const test::Folder folder;
  const auto ran = run({"serve", "--data", (folder / "data").string(), "--http", "0.0.0.0:0"});
  CHECK(ran.status == 2);
  CHECK(holds(ran.error, "0.0.0.0:0"));
  CHECK(holds(ran.error, "clients"));
}

TEST_CASE("check tells by its status whether a data folder agrees with itself") {
  const test::Folder folder;
  const std::string data = (folder / "data").string();
  CHECK(run({"check", "--data", data}).status == 2);
  {
    SystemClock clock;
    SystemRandom random;
    store::SqliteOptions options;
    options.directory = data;
    REQUIRE(store::open_sqlite(options, clock, random));
  }
  const auto sound = run({"check", "--data", data});
  CHECK(sound.status == 0);
  CHECK(sound.out == "0 resources, 0 of them compared with their bodies: all agree\n");
  {
    auto db = store::Db::open(data + "/fingerpost.db", store::Access::write);
    REQUIRE(db);
    REQUIRE(db->run("INSERT INTO by_hash VALUES(1, 2, 3)"));
  }
  const auto harmed = run({"check", "--data", data});
  CHECK(harmed.status == 1);
  CHECK(holds(harmed.out, "not all agree\nby_hash: 1 row instead of 0\n"));
}

TEST_CASE("fhirpath prints type, tab, value, a line for each result") {
  const test::Folder folder;
  const auto file = folder.write("patient.json", patient);
  struct Row {
    std::string expression, out;
  };
  const auto row =
      GENERATE(Row{"Patient.name.given", "string\tAnn\nstring\tB\n"},
               Row{"Patient.birthDate", "date\t1948-03\n"},
               Row{"Patient.name.given.count()", "integer\t2\n"}, Row{"Patient.telecom", ""},
               Row{"'a\\nb'", "string\ta\\nb\n"}, Row{"Patient.active", "boolean\ttrue\n"});
  CAPTURE(row.expression);
  const auto ran = run({"fhirpath", row.expression, file});
  CHECK(ran.status == 0);
  CHECK(ran.out == row.out);
}

TEST_CASE("an expression may begin with a minus") {
  const test::Folder folder;
  const auto file = folder.write("p.json", patient);
  CHECK(run({"fhirpath", "-(1 'm')", file}).out == "Quantity\t-1 'm'\n");
  CHECK(run({"fhirpath", "-1 + 3", file}).out == "integer\t2\n");
}

TEST_CASE("fhirpath asks of the value sets of R4, and of the packages given") {
  const test::Folder folder;
  const auto file = folder.write("p.json", patient);
  const auto asked = run(
      {"fhirpath", "'male'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')", file});
  CHECK(asked.error == "");
  CHECK(asked.out == "boolean\ttrue\n");
  const auto profile = folder.write("profile.json", R"({"resourceType":"StructureDefinition",
    "url":"urn:p","name":"P","status":"draft","kind":"resource","abstract":false,"type":"Patient",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
    "differential":{"element":[{"id":"Patient.telecom","path":"Patient.telecom","min":1}]}})");
  CHECK(run({"fhirpath", "--package", profile, "conformsTo('urn:p')", file}).out ==
        "boolean\tfalse\n");
  CHECK(run({"fhirpath", "conformsTo('urn:p')", file}).status == 2);
}

TEST_CASE("transform takes maps of either dialect, as their header or the command says") {
  const test::Folder folder;
  const auto source = folder.write("p.json", R"({"resourceType":"Patient","gender":"male"})");
  const std::string head = "map \"urn:m\" = \"M\"\n";
  const std::string rest =
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as target\n"
      "conceptmap \"c\" {\n prefix s = \"urn:s\"\n s:male == s:female\n}\n"
      "group m(source src : Patient, target tgt : Patient) {\n"
      "  src where gender.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender') then {\n"
      "    src.gender as g -> tgt.gender = translate(g, '#c', 'code');\n  };\n}\n";
  const auto plain = folder.write("a.map", head + rest);
  CHECK(run({"transform", "--map", plain, source}).status == 2);
  const auto told = run({"transform", "--standard", "--map", plain, source});
  CHECK(told.error == "");
  CHECK(holds(told.out, "female"));
  const auto stated = folder.write("b.map", head + "/// dialect = \"standard\"\n" + rest);
  CHECK(holds(run({"transform", "--map", stated, source}).out, "female"));
}

TEST_CASE("a mistake in a FHIRPath is status 2 with its place") {
  const test::Folder folder;
  const auto ran = run({"fhirpath", "Patient.name.", folder.write("p.json", patient)});
  CHECK(ran.status == 2);
  CHECK(holds(ran.error, "line 1"));
}

TEST_CASE("validate prints one OperationOutcome a file and tells errors by its status") {
  const test::Folder folder;
  const auto good = folder.write("good.json", patient);
  const auto bad = folder.write("bad.json", R"({"resourceType":"Patient","gender":"blue"})");
  const auto broken = folder.write("broken.json", R"({"resourceType":"Patient",)");
  const auto sound = run({"validate", good});
  CHECK(sound.status == 0);
  CHECK(lines(sound.out) == 1);
  const auto all = run({"validate", good, bad, broken});
  CHECK(all.status == 1);
  CHECK(lines(all.out) == 3);
  CHECK(holds(all.out, "Patient.gender"));
  CHECK(holds(all.out, "administrative-gender (blue)"));
  const auto unread = run({"validate", good, (folder / "absent.json").string()});
  CHECK(unread.status == 2);
  CHECK(lines(unread.out) == 1);
}

TEST_CASE("translate prints a Bundle a file, and writes what was lost") {
  const test::Folder folder;
  const std::string sample =
      test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7";
  const auto report = (folder / "report.json").string();
  const auto one = run({"translate", "--from", "hl7v2", "--report", report, sample});
  CAPTURE(one.error);
  CHECK(one.status == 0);
  CHECK(lines(one.out) == 1);
  CHECK(one.out.starts_with(R"({"resourceType":"Bundle","type":"collection")"));
  CHECK(holds(one.out, R"("resourceType":"ServiceRequest")"));
  CHECK(holds(test::read_file(report), R"("lost")"));

  const auto broken = folder.write("broken.hl7", "MSH|^~\\&|A");
  const auto two = run({"translate", "--from", "hl7v2", sample, broken, sample});
  CHECK(two.status == 1);
  CHECK(lines(two.out) == 2);
  CHECK(holds(two.error, broken));
}

TEST_CASE("translate prints a Bundle for each message of a batch file, and tells those that fail") {
  const test::Folder folder;
  const auto sample = test::read_file(test::project_dir() +
                                      "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7");
  const auto report = (folder / "report.json").string();
  const auto file = folder.write(
      "batch.hl7", "FHS|^~\\&\rBHS|^~\\&\r" + sample + "MSH|^~\\&|A\r" + sample + "BTS|4\rFTS|1\r");
  const auto made = run({"translate", "--from", "hl7v2", "--report", report, file});
  CAPTURE(made.error);
  CHECK(made.status == 1);
  CHECK(lines(made.out) == 3);  // the second is empty: as many as of the report
  CHECK(lines(test::read_file(report)) == 3);
  CHECK(holds(made.error, "warning: BTS-1"));
  CHECK(holds(made.error, "error: message 2: "));
  CHECK(holds(made.error, "1 of 3 messages were not translated"));
}

TEST_CASE("a Bundle that cannot be printed is status 2") {
  if (!std::filesystem::exists("/dev/full")) {
    WARN("SKIP: no /dev/full");
    return;
  }
  const test::Folder folder;
  const auto error = folder / "error";
  test::Program program(
      {"translate", "--from", "hl7v2",
       test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7"},
      "/dev/full", error);
  CHECK(program.wait(std::chrono::seconds(60)) == 2);
  CHECK(holds(test::read_file(error), "cannot be written"));
}

TEST_CASE("a GP2GP record becomes FHIR, and FHIR becomes a GP2GP record again") {
  const test::Folder folder;
  const auto record = test::project_dir() + "/mappings/gp2gp/samples/gp2gp-record.xml";
  const auto read = run({"translate", "--from", "gp2gp", record});
  CAPTURE(read.error);
  CHECK(read.status == 0);
  const auto bundle = folder.write("bundle.json", read.out);
  const auto written = run({"translate", "--from", "fhir", "--to", "gp2gp", bundle});
  CAPTURE(written.error);
  CHECK(written.status == 0);
  CHECK(lines(written.out) == 1);
  CHECK(holds(written.out, "<RequestStatement "));
  const auto again = run({"translate", "--from", "gp2gp", folder.write("again.xml", written.out)});
  CHECK(again.status == 0);
  CHECK(holds(again.out, "871731000000106"));
}

TEST_CASE("the same message translates to the same bytes") {
  const std::string sample =
      test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7";
  const std::vector<std::string> words{
      "translate", "--from", "hl7v2", "--now", "2026-11-22T09:00:00Z", sample};
  const auto first = run(words);
  CHECK(first.status == 0);
  CHECK(first.out == run(words).out);
}

TEST_CASE("what is translated and its report stand in lines of the same number") {
  const test::Folder folder;
  const std::string sample =
      test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7";
  const auto bad =
      folder.write("bad.hl7", "MSH|^~\\&|GP|A|FP|B|20261122090000||ADT^A01|M1|P|2.4\r");
  const auto report = folder / "report";
  const auto ran =
      run({"translate", "--from", "hl7v2", "--report", report.string(), sample, bad, sample});
  CHECK(ran.status == 1);
  CHECK(lines(ran.out) == 3);
  const auto told = test::read_file(report);
  CHECK(lines(told) == 3);
  CHECK(holds(told, R"("severity":"error","code":"processing")"));
}

TEST_CASE("a file that was given to the wrong reader is told with the right one") {
  const auto sample = test::project_dir() + "/mappings/hl7v2/samples/adt-a04-registration.hl7";
  const auto format = GENERATE("gpconnect", "bars", "gp2gp");
  const auto ran = run({"translate", "--from", format, sample});
  CHECK(ran.status == 1);
  CHECK(holds(ran.error, "this looks like an HL7 v2 message, which --from hl7v2 reads"));
  const test::Folder folder;
  const auto torn = folder.write("torn.json", R"({"resourceType":"Bundle","meta":"CareConnect-)");
  CHECK_FALSE(holds(run({"translate", "--from", "gpconnect", torn}).error, "looks like"));
}

TEST_CASE("an error of translate names its place before the hint, and a file once") {
  const test::Folder folder;
  const auto record = test::project_dir() + "/mappings/gpconnect/samples/gpconnect-record.json";
  const auto hinted = run({"translate", "--from", "gp2gp", record});
  CHECK(hinted.error ==
        "error: " + record +
            ": text stands outside the root element at line 1, column 1; this "
            "looks like a GP Connect record (STU3), which --from gpconnect reads\n");
  const auto none = (folder / "none").string();
  const auto missing = run({"translate", "--from", "gpconnect", none});
  CHECK(missing.error == "error: " + none + ": cannot be opened: No such file or directory\n");
}

TEST_CASE("what a command lacks is named: the configuration, or the gateway") {
  const test::Folder folder;
  std::filesystem::create_directories(folder / "data");
  const auto data = (folder / "data").string();
  const auto config = folder.write("empty.toml", "");
  struct Row {
    std::vector<std::string> words;
    const char* error;
  };
  const std::vector<Row> rows = {
      {{"translate", "--from", "hl7v2", "--partner", "p", "x"}, "p: partners are of a config"},
      {{"translate", "--from", "hl7v2", "--partner", "p", "--config", config, "x"},
       "p: is no partner of the configuration"},
      {{"extract", "apply", "--from", "tpp", "--data", data, "--partner", "p", "x"},
       "name it with --config"},
      {{"maps", "reload", "--data", data}, "no gateway has this store open"}};
  for (const auto& row : rows) {
    const auto ran = run(row.words);
    CAPTURE(row.words, ran.error);
    CHECK(ran.status == 2);
    CHECK(holds(ran.error, row.error));
  }
}

TEST_CASE("validate names the code that is none") {
  const test::Folder folder;
  const auto file = folder.write(
      "o.json",
      R"({"resourceType":"Observation","status":"fnal","code":{"text":"x"},"interpretation":[{"text":"y"},)"
      R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",)"
      R"("code":"ZZ"}]}]})");
  const auto ran = run({"validate", file});
  CHECK(holds(ran.out, "observation-status (fnal)"));
  CHECK(holds(ran.out, "v3-ObservationInterpretation|ZZ)"));
}

TEST_CASE("a time or a use case that is none is refused before anything is read") {
  const std::string sample =
      test::project_dir() + "/mappings/hl7v2/samples/ref-i12-social-prescribing.hl7";
  const auto wrong = GENERATE(std::vector<std::string>{"--now", "yesterday"},
                              std::vector<std::string>{"--now", "2026-11-22"},
                              std::vector<std::string>{"--use-case", "a|b c"});
  const auto ran = run({"translate", "--from", "hl7v2", wrong[0], wrong[1], sample});
  CHECK(ran.status == 2);
  CHECK(holds(ran.error, wrong[0]));
}

TEST_CASE("transform runs the first map over the source") {
  const test::Folder folder;
  const auto map = folder.write("name.map", R"(map "http://example.org/name" = "name"
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
uses "http://hl7.org/fhir/StructureDefinition/Basic" alias Basic as target
group name(source src : Patient, target tgt : Basic) {
  src.id as id -> tgt.id = id "id";
}
)");
  const auto source = folder.write("patient.json", patient);
  const auto ran = run({"transform", "--map", map, source});
  CAPTURE(ran.error);
  CHECK(ran.status == 0);
  CHECK(holds(ran.out, R"("resourceType": "Basic")"));
  CHECK(holds(ran.out, R"("id": "a")"));
  const auto wrong = folder.write("wrong.map", "map \"http://example.org/w\" = \"w\"\ngroup w(");
  const auto refused = run({"transform", "--map", wrong, source});
  CHECK(refused.status == 2);
  CHECK(holds(refused.error, "wrong.map:2:"));
}

TEST_CASE("mllp send prints the acknowledgement of mllp listen, which prints the message") {
  const test::Folder folder;
  const auto at = to_text(free_address());
  const auto message = folder.write(
      "message.hl7", "MSH|^~\\&|GP|A|FP|B|20261122090000||ADT^A01|M1|P|2.4\nPID|1||x\n");
  test::Program listen({"mllp", "listen", at, "--count", "1", "--timeout", "60"}, folder / "out",
                       folder / "error");
  REQUIRE(test::eventually([&] { return holds(test::read_file(folder / "error"), "listening"); }));
  const auto sent = run({"mllp", "send", at, message});
  CHECK(sent.status == 0);
  CHECK(holds(sent.out, "MSA|AA|M1"));
  CHECK(listen.wait(std::chrono::seconds(30)) == 0);
  CHECK(holds(test::read_file(folder / "out"), "PID|1||x\n"));
}

TEST_CASE("mllp listen gives up when nothing comes, and mllp send when nobody listens") {
  CHECK(run({"mllp", "listen", "127.0.0.1:0", "--timeout", "1"}).status == 1);
  CHECK(run({"mllp", "listen", "0.0.0.0:0", "--timeout", "1"}).status == 2);
  const test::Folder folder;
  const auto message = folder.write("m.hl7", "MSH|^~\\&|GP\r");
  CHECK(run({"mllp", "send", to_text(free_address()), message}).status == 2);
}

TEST_CASE("an extract is applied once, and one of an earlier day not after it") {
  const test::Folder folder;
  const auto write = [&](const std::string& day, const std::string& town) {
    const std::string time = "202611" + day;
    const auto at = folder / day;
    std::filesystem::create_directory(at);
    const auto file = [&](const std::string& table, const std::string& text) {
      folder.write(day + "/291_" + table + "_" + time + "020000_A1.csv", text);
    };
    file("Agreements_SharingOrganisation",
         "OrganisationGuid,IsActivated,Disabled,Deleted\r\n{00000000-0000-0000-0000-00000000000A},"
         "true,false,false\r\n");
    file("Admin_Patient",
         "PatientGuid,OrganisationGuid,Sex,Surname,NhsNumber,Town,Deleted\r\n"
         "{00000000-0000-0000-0000-0000000000A1},{00000000-0000-0000-0000-00000000000A},F,"
         "Winterbourne,9990000018," +
             town + ",false\r\n");
    return at.string();
  };
  const auto data = (folder / "data").string();
  const auto apply = [&](const std::string& from) {
    return run({"extract", "apply", "--from", "emis", "--data", data, from});
  };
  const auto today = write("22", "Leeds");
  const auto first = apply(today);
  CAPTURE(first.out, first.error);
  CHECK(first.status == 0);
  CHECK(holds(first.out, "20261122020000: 1 resource made or changed"));
  const auto again = apply(today);
  CHECK(again.status == 0);
  CHECK(holds(again.out, "20261122020000: applied before"));
  const auto late = apply(write("21", "York"));
  CHECK(late.status == 1);
  CHECK(holds(late.error, "a later extract was applied; the last was 20261122020000"));
  CHECK(apply(write("23", "York")).status == 0);
  CHECK(
      run({"extract", "apply", "--from", "emis", "--data", data, folder.path() + "/none"}).status ==
      1);
  CHECK(run({"check", "--data", data}).status == 0);
}

TEST_CASE("test-mappings runs the cases of a folder, and tells by its status whether they hold") {
  const test::Folder folder;
  const auto maps = folder / "mappings";
  std::filesystem::copy(test::project_dir() + "/mappings", maps,
                        std::filesystem::copy_options::recursive);
  const auto good = run({"test-mappings", maps.string()});
  CAPTURE(good.out, good.error);
  CHECK(good.status == 0);
  CHECK(holds(good.out, " passed, 0 failed, 0 skipped\n"));
  std::filesystem::create_directory(maps / "vision");
  folder.write("mappings/vision/a.test.json", R"({"cases":[{},{}]})");
  CHECK(run({"test-mappings", (maps / "vision").string()}).status == 2);
  folder.write("mappings/hl7v2/z.test.json",
               R"({"cases":[{"name":"it","sourceFile":"samples/none.hl7","checks":["true"]}]})");
  const auto bad = run({"test-mappings", maps.string()});
  CHECK(bad.status == 1);
  CHECK(bad.out.starts_with("hl7v2/z.test.json: it\n  does not translate: there is no such file"));
  CHECK(holds(bad.out, " passed, 1 failed, 2 skipped\n"));
  folder.write("mappings/hl7v2/z.test.json",
               R"({"cases":[{"name":"it","source":["MSH|"],"cheks":["true"]}]})");
  CHECK(holds(run({"test-mappings", maps.string()}).out, "nothing reads: cheks"));
  std::filesystem::remove(maps / "hl7v2/z.test.json");
  folder.write("mappings/vision/a.test.json", "{");
  CHECK(run({"test-mappings", maps.string()}).status == 1);
  folder.write("mappings/hl7v2/z.map", "map");
  CHECK(run({"test-mappings", maps.string()}).status == 1);
  CHECK(run({"test-mappings", folder.path() + "/none"}).status == 2);
}

TEST_CASE("config check names every mistake with its line") {
  const test::Folder folder;
  const auto good = folder.write("good.toml", "[http]\nlisten = \"127.0.0.1:0\"\n");
  CHECK(run({"config", "check", good}).status == 0);
  const auto bad = folder.write("bad.toml", "dat = 1\n[limits]\ndepth = -1\n");
  const auto ran = run({"config", "check", bad});
  CHECK(ran.status == 1);
  CHECK(holds(ran.error, "bad.toml:1: dat: no such key; is it data?"));
  CHECK(holds(ran.error, "bad.toml:3: limits.depth: is out of range"));
  const auto missing = folder.write(
      "missing.toml",
      "[fhir]\npackages = [\"none.tgz\"]\n[[partner]]\nid = \"a\"\nconcept_maps = [\"m.json\"]\n");
  const auto looked = run({"config", "check", missing});
  CHECK(looked.status == 1);
  CHECK(holds(looked.error, "missing.toml:2: fhir.packages: "));
  CHECK(holds(looked.error, "none.tgz: is not there"));
  CHECK(holds(looked.error, "missing.toml:5: partner a.concept_maps: "));
  folder.write("broken.json", "{");
  const auto wrong =
      folder.write("wrong.toml",
                   "[http]\nlisten = \"0.0.0.0:2575\"\n[mllp]\nlisten = \"0.0.0.0:2575\"\n"
                   "[[partner]]\nid = \"a\"\nconcept_maps = [\"broken.json\"]\n");
  const auto open = run({"config", "check", wrong});
  CHECK(open.status == 1);
  CHECK(holds(open.error, "HTTP would be reachable from other machines"));
  CHECK(holds(open.error, "MLLP would be reachable from other machines"));
  CHECK(holds(open.error, "mllp.listen: is the address of http.listen"));
  CHECK(holds(open.error, "broken.json: is no JSON"));
}
