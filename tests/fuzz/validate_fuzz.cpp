// A resource, and perhaps a definition behind a NUL: the resource is validated, twice with the same
// issues, and is not changed; the definition gets a snapshot and is compiled, or refused.
#include "fuzz/fuzz.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "support/definitions.h"
#include "terminology/core.h"

using namespace fingerpost;

namespace {

// A profile of Observation with slices of each kind, so that the walk over profiles is run too.
const char* const sliced = R"({"resourceType":"StructureDefinition",
  "url":"http://test.example/p","name":"P","status":"draft","kind":"resource","abstract":false,
  "type":"Observation","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation",
  "derivation":"constraint","differential":{"element":[
  {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[
    {"type":"value","path":"coding.code"}],"rules":"open"},"min":1},
  {"id":"Observation.category:a","path":"Observation.category","sliceName":"a","max":"1"},
  {"id":"Observation.category:a.coding.code","path":"Observation.category.coding.code",
    "patternCode":"vital-signs","min":1},
  {"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[
    {"type":"type","path":"$this"}],"rules":"closed","ordered":true}},
  {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]",
    "sliceName":"valueQuantity","type":[{"code":"Quantity"}]},
  {"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[
    {"type":"exists","path":"value"}],"rules":"openAtEnd"}},
  {"id":"Observation.component:b","path":"Observation.component","sliceName":"b"},
  {"id":"Observation.component:b.value[x]","path":"Observation.component.value[x]","min":1}]}})";

struct World {
  terminology::Terminology codes = terminology::core(test::definitions());
  profile::Validator validator{test::definitions(), &codes};

  World() {
    auto read = model::read_json(test::definitions(), sliced, Limits{});
    fuzz::require(read.has_value(), "the profile is read");
    validator.registry().add(std::move(read->tree));
  }
};

Limits bounds() {
  auto limits = fuzz::bounds();
  limits.validation_steps = 200'000;
  limits.value_set_steps = 20'000;
  return limits;
}

std::string json_of(const Tree& tree) {
  std::string out;
  model::write_json(test::definitions(), tree, tree.root(), out);
  return out;
}

std::string shown(const Issues& issues) {
  std::string out;
  for (const auto& issue : issues)
    ((out += code(issue.severity)) += issue.expression) += issue.text + '\n';
  return out;
}

void check_definition(std::string_view text, const Limits& limits) {
  auto read = model::read_resource(test::definitions(), std::string(text), limits);
  if (!read) return;
  const auto& names = test::definitions().names();
  const NodeId url = read->tree.child(read->tree.root(), names.find("url"));
  if (url == no_node) return;
  const std::string canonical(read->tree.text(url));
  profile::Registry registry(test::definitions());
  registry.add(std::move(read->tree));
  (void)registry.with_snapshot(canonical);
  (void)registry.profile(canonical);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const auto limits = bounds();
  const auto [resource, definition] = fuzz::halves(fuzz::text_of(data, size));
  if (!definition.empty()) check_definition(definition, limits);
  const auto read = model::read_resource(test::definitions(), std::string(resource), limits);
  if (!read) return 0;
  const auto& tree = read->tree;
  const auto before = json_of(tree);
  profile::Options options;
  options.profiles = {"http://test.example/p"};
  options.now = "2026-11-22T09:30:00.000+00:00";
  const auto once = shown(world.validator.validate(tree, tree.root(), options, limits));
  const auto twice = shown(world.validator.validate(tree, tree.root(), options, limits));
  fuzz::require(once == twice, "the same issues twice");
  fuzz::require(json_of(tree) == before, "validation changes nothing");
  return 0;
}
