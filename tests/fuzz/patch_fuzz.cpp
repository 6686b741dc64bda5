// A resource and a patch of any form: refused, or applied to what is JSON, XML or a tree again.
#include "fuzz/fuzz.h"
#include "model/xml.h"
#include "patch/patch.h"
#include "support/definitions.h"
#include "wire/json.h"

using namespace fingerpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& definitions = test::definitions();
  const auto limits = fuzz::bounds();
  const auto [resource, operations] = fuzz::halves(fuzz::text_of(data, size));
  auto wide = limits;
  wide.depth *= 3;  // a patch may nest one document in the other
  wide.nodes *= 3;
  for (const auto apply : {patch::apply_json, patch::apply_merge})
    if (const auto made = apply(resource, operations, limits))
      fuzz::require(wire::parse_json(*made, wide).has_value(), "a patched JSON is JSON");
  if (const auto made = patch::apply_xml(resource, operations, limits))
    fuzz::require(wire::parse_xml(*made, wide).has_value(), "a patched XML is XML");
  auto tree = model::read_resource(definitions, std::string(resource), limits);
  const auto parameters = model::read_resource(definitions, std::string(operations), limits);
  if (!tree || !parameters) return 0;
  if (patch::apply_fhirpath(definitions, tree->tree, parameters->tree, limits)) {
    std::string out;
    model::write_json(definitions, tree->tree, tree->tree.root(), out);
    fuzz::require(wire::parse_json(out, wide).has_value(), "a patched resource is written");
  }
  return 0;
}
