#include "patch/patch.h"
#include "support/catch.h"

using namespace fingerpost;

namespace {

std::string patient(const std::string& content) {
  return "<Patient xmlns=\"http://hl7.org/fhir\">" + content + "</Patient>";
}

const std::string content =
    "<name><given value=\"a\"/><given value=\"b\"/></name>"
    "<telecom><system value=\"phone\"/><value value=\"1\"/></telecom>"
    "<telecom><system value=\"email\"/><value value=\"2\"/></telecom>";

std::string patched(const std::string& resource, const std::string& operations) {
  const auto made =
      patch::apply_xml(resource,
                       "<diff xmlns:f=\"http://hl7.org/fhir\" xmlns=\"http://hl7.org/fhir\">" +
                           operations + "</diff>",
                       {});
  return made ? *made : "error: " + made.error().text + " at " + made.error().where;
}

}  // namespace

TEST_CASE("each operation of an XML patch changes what its sel names") {
  struct Row {
    std::string operation, content;
  };
  const std::string name = "<name><given value=\"a\"/><given value=\"b\"/></name>";
  const std::string phone = "<telecom><system value=\"phone\"/><value value=\"1\"/></telecom>";
  const std::string email = "<telecom><system value=\"email\"/><value value=\"2\"/></telecom>";
  const auto row = GENERATE_COPY(
      Row{"<replace sel=\"f:Patient/f:name/f:given[2]/@value\">c</replace>",
          "<name><given value=\"a\"/><given value=\"c\"/></name>" + phone + email},
      Row{"<replace sel=\"/Patient/telecom[system/@value='email']/value\"><value value=\"3\"/>"
          "</replace>",
          name + phone + "<telecom><system value=\"email\"/><value value=\"3\"/></telecom>"},
      Row{"<remove sel=\"Patient/telecom[1]\"/>", name + email},
      Row{"<remove sel=\"Patient/name/given[@value='a']\"/>",
          "<name><given value=\"b\"/></name>" + phone + email},
      Row{"<add sel=\"Patient\"><gender value=\"other\"/></add>",
          name + phone + email + "<gender value=\"other\"/>"},
      Row{"<add sel=\"Patient\" pos=\"prepend\"><active value=\"true\"/></add>",
          "<active value=\"true\"/>" + name + phone + email},
      Row{"<add sel=\"Patient/name/given[1]\" pos=\"after\"><given value=\"x\"/></add>",
          "<name><given value=\"a\"/><given value=\"x\"/><given value=\"b\"/></name>" + phone +
              email},
      Row{"<add sel=\"Patient/name/given[1]\" pos=\"before\"><given value=\"x\"/></add>",
          "<name><given value=\"x\"/><given value=\"a\"/><given value=\"b\"/></name>" + phone +
              email},
      Row{"<add sel=\"Patient/name\" type=\"@id\">n</add>",
          "<name id=\"n\"><given value=\"a\"/><given value=\"b\"/></name>" + phone + email});
  CAPTURE(row.operation);
  CHECK(patched(patient(content), row.operation) == patient(row.content));
}

TEST_CASE("an XML patch that cannot be applied says which operation, and why") {
  struct Row {
    std::string operation, error;
  };
  const auto row =
      GENERATE(Row{"<add><a/></add>", "needs sel at diff/add[1]"},
               Row{"<change sel=\"Patient\"/>", "an operation is add"},
               Row{"<remove sel=\"Patient\"/>", "one root"},
               Row{"<remove sel=\"Person/name\"/>", "another element than the root"},
               Row{"<remove sel=\"Patient/nothing\"/>", "sel gives nothing"},
               Row{"<remove sel=\"Patient/telecom\"/>", "sel gives several"},
               Row{"<remove sel=\"Patient/telecom[3]\"/>", "sel gives nothing"},
               Row{"<remove sel=\"Patient/telecom[0]\"/>", "sel gives nothing"},
               Row{"<remove sel=\"Patient/telecom[last()]\"/>", "neither [N] nor"},
               Row{"<remove sel=\"Patient/telecom[system\"/>", "an open bracket"},
               Row{"<remove sel=\"Patient//given\"/>", "without a name"},
               Row{"<remove sel=\"\"/>", "sel is empty"},
               Row{"<remove sel=\"Patient/name/@id/x\"/>", "after an attribute"},
               Row{"<replace sel=\"Patient/name\">text</replace>", "one of its kind"},
               Row{"<replace sel=\"Patient/name\"/>", "one of its kind"},
               Row{"<add sel=\"Patient/name\" pos=\"inside\"><a/></add>", "pos is before"},
               Row{"<add sel=\"Patient/name\" type=\"@a b\">n</add>", "type names an attribute"},
               Row{"<add sel=\"Patient/telecom[1]/value\" type=\"@value\">n</add>", "is there"},
               Row{"<remove sel=\"Patient/name\"/><remove sel=\"Patient/name\"/>",
                   "sel gives nothing at diff/remove[2]"});
  CAPTURE(row.operation);
  const auto said = patched(patient(content), row.operation);
  CHECK(said.starts_with("error: "));
  CHECK(said.find(row.error) != std::string::npos);
}

TEST_CASE("a narrative stays as it was written when something else is patched") {
  const std::string text =
      "<text><status value=\"generated\"/><div xmlns=\"http://www.w3.org/1999/xhtml\"><b>a</b> "
      "<i>b</i>&#160;</div></text>";
  CHECK(patched(patient(text + "<active value=\"true\"/>"),
                "<replace sel=\"Patient/active/@value\">false</replace>") ==
        patient(text + "<active value=\"false\"/>"));
  CHECK(patched(patient(text), "<add sel=\"Patient/text/div\"><b/></add>").find("in a narrative") !=
        std::string::npos);
}
