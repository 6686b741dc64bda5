// Maps take steps in proportion to their source, and to their own size.

#include "support/cost.h"

#include "mapping/parse.h"
#include "support/maps.h"

using namespace fingerpost;

namespace {

std::string names(int n) {
  return R"("name":[)" +
         test::listed(n,
                      [](int i) {
                        return R"({"family":"f)" + std::to_string(i) + R"(","given":["a","b"]})";
                      }) +
         "]";
}

bool is_too_costly(const std::string& error) {
  return error.find("limit steps") != std::string::npos;
}

}  // namespace

TEST_CASE("a source twice as long takes a map twice the steps") {
  const auto rules = GENERATE(
      as<std::string>(), "src.name -> tgt.name;",
      "src.name as n -> tgt.name as m then { n.family -> m.family; n.given -> m.given; };",
      "src.name as n where (family = 'f3') -> tgt.name as m then { n.family -> m.family; };",
      "src.name as n -> tgt.name as m share one then { n.given -> m.given; } 'shared';",
      "src.name as n -> tgt.telecom as t, t.value = (n.given.first() & n.family) 'two';");
  CAPTURE(rules);
  const auto cost = [&](int n) {
    const auto source = names(n);
    return test::least_budget([&](std::uint64_t budget) {
      mapping::RunOptions options;
      options.limits.steps = budget;
      return !is_too_costly(
          test::run_rules(rules, source, mapping::Dialect::extended, options).error);
    });
  };
  test::check_linear(cost, 40);
}

TEST_CASE("elements that were given nothing go, however many, and those between them stay") {
  std::string rules, wanted;
  for (int i = 0; i < 20'000; ++i) {
    const bool filled = i % 100 == 7;
    rules += "src -> tgt.name as m" + std::to_string(i) +
             (filled ? ", m" + std::to_string(i) + ".family = 'f" + std::to_string(i) + "'" : "") +
             " 'r" + std::to_string(i) + "';\n";
    if (filled)
      wanted += (wanted.empty() ? "" : ",") + ("{\"family\":\"f" + std::to_string(i)) + "\"}";
  }
  const auto made = test::run_rules(rules, "");
  CHECK(made.error == "");
  CHECK(made.json.find("\"name\":[" + wanted + "]") != std::string::npos);
}

TEST_CASE("many variables, many rules and stars without end are refused before they are linked") {
  const auto& definitions = std::as_const(test::definitions());
  const auto linked = [&](const std::string& imports, const std::string& rules) {
    Limits limits;
    limits.steps = 1'000'000;
    mapping::MapsBuilder builder(definitions, mapping::Dialect::standard, limits);
    const auto added =
        builder.add_map("map 'http://x.example/" + std::string(500, 'a') + "' = 'x'\n" + imports +
                            "group g(source src, target tgt) {\n" + rules + "}",
                        "x.map");
    REQUIRE(added);
    const auto maps = builder.link();
    return maps ? std::string() : maps.error().text;
  };
  std::string variables;
  for (int i = 0; i < 3'000; ++i) {
    const auto at = std::to_string(i);
    variables += "src.a as s" + at + " where (s" + at + " = 1) -> tgt as t" + at + " 'r';\n";
  }
  std::string sources = "src.a as w0";
  for (int i = 1; i < 3'000; ++i) sources += ", src.a as w" + std::to_string(i) + " where (w1 = 1)";
  std::string stars;
  for (int i = 0; i < 200; ++i) stars += "a*";
  CHECK(linked("", variables).empty());
  CHECK(linked("", sources + " -> tgt as t 'r';").find("limit steps") != std::string::npos);
  CHECK(linked("imports 'http://x.example/" + stars + "b'\n", "").find("no such map") !=
        std::string::npos);
}

TEST_CASE("a group of more variables than there are places for is refused") {
  std::string sources = "src.a as w0";
  for (int i = 1; i < 70'000; ++i) sources += ", src.a as w" + std::to_string(i);
  Limits limits;
  limits.steps = 100'000'000'000;
  mapping::MapsBuilder builder(std::as_const(test::definitions()), mapping::Dialect::standard,
                               limits);
  REQUIRE(builder.add_map(
      "map 'urn:x' = 'x'\ngroup g(source src, target tgt) {\n" + sources + " -> tgt as t 'r'; }",
      "x.map"));
  const auto maps = builder.link();
  REQUIRE_FALSE(maps);
  CHECK(maps.error().text.find("too many variables") != std::string::npos);
}

TEST_CASE("a map is parsed in time in proportion to its text") {
  struct Row {
    const char *before, *again, *after;
  };
  const char* const group = "group g(source src, target tgt) {}";
  const auto row = GENERATE_COPY(
      Row{"group g(source src, target tgt) {\n", "src.a as s -> tgt.b = s 'r';\n", "}"},
      Row{"group g(source src, target tgt) {\n", "src.a -> tgt.a;\n", "}"},
      Row{"group g(source src, target tgt) {\nsrc.a as s", ", src.a as t where (a = 'b')",
          " -> tgt.b 'r';\n}"},
      Row{"group g(source src, target tgt) {\nsrc.a as s -> tgt.b", ", tgt.b = evaluate(s, a + 1)",
          " 'r';\n}"},
      Row{"group g(source src, target tgt) {\nsrc.a", ".a", " as s -> tgt.b = s 'r';\n}"},
      Row{"group g(source src, target tgt) {\nsrc.a as s where (a", " + a",
          ") -> tgt.b = s 'r';\n}"},
      Row{"group g(source src, target tgt) {\nsrc.a as s -> tgt.b = '", "text \\' ", "' 'r';\n}"},
      Row{"group g(source src, target tgt) {\nsrc.a as s -> tgt.b = append(s", ", 'a'",
          ") 'r';\n}"},
      Row{"", "group g(source src, target tgt) { src.a -> tgt.a; }\n", ""},
      Row{"", "imports 'http://test.example/*'\n", group},
      Row{"", "uses 'http://test.example/a' alias A as source\n", group},
      Row{"conceptmap '#c' {\nprefix s = 'urn:s'\nprefix t = 'urn:t'\n", "s:a - t:b\n",
          "}\ngroup g(source src, target tgt) {}"},
      Row{"", "// a comment\n", group}, Row{"", "/* a comment */ \n", group});
  CAPTURE(row.before, row.again);
  Limits limits;
  limits.expression_bytes = 1 << 20;
  test::check_linear_time(
      [&](int n) {
        std::string text = std::string("map 'urn:m' = 'm'\n") + row.before;
        for (int i = 0; i < n; ++i) text += row.again;
        text += row.after;
        return [text, &limits] {
          const auto map = mapping::parse_map(text, "m.map", limits);
          CHECK((map ? "" : map.error().text + " at " + map.error().where) == "");
        };
      },
      200);
}
