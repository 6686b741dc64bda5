#include "path/evaluated.h"
#include "path/fhirpath.h"
#include "support/catch.h"

#include <array>
#include <set>
#include <string>

namespace fingerpost {
namespace {

Tree coding_tree() {
  return test::tree_of(
      R"({"resourceType": "Observation", "code": {"coding": [{"system": "s", "code": "c"}, {"code": "d"}]}})");
}

// An HL7 v2 message in miniature: names without types.
Tree untyped() {
  Tree tree(test::definitions().names());
  const auto segment = tree.add(tree.root(), tree.local_name("PID"), no_type);
  const auto field = tree.add(segment, tree.local_name("f5"), no_type);
  tree.set(field, Shape::string, "SMITH");
  const auto given = tree.add(field, tree.local_name("c2"), no_type);
  tree.set(given, Shape::string, "JO");
  // No definition knows it, but "code" and "time" are known: it could be a choice's name.
  const auto time = tree.add(tree.root(), tree.local_name("codeTime"), no_type);
  tree.set(time, Shape::string, "noon");
  return tree;
}

class Recorder : public path::ReadRecorder {
 public:
  void read(NodeRef node) override { names.insert(std::string(node.tree->name_text(node.node))); }
  std::set<std::string> names;
};

}  // namespace

TEST_CASE("a variable is found by %name and by its bare name, where no element is meant") {
  const Tree tree = coding_tree();
  const std::array<std::string_view, 2> names = {"src", "code"};
  path::CompileOptions options;
  options.variables = names;
  const std::array<path::Value, 2> values = {NodeRef{&tree, tree.root()}, std::string_view("d")};
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(Row{"src.code.coding.count()", "integer 2"},
                            Row{"%src.code.coding.code.first()", "code c"}, Row{"code", "string d"},
                            Row{"code = 'd'", "boolean true"},
                            Row{"src.code.coding.where(code = 'c').system", "uri s"},
                            Row{"src.code.coding.where(code = %code).count()", "integer 1"},
                            Row{"src.code.coding.where(src.exists()).count()", "integer 2"});
  CAPTURE(row.expression);
  const auto expression = path::compile(row.expression, test::definitions(), options);
  REQUIRE(expression);
  path::Environment environment;
  environment.variables = values;
  const auto found = path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment);
  REQUIRE(found);
  CHECK(test::shown(*found) == row.found);
}

TEST_CASE("a tree without types is walked by its names, and its texts are strings") {
  const Tree tree = untyped();
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row =
      GENERATE(Row{"PID.f5", "string SMITH"}, Row{"PID.f5.c2", "string JO"},
               Row{"PID.f5.value", "string SMITH"},
               Row{"PID.f5.lower() & '-' & PID.f5.c2", "string smith-JO"},
               Row{"PID.f5 is String", "boolean true"}, Row{"PID.f6.exists()", "boolean false"},
               Row{"PID.where(f5 = 'SMITH').f5.c2 = 'JO'", "boolean true"},
               Row{"codeTime", "string noon"}, Row{"children().children().count()", "integer 1"});
  CAPTURE(row.expression);
  CHECK(test::evaluated(&tree, row.expression) == row.found);
}

TEST_CASE("the recorder is told of values looked at, and not of those walked past") {
  const Tree tree = coding_tree();
  struct Row {
    const char* expression;
    std::set<std::string> read;
  };
  const auto row = GENERATE(Row{"code.coding.exists()", {}}, Row{"code.coding.count()", {}},
                            Row{"code.coding.where(code = 'c').system", {"code"}},
                            Row{"code.coding.first().system & 'x'", {"system"}},
                            Row{"code.coding.first() = code.coding.last()", {}},
                            Row{"code.coding.isDistinct()", {"code", "system"}});
  CAPTURE(row.expression);
  Recorder recorder;
  path::Environment environment;
  environment.reads = &recorder;
  const auto expression = path::compile(row.expression, test::definitions());
  REQUIRE(expression);
  REQUIRE(path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment));
  CHECK(recorder.names == row.read);
}

TEST_CASE("every budget ends an evaluation with a clear error") {
  const Tree tree = coding_tree();
  const std::string doubling = "(1 | 2).repeatAll($this.combine($this)).count()";
  const std::string long_text = "'aaaaaaaaaa'.replace('', '" + std::string(1000, 'b') + "')";
  path::CompileOptions options;
  options.limits.steps = 10'000;
  options.limits.collection_items = 1'000;
  options.limits.string_bytes = 5'000;
  SECTION("steps or items") {
    const auto expression = path::compile(doubling, test::definitions(), options);
    REQUIRE(expression);
    path::Environment environment(options.limits);
    const auto made = path::evaluate(*expression, NodeRef{&tree, tree.root()}, environment);
    REQUIRE(made.has_error());
    CHECK((made.error().kind == Kind::too_costly));
  }
  SECTION("text") {
    CHECK(test::evaluated(&tree, long_text, options).starts_with("error: replace: the text is"));
  }
  SECTION("source") {
    const std::string deep = std::string(500, '(') + "1" + std::string(500, ')');
    CHECK(test::evaluated(&tree, deep, options).starts_with("error: the expression is nested"));
  }
  SECTION("a long chain is refused or answered, and never too deep for the stack") {
    std::string chain = "1";
    for (int i = 0; i < 700; ++i) chain += " + 1";
    CHECK(test::evaluated(&tree, chain) == "integer 701");
    for (int i = 0; i < 9000; ++i) chain += " + 1";
    CHECK(test::evaluated(&tree, chain).starts_with("error: "));
  }
}

TEST_CASE("a criterion is true for a single value that is no boolean, and false for nothing") {
  const Tree tree = coding_tree();
  struct Row {
    const char* expression;
    bool holds;
  };
  const auto row = GENERATE(Row{"code", true}, Row{"code.text", false}, Row{"false", false},
                            Row{"code.coding.exists()", true}, Row{"'x'", true});
  CAPTURE(row.expression);
  path::Environment environment;
  const auto expression = path::compile(row.expression, test::definitions());
  REQUIRE(expression);
  const auto found = path::test(*expression, NodeRef{&tree, tree.root()}, environment);
  REQUIRE(found);
  CHECK(*found == row.holds);
}

TEST_CASE("callbacks answer for what the room cannot know") {
  const Tree tree = coding_tree();
  const path::Value focus = NodeRef{&tree, tree.root()};
  path::Environment environment;
  environment.member_of = [](const path::Value&, std::string_view url) -> std::optional<bool> {
    if (url == "http://example.org/known") return true;
    return {};
  };
  std::string traced;
  environment.trace = [&](std::string_view name, const path::Collection& values) {
    traced = std::string(name) + " " + std::to_string(values.size());
  };
  const auto run = [&](std::string_view text) {
    const auto expression = path::compile(text, test::definitions());
    const auto found = path::evaluate(*expression, focus, environment);
    return found ? test::shown(*found) : "error: " + found.error().text;
  };
  CHECK(run("code.memberOf('http://example.org/known')") == "boolean true");
  CHECK(run("code.memberOf('http://example.org/other')") == "");
  CHECK(run("code.coding.trace('codings').count()") == "integer 2");
  CHECK(traced == "codings 2");
  CHECK(run("now()") == "error: now: the evaluation was given no clock");
  CHECK(run("conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')") == "boolean true");
  const std::string none = "error: subsumes: no code systems are at hand";
  CHECK(run("code.coding[0].subsumes(code.coding[1])") == none);
  environment.subsumes = [](NodeRef general, NodeRef special) -> std::optional<bool> {
    if (general == special) return {};
    return general.node < special.node;
  };
  CHECK(run("code.coding[0].subsumes(code.coding[1])") == "boolean true");
  CHECK(run("code.coding[0].subsumedBy(code.coding[1])") == "boolean false");
  CHECK(run("code.coding[0].subsumes(code.coding[0])") == "");
  CHECK(run("code.coding.subsumes(code.coding[0])") == "");
  CHECK(run("code.subsumes('a')") == "error: subsumes: two Codings are wanted");
  CHECK(run("code.coding.slice('urn:s', 'a')") == "error: slice: no profiles are at hand");
  environment.in_slice = [](NodeRef, std::string_view structure,
                            std::string_view name) -> Result<bool> {
    if (structure != "urn:s") return Error{Kind::not_found, "there is no such slice", ""};
    return name == "all";
  };
  CHECK(run("code.coding.slice('urn:s', 'all').count()") == "integer 2");
  CHECK(run("code.coding.slice('urn:x', 'a')") == "error: slice: there is no such slice");
}

TEST_CASE("checkModifiers() passes on what has no unknown modifier extension") {
  const Tree tree = test::tree_of(
      R"({"resourceType": "Observation", "modifierExtension": [{"url": "urn:a", "valueCode": "x"}]})");
  CHECK(test::evaluated(&tree, "checkModifiers('urn:a', 'urn:b').modifierExtension.url") ==
        "uri urn:a");
  CHECK(test::evaluated(&tree, "checkModifiers('urn:b')")
            .starts_with("error: checkModifiers: there is a modifier extension"));
  CHECK(test::evaluated(&tree, "checkModifiers()").starts_with("error: "));
  CHECK(test::evaluated(&tree, "modifierExtension.value.checkModifiers()") == "code x");
}

TEST_CASE("a text that is a reference is resolved where the expression stands") {
  const Tree tree = test::tree_of(
      R"({"resourceType": "Patient", "contained": [{"resourceType": "Organization", "id": "o", "name": "The Surgery"}],
      "managingOrganization": {"reference": "#o"}})");
  CHECK(test::evaluated(&tree, "'#o'.resolve().name") == "string The Surgery");
  CHECK(test::evaluated(&tree, "managingOrganization.reference.resolve().name") ==
        "string The Surgery");
  CHECK(test::evaluated(&tree, "'#x'.resolve()") == "");
}

TEST_CASE("a bound of time ends an evaluation, and what is left of its steps stays") {
  const auto expression = path::compile(
      "(0 | 1).repeatAll(iif($this < 100000, $this + 2, {})).count()", test::definitions());
  REQUIRE(expression);
  path::Environment environment;
  const auto whole = environment.steps_left;
  REQUIRE(path::evaluate(*expression, path::Value(), environment));
  const auto cost = whole - environment.steps_left;
  REQUIRE(cost > 200'000);
  int asked = 0;
  environment.steps_left = whole;
  environment.out_of_time = [&] { return ++asked > 1'000; };
  REQUIRE(path::evaluate(*expression, path::Value(), environment));
  CHECK(whole - environment.steps_left == cost);
  CHECK(asked >= 3);
  environment.steps_left = whole;
  environment.out_of_time = [&] { return true; };
  const auto late = path::evaluate(*expression, path::Value(), environment);
  REQUIRE(late.has_error());
  CHECK(late.error().kind == Kind::too_costly);
  CHECK(late.error().text.find("takes longer than allowed") != std::string::npos);
  environment.steps_left = cost / 2;
  environment.out_of_time = [&] { return false; };
  const auto spent = path::evaluate(*expression, path::Value(), environment);
  REQUIRE(spent.has_error());
  CHECK(spent.error().text.find("more steps than allowed") != std::string::npos);
}

TEST_CASE("a refusal tells its class") {
  struct Row {
    const char* expression;
    path::Mistake mistake;
  };
  using enum path::Mistake;
  const auto row = GENERATE(Row{"code", none}, Row{"code.", syntax}, Row{"'a", syntax},
                            Row{"code.kind", semantic}, Row{"foo()", semantic},
                            Row{"%nobody", semantic}, Row{"code.as(Nothing)", execution});
  CAPTURE(row.expression);
  const Tree tree = coding_tree();
  path::CompileOptions options;
  options.check = path::Check::strict;
  options.start = tree[tree.root()].type;
  auto mistake = path::Mistake::syntax;
  const auto made = path::compile(row.expression, test::definitions(), options, &mistake);
  CHECK(made.has_value() == (row.mistake == none));
  CHECK((mistake == row.mistake));
}

}  // namespace fingerpost
