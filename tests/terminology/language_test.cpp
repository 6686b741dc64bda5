#include "terminology/language.h"

#include "support/terminology.h"

using namespace fingerpost;
using terminology::read_languages;

namespace {

std::string tags(std::string_view text) {
  std::string made;
  for (const auto tag : read_languages(text).tags) (made += tag) += ' ';
  return made;
}

const char* const colours = R"({"resourceType":"CodeSystem","url":"urn:c","status":"active",
  "language":"en","content":"complete","concept":[{"code":"red","display":"Red","designation":[
    {"language":"de-CH","value":"Rot"},
    {"language":"fr","use":{"system":"urn:use","code":"slang"},"value":"Coco"},
    {"language":"cy","value":"Coch"}]}]})";

std::string display(const std::string& language) {
  const auto all = test::loaded({colours});
  const auto told =
      test::ask(terminology::lookup, all,
                test::uri("system", "urn:c") + "," + test::code("code", "red") + "," +
                    test::code("displayLanguage", language) + "," + test::code("property", "code"));
  const auto at = told.json.find(R"("name":"display","valueString":")");
  if (at == std::string::npos) return "";
  return told.json.substr(at + 32, told.json.find('"', at + 32) - at - 32);
}

}  // namespace

TEST_CASE("languages are asked for best first") {
  CHECK(tags("de") == "de ");
  CHECK(tags(" de , en-GB;q=0.8, cy ; q=0.9") == "de cy en-GB ");
  CHECK(tags("*") == "");
  CHECK(tags("de;q=0") == "");
  CHECK(tags(",;q=1,") == "");
  CHECK(read_languages("de, *; q=0").only_these);
  CHECK_FALSE(read_languages("de, *").only_these);
}

TEST_CASE("languages are printed in one form") {
  CHECK(print(read_languages("de,*; q=0")) == "de, *; q=0");
  CHECK(print(read_languages("en, it")) == "en,it");
}

TEST_CASE("a language serves those who ask for it, or for what it is a kind of") {
  CHECK(terminology::serves("de-CH", "de"));
  CHECK(terminology::serves("DE", "de"));
  CHECK_FALSE(terminology::serves("de", "de-CH"));
  CHECK_FALSE(terminology::serves("den", "de"));
  CHECK_FALSE(terminology::serves("", "de"));
}

TEST_CASE("the display is in the best language there is, else the code system's own") {
  CHECK(display("cy") == "Coch");
  CHECK(display("de") == "Rot");
  CHECK(display("en") == "Red");
  CHECK(display("fr") == "Red");  // slang is no display
  CHECK(display("es,cy") == "Coch");
  CHECK(display("es") == "Red");
  CHECK(display("es,*;q=0") == "");
}

TEST_CASE("a display is right when the code has it in a language that was asked for") {
  const auto all = test::loaded({colours});
  const auto told = [&](const char* given, const std::string& language) {
    const auto answer = test::ask(terminology::validate_code_in_system, all,
                                  test::uri("url", "urn:c") + "," + test::code("code", "red") +
                                      R"(,{"name":"display","valueString":")" + given + "\"}," +
                                      test::code("displayLanguage", language));
    return answer.json.find(R"("name":"result","valueBoolean":true)") != std::string::npos;
  };
  CHECK(told("Red", "en"));
  CHECK(told("red", "en"));
  CHECK_FALSE(told("Coch", "en"));
  CHECK(told("Coch", "cy,en"));
  CHECK_FALSE(told("R ed", "en"));
  CHECK(told("Red", "es"));  // there is no Spanish one
  CHECK_FALSE(told("Rojo", "es"));
}
