// Texts are read in time in proportion to their size, whatever stands in them.

#include "support/cost.h"

#include "wire/csv.h"
#include "wire/hl7v2.h"
#include "wire/json.h"
#include "wire/xml.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using test::listed;
using test::repeated;

namespace {

// A text of about n parts.
struct Row {
  const char* name;
  std::string (*text)(int n);
};

std::string number(int i) {
  return std::to_string(i);
}
std::string many(int n, const std::string& part) {
  std::string made;
  for (int i = 0; i < n; ++i) made += part;
  return made;
}
template <class Item>
std::string each(int n, Item&& item) {
  std::string made;
  for (int i = 0; i < n; ++i) made += item(number(i));
  return made;
}

template <class Read>
void check_rows(const Row& row, int n, Read&& read) {
  CAPTURE(row.name);
  test::check_linear_time(
      [&](int size) { return [text = row.text(size), read] { REQUIRE(read(text)); }; }, n);
}

}  // namespace

TEST_CASE("JSON is read in time in proportion to it") {
  const auto row = GENERATE(
      Row{"items", [](int n) { return "[" + repeated(n, R"({"a":[1,"b",null]})") + "]"; }},
      Row{"members",
          [](int n) {
            return "{" + listed(n, [](int i) { return "\"m" + number(i) + "\":" + number(i); }) +
                   "}";
          }},
      Row{"members of like names",
          [](int n) {
            return "{" +
                   listed(n,
                          [](int i) { return "\"" + std::string(60, 'm') + number(i) + "\":0"; }) +
                   "}";
          }},
      Row{"text", [](int n) { return "\"" + many(n, "text of a note ") + "\""; }},
      Row{"escapes", [](int n) { return "\"" + many(n, R"(\n\u00e9\ud83d\ude00)") + "\""; }},
      Row{"spaces", [](int n) { return many(n, " \n\t ") + "1" + many(n, "    "); }},
      Row{"digits", [](int n) { return "1." + many(n, "0123456789"); }});
  check_rows(row, 2000,
             [](const std::string& text) { return wire::parse_json(text, {}).has_value(); });
}

TEST_CASE("XML is read in time in proportion to it") {
  const auto row = GENERATE(
      Row{"elements", [](int n) { return "<a>" + many(n, "<b c='d'><e/></b>") + "</a>"; }},
      Row{"names",
          [](int n) {
            return "<a>" + each(n, [](const std::string& i) { return "<b" + i + "/>"; }) + "</a>";
          }},
      Row{"attributes",
          [](int n) {
            return "<a" + each(n, [](const std::string& i) { return " b" + i + "='c'"; }) + "/>";
          }},
      Row{"one prefix, declared by each",
          [](int n) { return "<a>" + many(n, "<p:b xmlns:p='urn:p'/>") + "</a>"; }},
      Row{"many prefixes",
          [](int n) {
            return "<a" +
                   each(200,
                        [](const std::string& i) { return " xmlns:p" + i + "='urn:" + i + "'"; }) +
                   ">" + many(n, "<p0:b p0:c='d'/><p199:b/>") + "</a>";
          }},
      Row{"text", [](int n) { return "<a>" + many(n, "text of a note ") + "</a>"; }},
      Row{"references",
          [](int n) {
            return "<a b='" + many(n, "&lt;&#233;") + "'>" + many(n, "&amp;&#x1F600;") + "</a>";
          }},
      Row{"pieces of text",
          [](int n) { return "<a>" + many(n, "b<!-- c -->d<![CDATA[<e>]]>") + "</a>"; }},
      Row{"comments",
          [](int n) { return many(n, "<!-- - -->") + "<a>" + many(n, "<?b c?>") + "</a>"; }},
      Row{"lines", [](int n) { return "<a>" + many(n, "\r\n <b/>") + "</a>"; }});
  check_rows(row, 1000,
             [](const std::string& text) { return wire::parse_xml(text, {}).has_value(); });
}

TEST_CASE("HL7 v2 is split in time in proportion to it") {
  const auto row =
      GENERATE(Row{"segments", [](int n) { return many(n, "NTE|1||a note\r"); }},
               Row{"fields", [](int n) { return "ZZZ" + many(n, "|a") + "\r"; }},
               Row{"lines in text", [](int n) { return "NTE|1||" + many(n, "a note\n ") + "\r"; }},
               Row{"empty lines", [](int n) { return many(n, "\r\n") + "NTE|1\r"; }});
  check_rows(row, 2000, [](const std::string& text) {
    const auto message = "MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.4\r" + text;
    const auto by = wire::read_delimiters(message);
    Issues issues;
    return by && wire::split_segments(message, *by, {}, issues);
  });
}

TEST_CASE("CSV is read in time in proportion to it") {
  const auto row =
      GENERATE(Row{"rows", [](int n) { return many(n, "a,b,\"c\"\n"); }},
               Row{"quotes", [](int n) { return "\"" + many(n, "a\"\"b") + "\"\n"; }},
               Row{"lines within quotes", [](int n) { return "\"" + many(n, "a\nb,") + "\"\n"; }},
               Row{"rows that are broken", [](int n) { return many(n, "a\"b,c\n"); }},
               Row{"quotes that do not end", [](int n) { return many(n, "\"a\n"); }});
  check_rows(row, 2000, [](const std::string& text) {
    wire::CsvReader reader(text);
    while (reader.next() != wire::CsvReader::Next::end) {
    }
    return true;
  });
}
