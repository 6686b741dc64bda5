#include "record/gp2gp_write.h"

#include "support/catch.h"

#include <string>

using namespace fingerpost;

namespace {

// A tree to be written, made of local names.
class Extract {
 public:
  Extract() { tree_.set_name(tree_.root(), tree_.local_name("EhrExtract")); }

  NodeId add(NodeId parent, std::string_view name, std::string_view value = {}) {
    const auto made = tree_.add(parent, tree_.local_name(name), no_type);
    if (!value.empty()) tree_.set(made, Shape::string, value);
    return made;
  }
  NodeId root() const { return tree_.root(); }
  Result<void> write() { return record::write_gp2gp(tree_, tree_.root(), out, issues); }

  std::string out;
  Issues issues;

 private:
  Names names_;
  Tree tree_{names_};
};

}  // namespace

TEST_CASE("an extract is written with what the schema fixes, times of London, texts escaped") {
  Extract made;
  const auto st = made.add(made.root(), "PlanStatement");
  made.add(made.add(st, "id"), "root", "P");
  const auto code = made.add(st, "code");
  made.add(code, "code", "x");
  made.add(code, "displayName", "\"a\" & b");
  made.add(code, "originalText", "1 < 2");
  made.add(st, "availabilityTime", "2026-07-14T15:32:51Z");
  REQUIRE(made.write());
  CHECK(made.issues.empty());
  CHECK(
      made.out ==
      R"(<EhrExtract xmlns="urn:hl7-org:v3" classCode="EXTRACT" moodCode="EVN">)"
      R"(<PlanStatement classCode="OBS" moodCode="INT"><id root="P"/>)"
      R"(<code code="x" displayName="&quot;a&quot; &amp; b"><originalText>1 &lt; 2</originalText>)"
      R"(</code><availabilityTime value="20260714163251"/></PlanStatement></EhrExtract>)");
}

TEST_CASE("a time that is none is written as not known, and told") {
  Extract made;
  made.add(made.add(made.root(), "PlanStatement"), "availabilityTime", "soon");
  REQUIRE(made.write());
  CHECK(made.out.find(R"(<availabilityTime nullFlavor="UNK"/>)") != std::string::npos);
  REQUIRE(made.issues.size() == 1);
  CHECK(made.issues[0].expression == "PlanStatement/availabilityTime");
}

TEST_CASE("a name that XML cannot have is refused") {
  Extract made;
  made.add(made.root(), "a b");
  CHECK_FALSE(made.write());
}
