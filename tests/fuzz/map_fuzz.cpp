// A map's text, or a StructureMap as JSON: refused with its place, or parsed, printed and parsed
// again to the same map, linked, and run within its budget, twice the same.
#include "fuzz/fuzz.h"
#include "mapping/fml.h"
#include "mapping/parse.h"
#include "model/json.h"
#include "support/definitions.h"

#include <optional>

using namespace fingerpost;

namespace {

// Its own, as linking interns names.
model::Definitions& definitions() {
  static auto made = test::load_definitions();
  return made;
}

const Tree& patient() {
  static const auto read = model::read_json(
      definitions(),
      R"({"resourceType":"Patient","active":true,"birthDate":"1948-03","gender":"female",
      "name":[{"family":"Testwell","given":["Ann","B"]},{"text":"x"}],
      "identifier":[{"system":"urn:a","value":"1"}]})",
      Limits{});
  return read->tree;
}

std::optional<mapping::MapText> map_of(const std::string& text) {
  if (!text.starts_with("{")) {
    auto parsed = mapping::parse_map(text, "fuzz.map", fuzz::bounds());
    fuzz::require(parsed || !parsed.error().where.empty(), "a refusal says where");
    return parsed ? std::optional(*std::move(parsed)) : std::nullopt;
  }
  const auto read = model::read_json(definitions(), text, fuzz::bounds());
  if (!read) return {};
  auto map = mapping::read_structure_map(definitions(), read->tree, "fuzz.json");
  return map ? std::optional(*std::move(map)) : std::nullopt;
}

// What a text says; a StructureMap may have texts that FML cannot write.
void print_and_parse(const mapping::MapText& map, bool written) {
  const auto text = mapping::print(map);
  Limits wide = fuzz::bounds();
  wide.map_bytes *= 8;
  const auto again = mapping::parse_map(text, "fuzz.map", wide);
  fuzz::require(again || !written, "what was parsed is printed as it can be parsed");
  if (!again) return;
  fuzz::require(mapping::print(*again) == text || !written, "print and parse give the same map");
}

std::string shown(const mapping::Maps& maps, const std::string& entry) {
  mapping::RunOptions options;
  options.limits = fuzz::bounds();
  options.output_bytes = 1 << 20;
  options.translations = 1'000;
  options.seed = "fuzz";
  const mapping::Parameter parameters[] = {{"now", "2026-11-22T09:30:00.000+00:00"}};
  options.parameters = parameters;
  Tree target(definitions().names());
  const NodeRef root{&patient(), patient().root()};
  const auto done = mapping::transform(maps, entry, {&root, 1}, target, options);
  if (!done) return "error: " + done.error().text;
  std::string out;
  model::write_json(definitions(), target, target.root(), out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const auto map = map_of(text);
  if (!map) return 0;
  print_and_parse(*map, !text.starts_with("{"));
  for (const auto dialect : {mapping::Dialect::standard, mapping::Dialect::extended}) {
    auto one = *map;
    one.dialect = dialect;
    mapping::MapsBuilder builder(std::as_const(definitions()), dialect, fuzz::bounds());
    builder.add_map(std::make_shared<const mapping::MapText>(std::move(one)));
    const auto linked = builder.link();
    fuzz::require(linked || !linked.error().text.empty(), "a refusal says why");
    const auto& entry = map->url.empty() ? map->name : map->url;
    if (linked) fuzz::require(shown(*linked, entry) == shown(*linked, entry), "the same twice");
  }
  return 0;
}
