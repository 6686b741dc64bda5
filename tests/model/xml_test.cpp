#include "model/xml.h"

#include "model/xml_fits.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/files.h"
#include "support/json.h"

using namespace fingerpost;
using test::definitions;

namespace {

const std::string patient = "<Patient xmlns=\"http://hl7.org/fhir\">";

std::string as_json(const model::ReadTree& read) {
  std::string out;
  model::write_json(definitions(), read.tree, read.tree.root(), out);
  return out;
}

std::string as_xml(const model::ReadTree& read, model::Pretty pretty = model::Pretty::no) {
  std::string out;
  model::write_xml(definitions(), read.tree, read.tree.root(), out, pretty);
  return out;
}

std::string issues_of(const model::ReadTree& read) {
  std::string out;
  for (const auto& issue : read.issues) out += issue.expression + ": " + issue.text + "\n";
  return out;
}

}  // namespace

TEST_CASE("every official R4 example goes to XML and comes back the same") {
  Limits limits;
  limits.depth = 128;
  int count = 0;
  for (const auto& file : test::r4_examples()) {
    const auto name = file.filename().string();
    const auto text = test::read_file(file);
    CAPTURE(name);
    const auto read = model::read_json(definitions(), text, limits);
    REQUIRE(read);
    const auto again = model::read_xml(definitions(), as_xml(*read), limits);
    REQUIRE(again);
    CHECK(issues_of(*again) == "");
    if (test::sorted_json(as_json(*again)) != test::sorted_json(text)) FAIL_CHECK("differs");
    ++count;
  }
  CHECK(count > 5000);
}

TEST_CASE("XML and JSON say the same") {
  struct Row {
    std::string xml, json;
  };
  const auto row = GENERATE(
      Row{"<active value=\"true\"/>", R"("active":true)"},
      Row{"<birthDate id=\"x\" value=\"1970-03\"/>",
          R"("birthDate":"1970-03","_birthDate":{"id":"x"})"},
      Row{"<birthDate><extension url=\"u\"><valueCode value=\"c\"/></extension></birthDate>",
          R"("_birthDate":{"extension":[{"url":"u","valueCode":"c"}]})"},
      Row{"<name id=\"n\"><given value=\"a&#10;&amp;\"/><given value=\"b\"/></name>",
          R"("name":[{"id":"n","given":["a\n&","b"]}])"},
      Row{"<text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">a<b>c"
          "</b>&lt;</div></text>",
          R"("text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a<b>c)"
          R"(</b>&lt;</div>"})"},
      Row{"<contained><Organization><id value=\"o\"/></Organization></contained>",
          R"("contained":[{"resourceType":"Organization","id":"o"}])"},
      Row{"<multipleBirthInteger value=\"2\"/>", R"("multipleBirthInteger":2)"},
      Row{"<extension url=\"u\"><valueDecimal value=\"1.10\"/></extension>",
          R"("extension":[{"url":"u","valueDecimal":1.10}])"});
  const auto xml = patient + row.xml + "</Patient>";
  const auto json = R"({"resourceType":"Patient",)" + row.json + "}";
  CAPTURE(xml);
  const auto from_xml = model::read_xml(definitions(), xml, {});
  REQUIRE(from_xml);
  CHECK(issues_of(*from_xml) == "");
  CHECK(test::sorted_json(as_json(*from_xml)) == test::sorted_json(json));
  const auto from_json = model::read_json(definitions(), json, {});
  REQUIRE(from_json);
  CHECK(as_xml(*from_json) == xml);
}

TEST_CASE("what FHIR's XML does not allow is reported, and the rest is read") {
  struct Row {
    std::string xml, issues;
  };
  const auto row = GENERATE(
      Row{"<birthDate value=\"1970\"/><active value=\"true\"/>",
          "Patient.active: stands after an element that it must precede\n"},
      Row{"<active value=\"true\"/><active value=\"true\"/>",
          "Patient.active: must not be repeated\n"},
      Row{"<active value=\"\"/>", "Patient.active: a value must not be empty\n"},
      Row{"<nothing value=\"1\"/>", "Patient.nothing: no such element here\n"},
      Row{"<active xmlns=\"urn:other\" value=\"true\"/>", "Patient.active: no such element here\n"},
      Row{"<active valeu=\"true\"/>", "Patient.active.valeu: no such attribute here\n"},
      Row{"<name>text</name>",
          "Patient.name[0]: text is not taken here\nPatient.name[0]: an element must not be "
          "empty\n"},
      Row{"<n9990000018 value=\"1\"/>", "Patient.?: no such element here\n"},
      Row{"<contained/>", "Patient.contained[0]: must hold one resource\n"},
      Row{"<contained><Nobody/></contained>",
          "Patient.contained[0].Nobody: is no known resource\n"});
  CAPTURE(row.xml);
  const auto read =
      model::read_xml(definitions(), patient + "<id value=\"a\"/>" + row.xml + "</Patient>", {});
  REQUIRE(read);
  CHECK(issues_of(*read) == row.issues);
}

TEST_CASE("XML that is no resource is refused") {
  struct Row {
    std::string xml, error;
  };
  const auto row = GENERATE(Row{"<Patient/>", "the root is not in the namespace"},
                            Row{"<Nobody xmlns=\"http://hl7.org/fhir\"/>", "no known resource"},
                            Row{"<!DOCTYPE Patient><Patient/>", "a DOCTYPE is not taken"},
                            Row{"{}", "text stands outside the root element"});
  const auto read = model::read_xml(definitions(), row.xml, {});
  REQUIRE_FALSE(read);
  CHECK(read.error().text.find(row.error) != std::string::npos);
}

TEST_CASE("a resource in a namespace with a prefix, in an envelope, is read") {
  const auto document = wire::parse_xml(
      "<e xmlns:f=\"http://hl7.org/fhir\"><f:Patient><f:active value=\"true\"/>"
      "</f:Patient></e>",
      {});
  REQUIRE(document);
  const auto read = model::read_xml(definitions(), wire::XmlView(*document).first(), {});
  REQUIRE(read);
  CHECK(as_json(*read) == R"({"resourceType":"Patient","active":true})");
}

TEST_CASE("a number that JSON cannot hold as it stands stays a text, but for its plus") {
  const auto read = model::read_xml(
      definitions(),
      "<Observation xmlns=\"http://hl7.org/fhir\"><component><valueInteger value=\"+5\"/>"
      "</component><component><valueQuantity><value value=\"1,5\"/></valueQuantity></component>"
      "</Observation>",
      {});
  REQUIRE(read);
  CHECK(as_json(*read) == R"({"resourceType":"Observation","component":[{"valueInteger":5},)"
                          R"({"valueQuantity":{"value":"1,5"}}]})");
}

TEST_CASE("a narrative that is no XML does not end the document around it") {
  const auto read = model::read_json(
      definitions(),
      R"({"resourceType":"Patient","text":{"status":"empty","div":"</text><active/>"}})", {});
  REQUIRE(read);
  CHECK(as_xml(*read) == patient +
                             "<text><status value=\"empty\"/><div xmlns=\"http://www.w3.org/1999/"
                             "xhtml\">&lt;/text&gt;&lt;active/&gt;</div></text></Patient>");
}

TEST_CASE("a narrative becomes a div of XHTML in XML, and what was none is not said to fit") {
  const std::string start = "<div xmlns=\"http://www.w3.org/1999/xhtml\"";
  struct Row {
    std::string div, xml;
    bool fits;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {start + ">a</div>", start + ">a</div>", true},
      {" " + start + "><b>a</b>&nbsp;&amp;</div>\n", start + "><b>a</b>&#160;&amp;</div>", true},
      {"<div>a</div>", start + ">a</div>", false},
      {"<div class=\"a\"><p>b</p></div>", start + " class=\"a\"><p>b</p></div>", false},
      {"<div/>", start + "/>", false},
      {"<div xmlns=\"\">a</div>", start + ">&lt;div xmlns=&quot;&quot;&gt;a&lt;/div&gt;</div>",
       false},
      {"<divide>a</divide>", start + ">&lt;divide&gt;a&lt;/divide&gt;</div>", false},
      {"<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>",
       start + ">&lt;p xmlns=&quot;http://www.w3.org/1999/xhtml&quot;&gt;a&lt;/p&gt;</div>", false},
      {"a & b", start + ">a &amp; b</div>", false},
      {"<div>a", start + ">&lt;div&gt;a</div>", false},
  }));
  CAPTURE(row.div);
  std::string escaped;
  for (const char c : row.div)
    if (c == '\n')
      escaped += "\\n";
    else
      (c == '"' ? escaped += '\\' : escaped) += c;
  const auto read = model::read_json(definitions(),
                                     R"({"resourceType":"Bundle","entry":[{"resource":{
      "resourceType":"Patient","text":{"status":"generated","div":")" +
                                         escaped + R"("}}}]})",
                                     {});
  REQUIRE(read);
  const auto xml = as_xml(*read);
  CHECK(xml.find("<status value=\"generated\"/>" + row.xml + "</text>") != std::string::npos);
  const auto again = model::read_xml(definitions(), xml, {});
  REQUIRE(again);
  CHECK(issues_of(*again) == "");
  CHECK(as_xml(*again) == xml);
  const auto fits = model::fits_xml(definitions(), read->tree, read->tree.root());
  CHECK((fits ? "" : fits.error().where) ==
        std::string(row.fits ? "" : "Bundle.entry[0].resource.text.div"));
}

TEST_CASE("a narrative's namespace is declared once, wherever the source has it") {
  const std::string space = "xmlns=\"http://www.w3.org/1999/xhtml\"";
  struct Row {
    std::string tag, kept;
  };
  const auto row =
      GENERATE_COPY(Row{"<div title=\"a>b\" " + space + ">", "<div title=\"a>b\" " + space + ">"},
                    Row{"<div xmlns = 'http://www.w3.org/1999/xhtml'>",
                        "<div xmlns = 'http://www.w3.org/1999/xhtml'>"});
  const auto read =
      model::read_xml(definitions(), patient + "<text>" + row.tag + "x</div></text></Patient>", {});
  REQUIRE(read);
  CHECK(as_xml(*read) == patient + "<text>" + row.kept + "x</div></text></Patient>");
}

TEST_CASE("a div of another namespace is a text in the narrative, and stays one") {
  const auto read = model::read_json(
      definitions(),
      R"({"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"urn:a\">b</div>"}})",
      {});
  REQUIRE(read);
  const auto xml = as_xml(*read);
  const auto again = model::read_xml(definitions(), xml, {});
  REQUIRE(again);
  CHECK(issues_of(*again) == "");
  CHECK(as_xml(*again) == xml);
}

TEST_CASE("pretty XML has a line for each element") {
  const auto read = model::read_json(
      definitions(), R"({"resourceType":"Patient","id":"a","name":[{"family":"b"}]})", {});
  REQUIRE(read);
  CHECK(as_xml(*read, model::Pretty::yes) ==
        patient +
            "\n  <id value=\"a\"/>\n  <name>\n    <family value=\"b\"/>\n  </name>\n</Patient>");
}

TEST_CASE("a character that XML cannot carry is found where it stands") {
  struct Row {
    const char* value;
    const char* where;
  };
  const auto row =
      GENERATE(Row{"a\\u0001b", "Patient.name[1].family"}, Row{"\\uffff", "Patient.name[1].family"},
               Row{"a\\tb\\nc\\r", ""}, Row{"\\u007f", ""});
  CAPTURE(row.value);
  const auto read = model::read_json(test::definitions(),
                                     R"({"resourceType":"Patient","name":[{"family":"A"},
      {"family":")" + std::string(row.value) +
                                         R"("}]})",
                                     {});
  REQUIRE(read);
  const auto fits = model::fits_xml(test::definitions(), read->tree, read->tree.root());
  CHECK((fits ? "" : fits.error().where) == std::string(row.where));
}
