#include "wire/xml.h"

#include "support/catch.h"

using namespace fingerpost;
using wire::XmlView;

namespace {

wire::XmlDocument parse(const std::string& text) {
  return wire::parse_xml(text, {}).value();
}

std::string refusal(const std::string& text, const Limits& limits = {}) {
  const auto document = wire::parse_xml(text, limits);
  return document ? "" : document.error().text + " at " + document.error().where;
}

// Every element, attribute and text with its namespace, as one line.
std::string shown(const XmlView& element) {
  std::string out = "<" + std::string(element.space()) + "|" + std::string(element.name());
  element.attributes([&](const wire::XmlToken& name, std::string_view value) {
    out += " " + element.document().spaces[name.space] + "|" + std::string(name.view()) + "=" +
           std::string(value);
  });
  out += ">" + std::string(element.text());
  element.each([&](const XmlView& child) { out += shown(child); });
  return out + "</>";
}

}  // namespace

TEST_CASE("XML is read to names in namespaces, attributes and text") {
  struct Row {
    std::string text, wanted;
  };
  const auto row = GENERATE(
      Row{"<a/>", "<|a></>"},
      Row{"<?xml version='1.0' encoding='ISO-8859-1'?>\n<!-- c --><a>\n  <b/>\n</a>\n",
          "<|a><|b></></>"},
      Row{"<a xmlns='u' b='1'><c xmlns=''/><d/></a>", "<u|a |b=1><|c></><u|d></></>"},
      Row{"<p:a xmlns:p='u' p:b='1'><p:c/><d/></p:a>", "<u|a u|b=1><u|c></><|d></></>"},
      Row{"<a xmlns:p='u'><b xmlns:p='v'><p:c/></b><p:c/></a>", "<|a><|b><v|c></></><u|c></></>"},
      Row{"<a b='x&#10;y&amp;&lt;&quot;'>1 &lt; 2<!-- c --> &#x20AC;<![CDATA[<&]]></a>",
          "<|a |b=x\ny&<\">1 < 2 \xE2\x82\xAC<&</>"},
      Row{"<a xml:lang='en'/>", "<|a http://www.w3.org/XML/1998/namespace|lang=en></>"},
      Row{"\xEF\xBB\xBF<a/>", "<|a></>"});
  CAPTURE(row.text);
  const auto document = parse(row.text);
  CHECK(shown(XmlView(document)) == row.wanted);
}

TEST_CASE("what is not XML, or not taken, is refused with its place") {
  struct Row {
    std::string text, wanted;
  };
  const auto row = GENERATE(
      Row{"", "no element is there at line 1, column 1"},
      Row{"<a>\n<b></a>",
          "an end tag of another element than the one that is open at line 2, column 6"},
      Row{"<a b='1' b='2'/>", "an attribute stands twice at line 1, column 10"},
      Row{"<a>&nbsp;</a>", "a reference to no character that is known at line 1, column 4"},
      Row{"<p:a/>", "a prefix is not declared at line 1, column 1"},
      Row{"<a p:b='1'/>", "a prefix is not declared at line 1, column 4"},
      Row{"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "a DOCTYPE is not taken at line 1, column 1"},
      Row{"<a/><b/>", "something stands after the root element at line 1, column 5"},
      Row{"<a>\xFF</a>", "the document is not UTF-8 at "},
      Row{"<a>\x01</a>", "a character that XML does not allow at line 1, column 4"},
      Row{std::string("\0<\0a\0/\0>", 8), "the document is not UTF-8 at "},
      Row{"\xFF\xFE<a/>", "the document is not UTF-8 at "});
  CAPTURE(row.text);
  CHECK(refusal(row.text) == row.wanted);
}

TEST_CASE("limits end the reading of XML") {
  std::string deep, end;
  for (int i = 0; i < 70; ++i) deep += "<a>", end += "</a>";
  CHECK(refusal(deep + end).starts_with("nested deeper than the limit depth"));
  Limits limits;
  limits.nodes = 3;
  CHECK(refusal("<a><b/></a>", limits).starts_with("more values than the limit nodes"));
  limits = {};
  limits.string_bytes = 5;
  CHECK(refusal("<a b='123456'/>", limits).starts_with("a text is over the limit string_bytes"));
  CHECK(refusal("<a>123\n456</a>", limits).starts_with("a text is over the limit string_bytes"));
  limits = {};
  limits.body_bytes = 3;
  CHECK(refusal("<a/>", limits).starts_with("the document is over the limit body_bytes"));
  std::string spaces = "<a";
  for (int i = 0; i < 300; ++i) {
    const auto number = std::to_string(i);
    spaces += " xmlns:p" + number + "='u" + number + "'";
  }
  CHECK(refusal(spaces + "/>").starts_with("too many namespaces"));
}

TEST_CASE("an element can be had as it was written") {
  const auto document = parse("<a>\n <b c='&amp;'>x<d/></b> <e /></a>");
  const auto b = XmlView(document).child("b");
  CHECK(b.source() == "<b c='&amp;'>x<d/></b>");
  CHECK(b["c"] == "&");
  CHECK(b.next().source() == "<e />");
  CHECK_FALSE(b.next().next());
  CHECK(XmlView(document).child("nothing")["c"] == "");
}

TEST_CASE("what is written as text or attribute is read back the same") {
  const std::string text = "a&b<c>d\"e'\n\r\t \xE2\x82\xAC \xEF\xBF\xBD x";
  std::string out = "<a b=\"";
  wire::write_xml_text(out, text);
  out += "\">";
  wire::write_xml_text(out, text);
  out += "</a>";
  const auto document = parse(out);
  CHECK(XmlView(document)["b"] == text);
  CHECK(XmlView(document).text() == text);
}

TEST_CASE("a character that XML cannot hold becomes U+FFFD") {
  std::string out;
  wire::write_xml_text(out, "a\x01z\x1F \xEF\xBF\xBE\xEF\xBF\xBF");
  CHECK(out == "a\xEF\xBF\xBDz\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD");
}
