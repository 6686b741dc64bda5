#include "record/hl7v2.h"

#include "record/hl7v2_grammar.h"
#include "record/hl7v2_places.h"
#include "support/catch.h"
#include "support/files.h"
#include "support/hl7v2.h"

#include <algorithm>
#include <random>

using namespace fingerpost;
using namespace fingerpost::record;
using fingerpost::test::message_text;

namespace {

struct Fixture {
  Names names;
  Hl7v2Grammar grammar =
      Hl7v2Grammar::read(test::read_file(test::project() / "mappings/hl7v2/structures.txt"), names)
          .value();

  Result<Hl7v2Message> read(const std::string& rest, const Hl7v2Options& options = {}) const {
    return read_hl7v2(grammar, message_text("REF^I12", rest), options);
  }
};

// Segments and groups: "MSH PROVIDER_CONTACT(PRD CTD) PID".
std::string segments(const Tree& tree, NodeId node) {
  std::string text;
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
    if (!text.empty()) text += ' ';
    text += tree.name_text(at);
    if (tree.name_text(at).size() > 3) text += '(' + segments(tree, at) + ')';
  }
  return text;
}

// Every value with its place: "PID-3=1 PID-3.4=TRUST", the explicit null as NULL.
std::string values(const Tree& tree, NodeId node) {
  std::string text;
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
    const auto shape = tree[at].shape;
    if (shape != Shape::object) {
      text += text.empty() ? "" : " ";
      text += hl7v2_place(tree, at) + '=';
      text += shape == Shape::null ? "NULL" : tree.text(at);
    }
    const auto below = values(tree, at);
    if (!text.empty() && !below.empty()) text += ' ';
    text += below;
  }
  return text;
}

std::string last_segment_values(const Tree& tree) {
  NodeId last = no_node;
  for (NodeId at = tree.first_child(tree.root()); at != no_node; at = tree.next(at)) last = at;
  return values(tree, last);
}

}  // namespace

TEST_CASE("segments are grouped by the structure, and what does not fit is kept and reported") {
  struct Row {
    const char* rest;
    const char* segments;
    std::vector<std::string> issues;
  };
  const auto row = GENERATE(
      Row{"RF1|P\rPRD|RP\rPRD|RT\rPID|1",
          "MSH RF1 PROVIDER_CONTACT(PRD) PROVIDER_CONTACT(PRD) PID",
          {}},
      Row{"PRD|RP\rCTD|1\rCTD|2\rPID|1\rNTE|1", "MSH PROVIDER_CONTACT(PRD CTD CTD) PID NTE", {}},
      Row{"RF1|P\rAUT|1\rCTD|1\rPRD|RP\rCTD|2\rPID|1",
          "MSH RF1 AUTHORIZATION_CONTACT(AUT CTD) PROVIDER_CONTACT(PRD CTD) PID",
          {}},
      Row{"PRD|RP\rPID|1\rPR1|1\rAUT|1\rCTD|1\rPR1|2\rDG1|1",
          "MSH PROVIDER_CONTACT(PRD) PID PROCEDURE(PR1 PROCEDURE_AUTHORIZATION(AUT CTD)) "
          "PROCEDURE(PR1) DG1",
          {"DG1"}},
      Row{"PRD|RP\rPID|1\rOBR|1\rNTE|a\rOBX|1\rNTE|b\rOBX|2\rOBR|2\rPV1|1\rPV2|1\rNTE|c",
          "MSH PROVIDER_CONTACT(PRD) PID OBSERVATION(OBR NTE RESULT(OBX NTE) RESULT(OBX)) "
          "OBSERVATION(OBR) PATIENT_VISIT(PV1 PV2) NTE",
          {}},
      // UK feeds: EVN, and no PRD at all.
      Row{"EVN|I12\rRF1|A\rPID|1", "MSH EVN RF1 PID", {"EVN", "PRD"}},
      // Notes straight after PID.
      Row{"PRD|RP\rPID|1\rNTE|1\rNTE|2\rOBR|1\rOBX|1\rNTE|3",
          "MSH PROVIDER_CONTACT(PRD) PID NTE NTE OBSERVATION(OBR RESULT(OBX NTE))",
          {"OBR"}},
      Row{"PRD|RP\rPID|1\rOBX|1\rOBX|2",
          "MSH PROVIDER_CONTACT(PRD) PID OBSERVATION(RESULT(OBX) RESULT(OBX))",
          {"OBX", "OBR"}},
      Row{"PID|1\rRF1|P\rPRD|RP\rCTD|1\rZRF|1",
          "MSH PID RF1 PROVIDER_CONTACT(PRD CTD ZRF)",
          {"RF1", "PRD", "ZRF"}},
      Row{"PRD|RP\rPID|1\rPID|2", "MSH PROVIDER_CONTACT(PRD) PID PID", {"PID"}},
      Row{"PRD|RP\rPID|1\rQQQ|1\rPV1|1",
          "MSH PROVIDER_CONTACT(PRD) PID QQQ PATIENT_VISIT(PV1)",
          {"QQQ"}},
      Row{"RF1|P", "MSH RF1", {"PRD", "PID"}});
  CAPTURE(row.rest);
  const Fixture fixture;
  const auto message = fixture.read(row.rest);
  REQUIRE(message);
  const auto& tree = message->tree;
  CHECK(tree.name_text(tree.root()) == "REF_I12");
  CHECK(segments(tree, tree.root()) == row.segments);
  std::vector<std::string> issues;
  for (const auto& issue : message->issues) issues.push_back(issue.expression);
  CHECK(issues == row.issues);
}

TEST_CASE("a value is the first part of its field, and other parts are its children") {
  struct Row {
    const char* segment;
    const char* values;
  };
  const auto row = GENERATE(
      Row{"PID|1", "PID-1=1"}, Row{"PID|||A", "PID-3=A"},
      Row{"PID|||A^^^T&1.2&ISO^MRN~B^^^^NHS",
          "PID-3=A PID-3.4=T PID-3.4.2=1.2 PID-3.4.3=ISO PID-3.5=MRN PID-3[2]=B PID-3[2].5=NHS"},
      Row{"PID|||A&B^C", "PID-3=A PID-3.1.2=B PID-3.2=C"}, Row{"PID|||^^REF001", "PID-3.3=REF001"},
      Row{"PID|||\"\"^B", "PID-3=NULL PID-3.2=B"},
      Row{"PID||\"\"|^\"\"", "PID-2=NULL PID-3.2=NULL"},
      Row{R"(PID|a\T\b|c\S\d^e)", "PID-1=a&b PID-2=c^d PID-2.2=e"}, Row{"PID||~A", "PID-2=A"},
      Row{"PID||||||||", ""}, Row{"PID", ""}, Row{"PID|1|^^^&&", "PID-1=1"});
  CAPTURE(row.segment);
  const Fixture fixture;
  const auto message = fixture.read(row.segment);
  REQUIRE(message);
  CHECK(last_segment_values(message->tree) == row.values);
}

TEST_CASE("a text field keeps its stray delimiters and says so") {
  struct Row {
    const char* segment;
    const char* values;
    bool reported;
  };
  const auto row =
      GENERATE(Row{"NTE|1||fish & chips ^ peas", "NTE-1=1 NTE-3=fish & chips ^ peas", true},
               Row{"NTE|1||one~two", "NTE-1=1 NTE-3=one NTE-3[2]=two", false},
               Row{R"(NTE|1||a\.br\b)", "NTE-1=1 NTE-3=a\nb", false},
               Row{"OBX|1|ST|c||a&b", "OBX-1=1 OBX-2=ST OBX-3=c OBX-5=a&b", true},
               Row{"OBX|1|CE|c||a&b", "OBX-1=1 OBX-2=CE OBX-3=c OBX-5=a OBX-5.1.2=b", false},
               Row{R"(NTE|1||odd \Q\ escape)", R"(NTE-1=1 NTE-3=odd \Q\ escape)", true});
  CAPTURE(row.segment);
  const Fixture fixture;
  const auto message = fixture.read(std::string("PRD|RP\rPID|1\rOBR|1\r") + row.segment);
  REQUIRE(message);
  const bool reported = std::any_of(message->issues.begin(), message->issues.end(),
                                    [](const Issue& i) { return i.code == "value"; });
  CHECK(last_segment_values(message->tree).ends_with(row.values));
  CHECK(reported == row.reported);
}

TEST_CASE("the place of a segment counts through groups") {
  const Fixture fixture;
  const auto message = fixture.read("PRD|RP\rPRD|RT|^^^^^^^1\rPID|1");
  REQUIRE(message);
  const auto all = values(message->tree, message->tree.root());
  CHECK(all.find("PRD-1=RP PRD[2]-1=RT PRD[2]-2.8=1 PID-1=1") != std::string::npos);
}

TEST_CASE("issues are counted up to the limit, and one more says so") {
  const Fixture fixture;
  Hl7v2Options options;
  options.limits.issues = 5;
  std::string odd = "PRD|RP\rPID|1\rPV1|1||";
  for (int i = 0; i < 50; ++i) odd += "\\Q\\~";
  const auto message = fixture.read(odd, options);
  REQUIRE(message);
  REQUIRE(message->issues.size() == 6);
  CHECK(message->issues[0].expression == "PV1-3");
  CHECK(message->issues[4].expression == "PV1-3[5]");
  CHECK(message->issues[5].text == "more issues than the limit issues");
}

TEST_CASE("the places of a long field are found in the time it takes to read it") {
  const Fixture fixture;
  std::string odd = "PRD|RP\rPID|1\rPV1|1||";
  for (int i = 0; i < 200'000; ++i) odd += "z~";
  const auto message = fixture.read(odd);
  REQUIRE(message);
  const auto& tree = message->tree;
  Hl7v2Places places(tree);
  std::size_t found = 0;
  // One by one these would be 20 billion steps.
  for (NodeId node = 1; node <= tree.size(); ++node)
    if (places.place({&tree, node}).starts_with("PV1-3")) ++found;
  CHECK(found == 200'000);
  CHECK(places.place({&tree, static_cast<NodeId>(tree.size())}) == "PV1-3[200000]");
}

TEST_CASE("MSH holds its delimiters as they are") {
  const Fixture fixture;
  const auto message = fixture.read("PID|1");
  REQUIRE(message);
  const auto msh = values(message->tree, message->tree.root());
  CHECK(msh.starts_with("MSH-1=| MSH-2=^~\\& MSH-3=GP MSH-3.2=1.2.3"));
}

TEST_CASE("a message that cannot be read is refused with its place") {
  struct Row {
    std::string bytes;
    Kind kind;
    const char* where;
  };
  const auto row = GENERATE(
      Row{"", Kind::invalid, "MSH"}, Row{"PID|1\r", Kind::invalid, "MSH"},
      Row{"MSH|^~\\&|||||||REF^I12||P|2.4\r", Kind::invalid, "MSH-10"},
      Row{"MSH|^~\\&||||||||1|P|2.4\r", Kind::invalid, "MSH-9"},
      Row{"MSH|^~\\&|||||||REF^I99|1|P|2.4\r", Kind::unsupported, "MSH-9.2"},
      Row{"MSH|^~\\&|||||||XYZ^I12|1|P|2.4\r", Kind::unsupported, "MSH-9.1"},
      Row{"MSH|^~\\&|||||||REF^I12|1|P|3.0\r", Kind::unsupported, "MSH-12"},
      Row{"MSH|^~\\&|||||||REF^I12|1|X|2.4\r", Kind::unsupported, "MSH-11"},
      Row{"MSH|^~\\&|||||||REF^I12|1|P|2.4||||||UNICODE UTF-16\r", Kind::unsupported, "MSH-18"});
  CAPTURE(row.bytes);
  const Fixture fixture;
  const auto message = read_hl7v2(fixture.grammar, row.bytes);
  REQUIRE(message.has_error());
  CHECK((message.error().kind == row.kind));
  CHECK(message.error().where == row.where);
}

TEST_CASE("a message over a limit is refused") {
  const Fixture fixture;
  Hl7v2Options options;
  options.limits.nodes = 30;
  CHECK(fixture.read("PID|1", options));
  CHECK(fixture.read("PID|" + std::string(200, '~') + "1~2~3~4~5~6~7~8|1|2|3|4|5|6|7|8|9", options)
            .has_error());
  CHECK(fixture.read("PID|" + std::string(2000, '|') + "1").has_error());
  options.limits.body_bytes = 10;
  CHECK(fixture.read("PID|1", options).has_error());
}

TEST_CASE("what is read is written as the same bytes") {
  const auto rest = GENERATE(
      "RF1|P^Pending^HL70283|R||||226839^EPIC~2&3^^4||||O|\"\"\rPRD|RP^x|A&B^C~D\rPID|1||A^^^T&1.2&"
      "ISO^MRN\r",
      "RF1|P\rPRD|RP\rCTD|1\rPRD|RT\rPID|1\rNTE|1||a\\T\\b\\.br\\c\r",
      "EVN|I12\rPID|1\rZXX|1|2^3\r",
      "PRD|RP\rPID|1\rOBR|1\rNTE|1||x~y\rOBX|1|ST|c||v\rPV1|1\rNTE|2||z\r");
  CAPTURE(rest);
  const Fixture fixture;
  const auto message = fixture.read(rest);
  REQUIRE(message);
  const auto written =
      write_hl7v2(fixture.grammar, message->tree, {message->header.by, message->charset});
  REQUIRE(written);
  CHECK(written->bytes == message_text("REF^I12", rest));
}

TEST_CASE("a control character is read as its escape, and comes back the same") {
  const Fixture fixture;
  const auto message = fixture.read("PRD|RP\rPID|1||A\x1d^^^\x1dT\rNTE|1||x\x1cy\r");
  REQUIRE(message);
  CHECK(last_segment_values(message->tree) == "NTE-1=1 NTE-3=x\\X1C\\y");
  std::string places;
  for (const auto& issue : message->issues) places += issue.expression + ' ';
  CHECK(places == "PID-3 PID-3.4 NTE-3 ");
  const auto written = write_hl7v2(fixture.grammar, message->tree, {});
  REQUIRE(written);
  const auto again = read_hl7v2(fixture.grammar, written->bytes, {});
  REQUIRE(again);
  CHECK(again->issues.empty());
  CHECK(last_segment_values(again->tree) == last_segment_values(message->tree));
  const auto twice = write_hl7v2(fixture.grammar, again->tree, {});
  REQUIRE(twice);
  CHECK(twice->bytes == written->bytes);
}

TEST_CASE("a part that holds nothing is written as nothing") {
  const Fixture fixture;
  const auto rest = GENERATE("PRD|RP\rPID|1|\\N\\\r", "PRD|RP\rPID|1|2^\\H\\\r",
                             "PRD|RP\rPID|1|2&\\H\\^3\r", "PRD|RP\rPID|1|2~\\N\\\r");
  CAPTURE(rest);
  const auto message = fixture.read(rest);
  REQUIRE(message);
  const auto written = write_hl7v2(fixture.grammar, message->tree, {});
  REQUIRE(written);
  const auto again = read_hl7v2(fixture.grammar, written->bytes, {});
  REQUIRE(again);
  const auto twice = write_hl7v2(fixture.grammar, again->tree, {});
  REQUIRE(twice);
  CHECK(twice->bytes == written->bytes);
}

TEST_CASE("a tree is written in the order of its structure, whatever order it was made in") {
  Fixture fixture;
  Tree tree(fixture.names);
  const auto add = [&](NodeId parent, const char* name, const char* value) {
    const NodeId node = tree.add(parent, fixture.names.intern(name), no_type);
    if (*value != '\0') tree.set(node, Shape::string, value);
    return node;
  };
  const NodeId pid = add(tree.root(), "PID", "");
  const NodeId id = add(pid, "f3", "999");
  add(id, "c5", "NHS");
  add(pid, "f1", "1");
  add(add(id, "c4", "T"), "s3", "ISO");
  add(tree.root(), "NTE", "");
  const NodeId rf1 = add(tree.root(), "RF1", "");
  add(add(rf1, "f1", "A"), "c3", "HL7|0283");
  const NodeId msh = add(tree.root(), "MSH", "");
  add(add(msh, "f9", "RRI"), "c2", "I12");
  add(msh, "f21", "x");
  add(msh, "f3", "caf\xC3\xA9");
  const auto written = write_hl7v2(fixture.grammar, tree, {{}, wire::Charset::latin1});
  REQUIRE(written);
  CHECK(written->bytes ==
        "MSH|^~\\&|caf\xE9||||||RRI^I12|||||||||8859/1|||x\rRF1|A^^HL7\\F\\0283\r"
        "PID|1||999^^^T&&ISO^NHS\rNTE\r");
  add(rf1, "wrong", "1");
  CHECK(write_hl7v2(fixture.grammar, tree, {}).error().where == "RF1-rong");
}

TEST_CASE("a grammar that is wrong says on which line") {
  struct Row {
    const char* text;
    const char* where;
  };
  const auto row = GENERATE(
      Row{"message A: REF^I12 MSH", ""}, Row{"# nothing\n\nmessage A: REF^I12\n  MSH\n  [PID]", ""},
      Row{"mesage A: REF^I12 MSH", "line 1"}, Row{"\nmessage A: REF^I12\n  MSH [PID", "line 2"},
      Row{"message A: REF^I12 MSH {PID", "line 1"}, Row{"message A: REF^I12 <G: PID", "line 1"},
      Row{"message A: REF^I12 <PID: PID>", "line 1"}, Row{"message A REF^I12 MSH", "line 1"},
      Row{"message A: REF^I12 MSHX", "line 1"}, Row{"message A: REF^I12", "line 1"},
      Row{"message A: REF^I12 MSH ]", "line 1"}, Row{"text NTE", "line 1"},
      Row{"text OBX-5 when 2 ST", "line 1"}, Row{"text OBX-5 when 2 is", "line 1"},
      Row{"text OBX-5 when 2 is ST\ntext NTE-x", "line 2"});
  CAPTURE(row.text);
  Names names;
  const auto grammar = Hl7v2Grammar::read(row.text, names);
  if (*row.where == '\0') {
    CHECK(grammar);
    return;
  }
  REQUIRE(grammar.has_error());
  CHECK(grammar.error().where == row.where);
}

TEST_CASE("the shared REF samples read whole and write back") {
  if (test::shared_data().empty()) {
    WARN("SKIPPED: the shared HL7 v2 samples are not here");
    return;
  }
  const auto* file = GENERATE("REF-I12-01.hl7", "REF-I14-01.hl7");
  CAPTURE(file);
  const Fixture fixture;
  const auto message =
      read_hl7v2(fixture.grammar, test::read_file(test::shared_data() / "hl7v2/microsoft" / file));
  REQUIRE(message);
  CHECK(message->issues.empty());
  const auto written =
      write_hl7v2(fixture.grammar, message->tree, {message->header.by, message->charset});
  REQUIRE(written);
  const auto again = read_hl7v2(fixture.grammar, written->bytes);
  REQUIRE(again);
  CHECK(values(again->tree, again->tree.root()) == values(message->tree, message->tree.root()));
}

TEST_CASE("a damaged message is read or refused, and what is read is written without loss") {
  const Fixture fixture;
  const auto whole = test::read_file(test::project() / "mappings/hl7v2/samples" /
                                     "ref-i12-social-prescribing.hl7");
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same run each time
  const std::string_view bytes = "|^~\\&\r\n\"XPRDNTE.5\x80";
  int read = 0;
  for (int round = 0; round < 400; ++round) {
    auto text = whole;
    for (auto left = 1 + random() % 6; left > 0; --left) {
      const auto at = random() % text.size();
      const auto what = random() % 3;
      if (what == 0) text.erase(at, 1 + random() % 20);
      if (what == 1) text.insert(at, 1, bytes[random() % bytes.size()]);
      if (what == 2 && at < text.size()) text[at] = bytes[random() % bytes.size()];
    }
    CAPTURE(text);
    const auto message = read_hl7v2(fixture.grammar, text);
    if (!message) continue;
    ++read;
    const auto written = write_hl7v2(fixture.grammar, message->tree, {{}, wire::Charset::utf8});
    REQUIRE(written);
    const auto again = read_hl7v2(fixture.grammar, written->bytes);
    REQUIRE(again);
    const auto sorted = [](const Tree& tree) {
      std::vector<std::string> found;
      std::vector<NodeId> left = {tree.root()};
      while (!left.empty()) {
        const NodeId node = left.back();
        left.pop_back();
        if (tree.name_text(node) == "MSH") continue;  // the writer's own
        if (tree.has_value(node)) found.emplace_back(tree.text(node));
        for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
          left.push_back(at);
      }
      std::sort(found.begin(), found.end());
      return found;
    };
    CHECK(sorted(again->tree) == sorted(message->tree));
  }
  CHECK(read > 100);
}
