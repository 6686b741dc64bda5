#include "record/gp2gp.h"

#include "support/catch.h"

#include <string>
#include <string_view>

using namespace fingerpost;

namespace {

// An extract of one composition with these statements, in an envelope.
std::string extract(std::string_view statements) {
  return R"(<?xml version="1.0"?><outer><RCMR_IN030000UK06 xmlns="urn:hl7-org:v3" )"
         R"(xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><ControlActEvent><subject>)"
         R"(<EhrExtract classCode="EXTRACT" moodCode="EVN"><id root="E1"/><author>)"
         R"(<AgentOrgSDS><agentOrganizationSDS><id root="1.2.826.0.1285.0.1.10" )"
         R"(extension="Z90001"/></agentOrganizationSDS></AgentOrgSDS></author>)"
         R"(<component><ehrFolder><component><ehrComposition><id root="C1"/><component>)" +
         std::string(statements) +
         "</component></ehrComposition></component></ehrFolder></component></EhrExtract>"
         "</subject></ControlActEvent></RCMR_IN030000UK06></outer>";
}

class Record {
 public:
  explicit Record(std::string_view statements)
      : record_(*record::read_gp2gp(names_, extract(statements), {})) {}

  const record::Gp2gpRecord* operator->() const { return &record_; }
  NodeRef named(std::string_view id) const { return record::resolve(record_, id); }

  // The text at the end of a path of names below a node; "?" when it is not there.
  std::string text(NodeRef from, std::initializer_list<std::string_view> path) const {
    const NodeId node = at(from, path);
    return node == no_node ? "?" : std::string(record_.tree.text(node));
  }
  NodeId at(NodeRef from, std::initializer_list<std::string_view> path) const {
    NodeId node = from.node;
    for (const auto step : path) {
      NodeId child = record_.tree.first_child(node);
      while (child != no_node && record_.tree.name_text(child) != step)
        child = record_.tree.next(child);
      if (child == no_node) return no_node;
      node = child;
    }
    return node;
  }

 private:
  Names names_;
  record::Gp2gpRecord record_;
};

}  // namespace

TEST_CASE("an EhrExtract is found in any envelope, and says who sent it") {
  const Record made("<EhrEmpty><id root=\"X\"/></EhrEmpty>");
  CHECK(made->tree.name_text(made->tree.root()) == "EhrExtract");
  CHECK(made->owner == "Z90001");
  CHECK(made->issues.empty());
}

TEST_CASE("an element's value is its text or its value attribute, other attributes are children") {
  const Record made(
      R"(<ObservationStatement classCode="OBS" moodCode="EVN"><id root="Aa-1"/>)"
      R"(<code code="22K.." codeSystem="1.2" displayName="Body &amp; mass"><originalText>BMI</originalText></code>)"
      R"(<availabilityTime value="20100113"/><text>one<br/>two</text>)"
      R"(<value xsi:type="PQ" value="27.000" unit="kg/m2"/>)"
      R"(<Participant typeCode="PRF" contextControlCode="OP"/></ObservationStatement>)");
  const auto st = made.named("aA-1");
  REQUIRE(st);
  CHECK(made.text(st, {"code", "displayName"}) == "Body & mass");
  CHECK(made.text(st, {"code", "originalText"}) == "BMI");
  CHECK(made.text(st, {"availabilityTime"}) == "20100113");
  CHECK(made.text(st, {"text"}) == "one\ntwo");
  CHECK(made.text(st, {"value"}) == "27.000");
  CHECK(made.text(st, {"value", "type"}) == "PQ");
  CHECK(made.text(st, {"Participant", "typeCode"}) == "PRF");
  CHECK(made.at(st, {"classCode"}) == no_node);
  CHECK(made.at(st, {"Participant", "contextControlCode"}) == no_node);
}

TEST_CASE("a LinkSet is known to what it names and to what it holds") {
  const Record made(
      R"(<LinkSet><id root="L1"/><component><statementRef><id root="s2"/></statementRef></component>)"
      R"(<component><statementRef><id root="gone"/></statementRef></component><conditionNamed>)"
      R"(<namedStatementRef><id root="S1"/></namedStatementRef></conditionNamed></LinkSet>)"
      R"(</component><component><ObservationStatement><id root="S1"/></ObservationStatement>)"
      R"(</component><component><PlanStatement><id root="S2"/></PlanStatement>)");
  CHECK(made.text(made.named("S1"), {"namedBy"}) == "L1");
  CHECK(made.text(made.named("S2"), {"linkedBy"}) == "L1");
  CHECK(made.text(made.named("L1"), {"names"}) == "ObservationStatement");
  REQUIRE(made->issues.size() == 1);
  CHECK(made->issues[0].code == "not-found");
  CHECK(made->issues[0].expression == "LinkSet/component/statementRef");
}

TEST_CASE("an authorisation knows what ended it") {
  const Record made(
      R"(<MedicationStatement><id root="M"/><component><ehrSupplyAuthorise><id root="A"/>)"
      R"(</ehrSupplyAuthorise></component><component><ehrSupplyDiscontinue><id root="D"/>)"
      R"(<reversalOf><priorMedicationRef><id root="a"/></priorMedicationRef></reversalOf>)"
      R"(</ehrSupplyDiscontinue></component></MedicationStatement>)");
  CHECK(made.text(made.named("A"), {"endedBy"}) == "D");
}

TEST_CASE("a place counts statements of a kind, however deep they stand") {
  const Record made(
      R"(<CompoundStatement><id root="T"/><component><CompoundStatement><component>)"
      R"(<PlanStatement><id root="P1"/></PlanStatement></component></CompoundStatement>)"
      R"(</component></CompoundStatement></component><component><PlanStatement><id root="P2"/>)"
      R"(<code code="x"/></PlanStatement>)");
  record::Gp2gpPlaces places(made->tree);
  const auto second = made.named("P2");
  CHECK(places.place(made.named("P1")) == "PlanStatement");
  CHECK(places.place(second) == "PlanStatement[2]");
  CHECK(places.place({&made->tree, made.at(second, {"code", "code"})}) ==
        "PlanStatement[2]/code/code");
  CHECK(places.place({&made->tree, made->tree.root()}) == "EhrExtract");
}

TEST_CASE("what is no GP2GP record is refused") {
  struct Row {
    std::string text;
    std::string_view says;
  };
  const auto row = GENERATE(
      Row{"", ""}, Row{"<a/>", "EhrExtract"}, Row{"<EhrExtract>", ""}, Row{"MSH|^~\\&|", ""},
      Row{"<!DOCTYPE a [<!ENTITY e \"x\">]><EhrExtract>&e;</EhrExtract>", "DOCTYPE"});
  const Names names;
  CAPTURE(row.text);
  const auto made = record::read_gp2gp(names, row.text, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == Kind::invalid);
  CHECK(made.error().text.find(row.says) != std::string::npos);
}

TEST_CASE("a record over a limit is refused") {
  const Names names;
  Limits limits;
  limits.nodes = 30;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "<EhrEmpty><id root=\"a\"/></EhrEmpty>";
  CHECK_FALSE(record::read_gp2gp(names, extract(many), limits));
  limits = {};
  limits.body_bytes = 100;
  CHECK_FALSE(record::read_gp2gp(names, extract(""), limits));
}
