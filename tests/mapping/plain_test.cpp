// The rules that are run the short way (run_plain.cpp) do what all others do: the same rules,
// written so that the short way does not take them, over random sources.

#include "support/catch.h"
#include "support/maps.h"

#include <random>
#include <string>

using namespace fingerpost;

namespace {

class Pieces {
 public:
  explicit Pieces(unsigned seed) : random_(seed) {}

  bool maybe() { return random_() % 2 == 0; }
  template <std::size_t N>
  std::string one(const char* const (&of)[N]) {
    return of[random_() % N];
  }
  std::size_t below(std::size_t count) { return random_() % count; }

 private:
  std::mt19937 random_;
};

std::string name(Pieces& pieces) {
  std::string made = R"({"use":")" + pieces.one({"official", "usual", "old"}) + '"';
  if (pieces.maybe()) made += R"(,"family":")" + pieces.one({"A", "B", "C D"}) + '"';
  if (pieces.maybe()) made += R"(,"given":["One","Two"])";
  return made + "}";
}

std::string members(Pieces& pieces) {
  std::string made = R"("id":"a")";
  if (pieces.maybe()) made += R"(,"gender":")" + pieces.one({"male", "female"}) + '"';
  if (pieces.maybe()) made += R"(,"_gender":{"extension":[{"url":"u","valueString":"s"}]})";
  if (pieces.maybe()) made += R"(,"birthDate":"1974-12-25")";
  if (pieces.maybe()) made += R"(,"active":)" + pieces.one({"true", "false"});
  if (pieces.maybe()) made += R"(,"multipleBirthInteger":2)";
  const auto names = pieces.below(4);
  for (std::size_t i = 0; i < names; ++i)
    made += (i == 0 ? R"(,"name":[)" : ",") + name(pieces) + (i + 1 == names ? "]" : "");
  return made;
}

// A rule as the short way takes it, and as it does not.
struct Both {
  std::string plain, other;
};

Both source(Pieces& pieces) {
  auto text = "src" +
              pieces.one({"", ".id", ".gender", ".birthDate", ".active", ".multipleBirth",
                          ".multipleBirthInteger", ".name", ".maritalStatus"}) +
              " as v";
  if (pieces.maybe())
    text += " where (" +
            pieces.one({"$this = 'male'", "use = 'usual'", "%src.name.exists()", "%tgt.id.exists()",
                        "given.exists() and family != 'A'", "exists()"}) +
            ")";
  return {text, text + " check (true)"};
}

Both value(Pieces& pieces) {
  const auto text = pieces.one({"%v", "'x'", "'male'", "%parent"});
  const auto bare = text.starts_with('%') ? text.substr(1) : text;
  return {bare == "parent" ? "src" : bare, "(" + (bare == "parent" ? "%src" : text) + ")"};
}

Both target(Pieces& pieces) {
  const auto head = pieces.one(
      {"tgt.language = ", "tgt.gender = ", "tgt.birthDate = ", "tgt.active = ",
       "tgt.implicitRules = ", "tgt.name as n, n.family = ", "tgt.name as n, n.given = ",
       "tgt.text as t, t.status = ", "tgt.deceased = create('dateTime') as d, d.value = ",
       "tgt.contact as c, c.name as n, n.text = ", "tgt.photo as p, p.data = "});
  const auto put = value(pieces);
  return {head + put.plain, head + put.other};
}

Both rules(Pieces& pieces) {
  Both made;
  for (auto count = 1 + pieces.below(3); count > 0; --count) {
    const auto from = source(pieces);
    const auto to = target(pieces);
    made.plain += from.plain + " -> " + to.plain + ";\n";
    made.other += from.other + " -> " + to.other + ";\n";
  }
  return made;
}

std::string told(const test::MapRun& run) {
  std::string text = run.error + "\n" + run.json + "\n";
  for (const auto& lost : run.report.lost) text += lost.place + "\n";
  for (const auto& step : run.report.trace)
    text += step.target + " < " + step.source + " " + std::to_string(step.rule.line) + "\n";
  return text;
}

}  // namespace

TEST_CASE("rules that are run the short way do as all others do") {
  Pieces pieces(11);
  int done = 0;
  for (int round = 0; round < 60; ++round) {
    const auto both = rules(pieces);
    test::MapSet set;
    for (const auto& [name, text] :
         {std::pair("plain", both.plain), std::pair("other", both.other)}) {
      const std::string head = std::string("map \"urn:") + name + "\" = \"" + name + "\"\n";
      const std::string uses =
          "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
          "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as target\n";
      const std::string group =
          std::string("group ") + name + "(source src : Patient, target tgt : Patient) {\n";
      REQUIRE(set.add(head + uses + group + text + "}\n", "test.map") == "");
    }
    for (int i = 0; i < 10; ++i) {
      const auto patient = R"({"resourceType":"Patient",)" + members(pieces) + "}";
      const auto plain = set.run("plain", patient);
      const auto other = set.run("other", patient);
      CAPTURE(both.plain, patient);
      CHECK(told(plain) == told(other));
      done += plain.error.empty();
    }
  }
  CHECK(done > 100);
}
