// A map's text: refused with its place, or parsed and linked.
#include "fuzz/fuzz.h"
#include "mapping/fml.h"
#include "support/definitions.h"

using namespace fingerpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto definitions = test::load_definitions();
  for (const auto dialect : {mapping::Dialect::standard, mapping::Dialect::extended}) {
    mapping::MapsBuilder builder(definitions, dialect);
    const auto added = builder.add_map(fuzz::text_of(data, size), "fuzz.map");
    if (added) {
      const auto linked = builder.link();
      fuzz::require(linked || !linked.error().text.empty(), "a refusal says why");
    } else {
      fuzz::require(!added.error().where.empty(), "a refusal says where");
    }
  }
  return 0;
}
