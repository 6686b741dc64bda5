#include "suite/mapping.h"

#include "mapping/fml.h"
#include "mapping/parse.h"
#include "suite/resource.h"
#include "wire/sorted_json.h"
#include "wire/xml.h"

namespace fingerpost::suite {
namespace {

using wire::XmlView;

// Adds the map and gives its url.
Result<std::string> add_map(const Setting& setting, const std::filesystem::path& file,
                            mapping::MapsBuilder& builder) {
  LET(auto text, setting.read(file));
  const auto name = file.filename().string();
  if (file.extension() == ".map") {
    LET(const auto map, mapping::parse_map(text, name, wide_limits()));
    LET_DONE(builder.add_map(text, name));
    return map.url;
  }
  LET(const auto read, read_resource(setting, std::move(text)));
  LET(const auto map, mapping::read_structure_map(setting.definitions, read.tree, name));
  LET_DONE(builder.add_structure_map(read.tree, name));
  return map.url;
}

Result<std::string> sorted(std::string json) {
  LET(const auto document, wire::parse_json(std::move(json), wide_limits()));
  return wire::sorted_json(wire::JsonView(document));
}

Result<std::string> transformed(const Setting& setting, const std::filesystem::path& map,
                                const std::filesystem::path& source) {
  LET(const auto definitions, setting.open());
  const Setting own{*definitions, setting.read, setting.open};
  mapping::MapsBuilder builder(*definitions, mapping::Dialect::standard);
  LET(const auto url, add_map(own, map, builder));
  LET(const auto maps, builder.link());
  LET(const auto input, read_resource_file(own, source));
  const NodeRef root{&input.tree, input.tree.root()};
  Tree target(definitions->names());
  LET(const auto done, mapping::transform(maps, url, {&root, 1}, target, {}));
  return to_json(*definitions, target);
}

Result<std::string> wanted_json(const Setting& setting, const std::filesystem::path& file) {
  if (file.extension() == ".json") return setting.read(file);
  LET(const auto read, read_resource_file(setting, file));
  return to_json(setting.definitions, read.tree);
}

Result<std::string> wanted_of(const Setting& setting, const std::filesystem::path& file) {
  LET(auto json, wanted_json(setting, file));
  return sorted(std::move(json));
}

}  // namespace

Result<Report> run_mapping(const Setting& setting, const std::filesystem::path& manifest) {
  LET(auto text, setting.read(manifest));
  LET(const auto document, wire::parse_xml(std::move(text), wide_limits()));
  const auto folder = manifest.parent_path();
  Report report;
  XmlView(document).each([&](const XmlView& test) {
    const auto file = [&](std::string_view name) { return folder / std::string(test[name]); };
    const auto wanted = wanted_of(setting, file("output"));
    if (!wanted && std::string_view(test["output"]).ends_with(".xml"))
      return report.push_back(skipped(std::string(test["map"]), "its result is no FHIR resource"));
    auto made = transformed(setting, file("map"), file("source"));
    if (made) made = sorted(*std::move(made));
    const auto told = [](const Result<std::string>& one) {
      return one ? *one : one.error().text + " at " + one.error().where;
    };
    const bool same = made && wanted && *made == *wanted;
    report.push_back(judged(std::string(test["map"]), told(wanted), same ? "" : told(made)));
  });
  number_names(report);
  return report;
}

}  // namespace fingerpost::suite
