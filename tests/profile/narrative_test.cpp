#include "profile/narrative.h"

#include <catch2/catch.hpp>

using namespace fingerpost;

namespace {

std::size_t errors(const std::string& content) {
  return profile::narrative_errors("<div xmlns=\"http://www.w3.org/1999/xhtml\">" + content +
                                   "</div>")
      .size();
}

}  // namespace

TEST_CASE("a narrative has XML's entities, the no-break space and characters by number alone") {
  const auto* const good = GENERATE("a", "&amp;", "&nbsp;", "&#160;", "&#x10FFFF;", "&lt;&gt;");
  CHECK(errors(good) == 0);
  const auto* const bad =
      GENERATE("&", "& amp;", "&copy;", "&;", "&#;", "&#xG;", "&aVeryLongNameIndeed;", "&amp");
  CHECK(errors(bad) == 1);
}

TEST_CASE("a narrative of ampersands alone is read in one go") {
  CHECK(errors(std::string(4 << 20, '&')) == 1);
}

TEST_CASE("a narrative is a div in the namespace of XHTML") {
  struct Row {
    const char* div;
    std::size_t errors;
  };
  const auto row = GENERATE(values<Row>({
      {"<div xmlns='http://www.w3.org/1999/xhtml'>a</div>", 0},
      {" <div xmlns=\"http://www.w3.org/1999/xhtml\"><div>a</div></div>\n", 0},
      {"<div>a</div>", 1},
      {"<div class=\"a\">a</div>", 1},
      {"<div><div xmlns=\"http://www.w3.org/1999/xhtml\">a</div></div>", 1},
      {"<div xmlns:h=\"http://www.w3.org/1999/xhtml\">a</div>", 1},
      {"<div xmlns=\"http://hl7.org/fhir\">a</div>", 1},
      {"<div xmlns=\"\">a</div>", 1},
  }));
  CAPTURE(row.div);
  CHECK(profile::narrative_errors(row.div).size() == row.errors);
}

TEST_CASE("a narrative leads to nothing that may run a script, however it is written") {
  const auto* const bad = GENERATE(
      "javascript:alert(1)", "JavaScript:a", " javascript:a", "\tjava\nscript:a",
      "&#1;javascript:a", "&#106;avascript:a", "&#x6A;avascript&#58;a", "java&#9;script:a",
      "java&#x0000A;script:a", "vbscript:a", "data:text/html,a", "DATA:text/html;base64,PHM+",
      "data: text/html,a", "data:image/svg+xml,a", "data:application/xhtml+xml,a");
  CAPTURE(bad);
  const auto* const link = GENERATE("<a href=\"@\">x</a>", "<img src='@' alt=\"x\"/>",
                                    "<q cite=\"@\">x</q>", "<img longdesc=\"@\"/>");
  std::string text(link);
  CHECK(errors(text.replace(text.find('@'), 1, bad)) == 1);
}

TEST_CASE("links and pictures of a narrative are let be") {
  const auto* const good = GENERATE("http://a.example/javascript:a", "#a", "mailto:a@a.example",
                                    "data:image/png;base64,aaaa", "data:,a", "javascripts",
                                    "Patient/1", "x?y=javascript:1&amp;z=1", "&#233;");
  CAPTURE(good);
  CHECK(errors("<a href=\"" + std::string(good) + "\">x</a>") == 0);
}
