#include "profile/narrative.h"

#include "model/json.h"
#include "profile/active_content.h"
#include "profile/validate.h"
#include "support/catch.h"
#include "support/cost.h"
#include "support/definitions.h"
#include "support/validator.h"

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

namespace {

// What the two validations say of a resource with this content in its narrative's div.
struct Verdicts {
  Issues types, invariants;
};
Verdicts verdicts(const std::string& content) {
  std::string div = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p>" + content + "</div>";
  auto read = model::read_json(
      test::definitions(),
      R"({"resourceType":"Basic","text":{"status":"generated","div":"-"},"code":{"text":"a"}})",
      {});
  REQUIRE(read);
  const auto& names = test::definitions().names();
  const auto text = read->tree.child(read->tree.root(), names.find("text"));
  read->tree.set(read->tree.child(text, names.find("div")), Shape::string, div);
  static const auto codes = terminology::core(test::definitions());
  static const profile::Validator validator(test::definitions(), &codes);
  return {profile::validate(test::definitions(), read->tree, read->tree.root(), {}),
          validator.validate(read->tree, read->tree.root(), {}, {})};
}

bool refused_at_div(const Issues& issues) {
  return std::any_of(issues.begin(), issues.end(), [](const Issue& issue) {
    return issue.severity == Severity::error && issue.expression == "Basic.text.div";
  });
}

constexpr const char* attacks[] = {
    // elements that run, load, or change how the rest is read
    "<script>a()</script>",
    "<script src=\"//a.example/a.js\"/>",
    "<SCRIPT>a()</SCRIPT>",
    "<script\t>a()</script >",
    "<script/x>a()</script>",
    "<scr<script>ipt>a()",
    "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">a()</h:script>",
    "<iframe src=\"https://a.example\"></iframe>",
    "<iframe srcdoc=\"&lt;script&gt;a()&lt;/script&gt;\"/>",
    "<frameset><frame src=\"a\"/></frameset>",
    "<object data=\"a.swf\"></object>",
    "<embed src=\"a.swf\"/>",
    "<applet code=\"A.class\"/>",
    "<form action=\"https://a.example\"><input name=\"pin\"/></form>",
    "<style>p{color:red}</style>",
    "<svg><a/></svg>",
    "<svg onload=\"a()\"/>",
    "<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\"/>",
    "<math><mi>x</mi></math>",
    "<base href=\"https://a.example/\"/>",
    "<meta http-equiv=\"refresh\" content=\"0\"/>",
    "<link rel=\"stylesheet\" href=\"a.css\"/>",
    "<template><p>a</p></template>",
    "<noscript><p title=\"</noscript><img src='x' onerror='a()'>\"></p></noscript>",
    "<xmp><p title=\"</xmp><script>a()</script>\"/></xmp>",
    "<textarea>a</textarea>",
    "<plaintext>",
    "<audio src=\"a\"/>",
    "<video poster=\"a\"/>",
    // events
    "<p onclick=\"a()\">b</p>",
    "<p ONCLICK='a()'>b</p>",
    "<p OnMouseOver=a()>b</p>",
    "<img src=\"x\" onerror=\"a()\"/>",
    "<img src=\"x\"onerror=\"a()\"/>",
    "<img/src=\"x\"/onerror=a()>",
    "<img src=x\nonerror\n=\na()>",
    "<p title='>' onclick='a()'>b</p>",
    "<p title=\"<img src='x' onerror='a()'>\">b</p>",
    "<p oncontentvisibilityautostatechange=\"a()\">b</p>",
    "<p x=y=z onfocus=a() tabindex=1>b</p>",
    "<img src=x onerror=a()//",
    // attributes that load
    "<td background=\"https://a.example/a\"/>",
    "<img srcset=\"https://a.example/a 1x\"/>",
    "<button formaction=\"https://a.example\">b</button>",
    "<a href=\"#a\" ping=\"https://a.example\">b</a>",
    // links
    "<a href=\"javascript:a()\">b</a>",
    "<a HREF=\"JaVaScRiPt:a()\">b</a>",
    "<a href=\" javascript:a()\">b</a>",
    "<a href=\"\tjavascript:a()\">b</a>",
    "<a href=\"java\tscript:a()\">b</a>",
    "<a href=\"java\r\nscript:a()\">b</a>",
    "<a href=\"\x01javascript:a()\">b</a>",
    "<a href=\"java\x1fscript:a()\">b</a>",
    "<a href=\"&#x1;javascript:a()\">b</a>",
    "<a href=\"&#106;avascript:a()\">b</a>",
    "<a href=\"&#0000000000106avascript:a()\">b</a>",
    "<a href=\"&#x6A&#x61;vascript&#58;a()\">b</a>",
    "<a href=\"javascript&colon;a()\">b</a>",
    "<a href=\"java&Tab;script:a()\">b</a>",
    "<a href=\"java&NewLine;script:a()\">b</a>",
    "<a href=javascript:a()>b</a>",
    "<a href=\"vbscript:a()\">b</a>",
    "<a href=\"v b\tscript:a()\">b</a>",
    "<a x:href=\"javascript:a()\" xmlns:x=\"http://www.w3.org/1999/xlink\">b</a>",
    "<a xml:base=\"javascript:a()//\" href=\"#\">b</a>",
    "<a href=\"data:text/html,b\">b</a>",
    "<a href=\"data:text/html;base64,PHM+\">b</a>",
    "<a href=\" d&#97;ta:TEXT/HTML,b\">b</a>",
    "<img src=\"data:image/svg+xml,b\"/>",
    "<a href=\"data:application/xhtml+xml,b\">b</a>",
    "<a href=\"data:application/javascript,a()\">b</a>",
    "<q cite=\"javascript:a()\">b</q>",
    "<img longdesc=\"vbscript:a()\"/>",
    // styles
    "<p style=\"background:url(javascript:a())\">b</p>",
    "<p style=\"background:url('https://a.example/a.png')\">b</p>",
    "<p style=\"background:url(//a.example/a.png)\">b</p>",
    "<p style=\"background:u\\72l(https://a.example)\">b</p>",
    "<p style=\"background:u&#x72;l(https://a.example)\">b</p>",
    "<p style=\"width:expression(a())\">b</p>",
    "<p style=\"width:ex/**/pression(a())\">b</p>",
    "<p style=\"width:EXPRESSION&lpar;a())\">b</p>",
    "<p style=\"-moz-binding:url(a.xml#b)\">b</p>",
    "<p style=\"behavior:url(a.htc)\">b</p>",
    "<p style=\"content:'/*';background:url(https://a.example)\">b</p>",
    "<p style=\"@import 'a.css'\">b</p>",
    // where XML and HTML do not read the same
    "<!--><script>a()</script>-->",
    "<!-- --!><script>a()</script>-->",
    "<![CDATA[><script>a()</script>]]>",
    "<?a ><script>a()</script>?>",
    "<?xml-stylesheet href=\"a.xsl\"?>",
    "<!ENTITY a SYSTEM \"file:///a\">",
};

constexpr const char* harmless[] = {
    "<p class=\"a\" id=\"b\">c</p>",
    "<a href=\"https://a.example/?b=javascript:c\">d</a>",
    "<a href=\"https://a.example/#javascript\">the javascript: scheme &lt;script&gt;</a>",
    "<a href=\"mailto:a@a.example\">b</a>",
    "<a href=\"Patient/1\" title=\"javascript: what it is\">b</a>",
    "<a href=\"&#233;javascript:a\">b</a>",
    "<a name=\"script\">onclick=\"a()\"</a>",
    "<img src=\"data:image/png;base64,aaaa\" alt=\"a\"/>",
    "<img src=\"https://a.example/a.png\" alt=\"onerror\"/>",
    "<img src=\"#a\" alt=\"a &gt; b\"/>",
    "<a href=\"data:text/plain,a\">b</a>",
    "<a href=\"data:application/pdf;base64,aaaa\">b</a>",
    "<p style=\"color: red; text-align:center\">b</p>",
    "<p style=\"background-image: url(tbl_bck1.png)\">b</p>",
    "<p style=\"background: 0 url(data: image/png;base64,aaaa)\">b</p>",
    "<p style=\"color: rgb(1, 2, 3)\">b</p>",
    "<!-- <script>a()</script> -->",
    "<p xmlns:one=\"urn:a\" xml:lang=\"en\">b</p>",
    "<table border=\"1\"><tbody><tr><td colspan=\"2\">on</td></tr></tbody></table>",
    "<p title=\"'\">it's</p><p title='\"'>&quot;</p>",
    "<pre>if (a &lt; b) url(c)</pre>",
    "<font color=\"red\">formaction</font>",
    "<p>&#60;script&#62;</p>",
};

}  // namespace

TEST_CASE("X5: a narrative with active content is refused, whether by types alone or with all") {
  for (const auto* const attack : attacks) {
    CAPTURE(attack);
    const auto found = verdicts(attack);
    CHECK(refused_at_div(found.types));
    CHECK(refused_at_div(found.invariants));
  }
}

TEST_CASE("X5: a narrative that runs nothing is accepted, whether by types alone or with all") {
  for (const auto* const content : harmless) {
    CAPTURE(content);
    const auto found = verdicts(content);
    CHECK_FALSE(has_errors(found.types));
    CHECK_FALSE(has_errors(found.invariants));
  }
}

TEST_CASE("X5: by types alone nothing is asked of a narrative but that it runs nothing") {
  const auto* const content =
      GENERATE("<button>b</button>", "<input type=\"checkbox\"/>", "<p data-a=\"b\">c</p>", "<p>",
               "</i>", "a < b", "& &copy; &", "<details open=\"\">a</details>", "<!DOCTYPE html>",
               "<p title=a>b</p>", "<a href=\"#none\">b</a>", "<o:p>b</o:p>");
  CAPTURE(content);
  const auto found = verdicts(content);
  CHECK_FALSE(has_errors(found.types));
}

TEST_CASE(
    "X5: markup made to be searched again and again is searched in proportion to its length") {
  const std::string piece =
      GENERATE("<", "<a ", "<a b=\"", "<a b='", "<a b=<c/d=", "<!--", "<!-", "<a b=\"<c d='",
               "<a =", "<a href=\"&#0", "url(", "(/*", "(&\\");
  const std::string start = GENERATE("", "<a style=\"(", "<a href=\"&");
  CAPTURE(piece, start);
  test::check_linear_time(
      [&](int n) {
        std::string text = start;
        for (int i = 0; i < n; ++i) text += piece;
        return [text] { (void)profile::has_active_content(text); };
      },
      2000);
}
