// What twice as much costs: near 2 is in proportion. Validation, terminology, maps, XML.

#include "bench/measure.h"
#include "mapping/fml.h"
#include "model/json.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "support/definitions.h"
#include "terminology/build.h"
#include "terminology/core.h"
#include "terminology/operations.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

using namespace fingerpost;

namespace {

constexpr int small = 2'000;

// work(n) prepares n and gives what is measured.
template <class Work>
void ratio(const char* name, Work work) {
  const auto once = bench::measure(1, work(small)).least_us;
  const auto twice = bench::measure(1, work(2 * small)).least_us;
  std::printf("%-48s %10.0f µs of %d %12.0f µs of %d   ratio %.2f\n", name, once, small, twice,
              2 * small, twice / once);
}

template <class Item>
std::string listed(int n, Item item) {
  std::string text;
  for (int i = 0; i < n; ++i) text += (i == 0 ? "" : ",") + item(std::to_string(i));
  return text;
}

std::string patient(int n) {
  return R"({"resourceType":"Patient","name":[)" +
         listed(n,
                [](const std::string& i) {
                  return R"({"use":"official","family":"F)" + i + R"(","given":["A","B"]})";
                }) +
         "]}";
}

Tree tree_of(const model::Definitions& definitions, std::string text) {
  auto read = model::read_json(definitions, std::move(text), {});
  if (!read) std::abort();
  return std::move(read->tree);
}

void validation() {
  const auto& definitions = test::definitions();
  static const auto codes = terminology::core(definitions);
  static const profile::Validator validator(definitions, &codes);
  ratio("validate: names of a Patient", [&](int n) {
    return [tree = tree_of(definitions, patient(n))] {
      (void)validator.validate(tree, tree.root(), {}, {});
    };
  });
  ratio("validate: entries of a Bundle", [&](int n) {
    const auto text = R"({"resourceType":"Bundle","type":"collection","entry":[)" +
                      listed(n,
                             [](const std::string& i) {
                               return R"({"fullUrl":"http://test.example/Patient/p)" + i +
                                      R"(","resource":{"resourceType":"Patient","id":"p)" + i +
                                      R"(","link":[{"other":{"reference":"Patient/p0"},
                                         "type":"seealso"}]}})";
                             }) +
                      "]}";
    return [tree = tree_of(definitions, text)] {
      (void)validator.validate(tree, tree.root(), {}, {});
    };
  });
}

void terminology_answers() {
  const auto& definitions = test::definitions();
  const auto system = [](int n) {
    return R"({"resourceType":"CodeSystem","url":"urn:c","status":"active","content":"complete",
      "valueSet":"urn:v","concept":[)" +
           listed(n,
                  [](const std::string& i) {
                    return R"({"code":"c)" + i + R"(","display":"Code )" + i + "\"}";
                  }) +
           "]}";
  };
  ratio("terminology: a code system's tables", [&](int n) {
    return [&definitions, tree = tree_of(definitions, system(n))] {
      terminology::Builder builder(definitions);
      (void)builder.add(tree, tree.root());
      (void)std::move(builder).finish();
    };
  });
  ratio("terminology: $expand of all codes", [&](int n) {
    terminology::Builder builder(definitions);
    for (const auto& text :
         {system(n), std::string(R"({"resourceType":"ValueSet","url":"urn:v","status":"active",
            "compose":{"include":[{"system":"urn:c"}]}})")}) {
      const auto tree = tree_of(definitions, text);
      (void)builder.add(tree, tree.root());
    }
    terminology::Terminology all;
    all.add(std::move(builder).finish());
    return [&definitions, all, tree = tree_of(definitions, R"({"resourceType":"Parameters",
              "parameter":[{"name":"url","valueUri":"urn:v"}]})")] {
      const Limits limits;
      (void)terminology::expand(
          {definitions, all, limits, tree, "", "2026-01-01T00:00:00Z", "urn:uuid:1"});
    };
  });
}

void maps() {
  static auto definitions = test::load_definitions();
  mapping::MapsBuilder builder(definitions);
  const auto added = builder.add_map(
      "map \"urn:bench\" = \"bench\"\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as target\n"
      "group main(source src : Patient, target tgt : Patient) {\n"
      "  src.name as n -> tgt.name as m then Name(n, m); }\n"
      "group Name(source src, target tgt) {\n"
      "  src.use -> tgt.use; src.family -> tgt.family; src.given -> tgt.given; }\n",
      "bench.map");
  const auto linked = builder.link();
  if (!added || !linked) return;
  ratio("map: names of a Patient", [&](int n) {
    return [&linked, tree = tree_of(definitions, patient(n))] {
      const NodeRef root{&tree, tree.root()};
      Tree target(definitions.names());
      (void)mapping::transform(*linked, "bench", {&root, 1}, target);
    };
  });
}

void xml() {
  const auto& definitions = test::definitions();
  ratio("XML: written", [&](int n) {
    return [&definitions, tree = tree_of(definitions, patient(n))] {
      std::string out;
      model::write_xml(definitions, tree, tree.root(), out);
    };
  });
  ratio("XML: read", [&](int n) {
    const auto tree = tree_of(definitions, patient(n));
    std::string text;
    model::write_xml(definitions, tree, tree.root(), text);
    return [&definitions, text] { (void)model::read_xml(definitions, text, {}); };
  });
}

}  // namespace

int main() {
  validation();
  terminology_answers();
  maps();
  xml();
}
