// The mapping engine: a REF^I12 from its bytes and with its result written, copying a resource by
// rules, and loading the maps.

#include "bench/measure.h"
#include "mapping/fml.h"
#include "support/translator.h"

#include <cstdio>
#include <string>

using namespace fingerpost;

namespace {

void messages() {
  const double start = bench::cpu_us();
  const auto& translator = test::translator();
  std::printf("definitions and maps ready in %.1f ms CPU\n", (bench::cpu_us() - start) / 1e3);
  const auto file = test::project() / "mappings/hl7v2/samples/ref-i12-social-prescribing.hl7";
  const auto text = test::read_file(file);
  const auto size = static_cast<double>(text.size());
  bench::print("REF^I12: translate",
               bench::measure(500, [&] { (void)translator.translate(Format::hl7v2, text, {}); }),
               size);
  bench::print("REF^I12: translate and write",
               bench::measure(500,
                              [&] {
                                const auto made = translator.translate(Format::hl7v2, text, {});
                                std::string out;
                                if (made)
                                  model::write_json(test::definitions(), made->bundle,
                                                    made->bundle.root(), out);
                              }),
               size);
}

// Rules alone: a Patient taken over name by name, with a condition and a text each.
void rules() {
  auto definitions = test::load_definitions();
  mapping::MapsBuilder builder(definitions);
  const auto added = builder.add_map(
      "map \"urn:bench\" = \"bench\"\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as target\n"
      "group main(source src : Patient, target tgt : Patient) {\n"
      "  src.id -> tgt.id; src.gender -> tgt.gender; src.birthDate -> tgt.birthDate;\n"
      "  src.name as n where (family.exists()) -> tgt.name as m then Name(n, m); }\n"
      "group Name(source src, target tgt) {\n"
      "  src.use as u where ($this = 'official') -> tgt.use = u; src.family as f -> tgt.family = "
      "f;\n"
      "  src.given as g -> tgt.given = g; src -> tgt.text = (family & ', ' & given.first()); }\n",
      "bench.map");
  auto maps = builder.link();
  std::string source = R"({"resourceType":"Patient","id":"a","gender":"male","name":[)";
  for (int i = 0; i < 10; ++i)
    source += R"({"use":"official","family":"Name","given":["One","Two"]},)";
  source.back() = ']';
  source += "}";
  auto read = model::read_json(definitions, source, {});
  if (!added || !maps || !read) return;
  const NodeRef root{&read->tree, read->tree.root()};
  bench::print("54 rules on a Patient", bench::measure(2000, [&] {
                 Tree target(definitions.names());
                 (void)mapping::transform(*maps, "bench", {&root, 1}, target);
               }));
}

}  // namespace

int main() {
  rules();
  messages();
}
