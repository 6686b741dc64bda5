#include "suite/mapping.h"

#include "mapping/fml.h"
#include "mapping/parse.h"
#include "mapping/text.h"
#include "suite/resource.h"
#include "wire/sorted_json.h"
#include "wire/xml.h"

#include <algorithm>
#include <set>

namespace fingerpost::suite {
namespace {

namespace fs = std::filesystem;
using mapping::MapText;
using wire::XmlView;

// A map, one of its sources, and what it is to make of that.
struct Mapped {
  std::string name;
  fs::path map, source, wanted;
};

bool is_resource_file(const fs::path& file) {
  return file.extension() == ".json" || file.extension() == ".xml";
}

// What is no resource is map text, whatever its file's name ends in.
Result<MapText> read_map(const Setting& setting, const fs::path& file) {
  LET(auto text, setting.read(file));
  const auto name = file.filename().string();
  auto map = Result<MapText>(MapText());
  if (is_resource_file(file)) {
    LET(const auto read, read_resource(setting, std::move(text)));
    map = mapping::read_structure_map(setting.definitions, read.tree, name);
  } else {
    map = mapping::parse_map(text, name, wide_limits());
  }
  if (map) map->dialect = map->stated_dialect.value_or(mapping::Dialect::standard);
  return map;
}

Result<std::string> sorted(std::string json) {
  LET(const auto document, wire::parse_json(std::move(json), wide_limits()));
  return wire::sorted_json(wire::JsonView(document));
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; at != end && !error; at.increment(error))
    if (at->is_regular_file(error)) files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

class Suite {
 public:
  // Maps may import those of `library`.
  Suite(const Setting& setting, const std::vector<fs::path>& library) : setting_(setting) {
    for (const auto& file : library)
      if (auto map = read_map(setting, file))
        library_.push_back(std::make_shared<const MapText>(*std::move(map)));
  }

  Case run(const Mapped& one) const {
    const auto map = read_map(setting_, one.map);
    const auto wanted = setting_.read(one.wanted);
    if (map && wanted && is_foreign(*wanted))
      return skipped(one.name, "its result is no FHIR resource; the map was parsed");
    auto expected = wanted;
    if (wanted) expected = as_json(one.wanted, *wanted);
    if (expected) expected = sorted(*std::move(expected));
    auto made = map ? transformed(*map, one.source) : Result<std::string>(map.error());
    if (made) made = sorted(*std::move(made));
    const auto told = [](const Result<std::string>& text) {
      return text ? *text : text.error().text + " at " + text.error().where;
    };
    const bool same = made && expected && *made == *expected;
    return judged(one.name, told(expected), same ? "" : told(made));
  }

  Case without_input(const fs::path& file) const {
    const auto name = file.filename().string();
    const auto map = read_map(setting_, file);
    if (map) return skipped(name, "it has no input; the map was parsed");
    return judged(name, "a map", map.error().text + " at " + map.error().where);
  }

 private:
  // XML of another standard, CDA say.
  static bool is_foreign(const std::string& text) {
    if (!text.starts_with('<')) return false;
    const auto document = wire::parse_xml(text, wide_limits());
    return document && XmlView(*document).space() != "http://hl7.org/fhir";
  }

  Result<std::string> as_json(const fs::path& file, const std::string& text) const {
    if (file.extension() == ".json") return text;
    LET(const auto read, read_resource(setting_, text));
    return to_json(setting_.definitions, read.tree);
  }

  void add_imports(const MapText& map, std::set<const MapText*>& added,
                   mapping::MapsBuilder& builder) const {
    for (const auto& pattern : map.imports)
      for (const auto& other : library_)
        if (other->url != map.url && mapping::import_matches(pattern, other->url) &&
            added.insert(other.get()).second) {
          builder.add_map(other);
          add_imports(*other, added, builder);
        }
  }

  Result<std::string> transformed(const MapText& map, const fs::path& source) const {
    LET(const auto definitions, setting_.open());
    const Setting own{*definitions, setting_.read, setting_.open};
    mapping::MapsBuilder builder(*definitions, mapping::Dialect::standard, wide_limits());
    builder.add_map(std::make_shared<const MapText>(map));
    std::set<const MapText*> added;
    add_imports(map, added, builder);
    LET(const auto maps, builder.link());
    LET(const auto input, read_resource_file(own, source));
    const NodeRef root{&input.tree, input.tree.root()};
    Tree target(definitions->names());
    LET(const auto done, mapping::transform(maps, map.url, {&root, 1}, target, {}));
    return to_json(*definitions, target);
  }

  const Setting& setting_;
  std::vector<std::shared_ptr<const MapText>> library_;
};

Result<Report> run_manifest(const Setting& setting, const fs::path& manifest) {
  LET(auto text, setting.read(manifest));
  LET(const auto document, wire::parse_xml(std::move(text), wide_limits()));
  const auto folder = manifest.parent_path();
  const Suite suite(setting, {});
  Report report;
  XmlView(document).each([&](const XmlView& test) {
    if (test.name() != "test") return;
    const auto file = [&](std::string_view name) { return folder / std::string(test[name]); };
    report.push_back(
        suite.run({std::string(test["map"]), file("map"), file("source"), file("output")}));
  });
  return report;
}

// The file of that stem, in either form; one of JSON that is not there when there is none.
fs::path file_of_stem(const fs::path& folder, const std::string& stem) {
  auto file = folder / (stem + ".json");
  std::error_code error;
  if (!fs::exists(file, error) && fs::exists(folder / (stem + ".xml"), error))
    file.replace_extension(".xml");
  return file;
}

// "X_000" is the map X's.
std::string map_of(const std::string& stem) {
  return stem.substr(0, stem.rfind('_'));
}

Report run_folder(const Setting& setting, const fs::path& folder) {
  const auto maps = files_in(folder / "maps");
  const Suite suite(setting, maps);
  Report report;
  std::set<std::string> asked, used;
  for (const auto& input : files_in(folder / "input")) {
    const auto name = input.stem().string();
    asked.insert(name);
    for (const auto& map : maps) {
      if (map.stem() != map_of(name)) continue;
      used.insert(map_of(name));
      report.push_back(suite.run({name, map, input, file_of_stem(folder / "expected", name)}));
    }
    if (!used.contains(map_of(name)))
      report.push_back(judged(name, "a map " + map_of(name), "there is none"));
  }
  for (const auto& map : maps)
    if (!used.contains(map.stem().string())) report.push_back(suite.without_input(map));
  for (const auto& wanted : files_in(folder / "expected"))
    if (const auto name = wanted.stem().string(); !asked.contains(name))
      report.push_back(judged(name, "an input", "there is none"));
  return report;
}

}  // namespace

Result<Report> run_mapping(const Setting& setting, const fs::path& manifest) {
  std::error_code error;
  auto report = fs::is_directory(manifest, error) ? Result<Report>(run_folder(setting, manifest))
                                                  : run_manifest(setting, manifest);
  if (report) number_names(*report);
  return report;
}

}  // namespace fingerpost::suite
