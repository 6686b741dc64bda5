#include "base/system.h"
#include "command/command.h"
#include "command/packages.h"
#include "mapping/fml.h"
#include "mapping/parse.h"
#include "model/compile.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "store/body.h"
#include "terminology/core.h"

#include <algorithm>
#include <ostream>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

// The JSON files of the --definitions folders, in the order of their paths.
Result<std::vector<model::DefinitionFile>> read_folders(const std::vector<std::string>& folders) {
  std::vector<model::DefinitionFile> files;
  for (const auto& folder : folders) {
    std::error_code error;
    std::vector<fs::path> paths;
    for (fs::directory_iterator at(folder, error), end; at != end && !error; at.increment(error))
      if (at->path().extension() == ".json") paths.push_back(at->path());
    if (error) return Error{Kind::not_found, "is no folder that can be read", folder};
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      LET(auto text, read_file(path));
      files.push_back({path.string(), std::move(text)});
    }
  }
  return files;
}

// The definitions with the folders' logical models added to them.
Result<std::unique_ptr<model::Definitions>> definitions_with(
    const SharedPaths& shared, std::span<const model::DefinitionFile> files) {
  LET(auto definitions, open_definitions(shared));
  if (files.empty()) return definitions;
  LET(auto extended, model::extend(*definitions, files));
  const auto bytes = std::make_shared<const std::vector<std::byte>>(std::move(extended.bytes));
  LET(auto made, model::Definitions::view(*bytes, bytes));
  return std::make_unique<model::Definitions>(std::move(made));
}

// A StructureMap is a map, a ConceptMap a table of codes; other resources are definitions. Gives
// the map's url.
Result<std::string> add_resource(const model::Definitions& definitions, const std::string& text,
                                 const std::string& file, mapping::MapsBuilder& builder) {
  LET(const auto read, model::read_resource(definitions, text, Limits{}));
  const auto type = definitions.type_name(read.tree[read.tree.root()].type);
  Result<void> added;
  if (type == "ConceptMap") added = builder.add_concept_map(read.tree);
  if (type != "StructureMap") return added ? Result<std::string>("") : added.error();
  LET(const auto map, mapping::read_structure_map(definitions, read.tree, file));
  added = builder.add_structure_map(read.tree, file);
  return added ? Result<std::string>(map.url) : added.error();
}

// Gives the map's url.
Result<std::string> add_map(const std::string& file, const model::Definitions& definitions,
                            mapping::MapsBuilder& builder) {
  LET(const auto text, read_file(file));
  const auto extension = fs::path(file).extension();
  if (extension == ".json" || extension == ".xml")
    return add_resource(definitions, text, file, builder);
  LET(const auto map, mapping::parse_map(text, file, Limits{}));
  const auto added = builder.add_map(text, file);
  return added ? Result<std::string>(map.url) : added.error();
}

void print_findings(const mapping::Transformed& run, Console console) {
  for (const auto& issue : run.issues())
    console.error << code(issue.severity) << ": " << issue.expression << ": " << issue.text << '\n';
}

Result<mapping::Maps> link(const Transform& command, model::Definitions& definitions,
                           std::span<const model::DefinitionFile> files, std::string& first_url) {
  const auto dialect = command.standard ? mapping::Dialect::standard : mapping::Dialect::extended;
  mapping::MapsBuilder builder(definitions, dialect);
  for (const auto& file : files) {
    const auto added = add_resource(definitions, file.text, file.name, builder);
    if (!added) return added.error();
  }
  for (const auto& file : command.maps) {
    LET(const auto url, add_map(file, definitions, builder));
    if (first_url.empty()) first_url = url;
  }
  return builder.link();
}

Result<std::string> transformed(const Transform& command, Console console) {
  LET(const auto files, read_folders(command.definitions));
  LET(const auto definitions, definitions_with(command.shared, files));
  std::string url;
  LET(const auto maps, link(command, *definitions, files, url));
  LET(auto bytes, read_file(command.source));
  LET(const auto source, model::read_resource(*definitions, std::move(bytes), Limits{}));

  const NodeRef root{&source.tree, source.tree.root()};
  const auto now = command.now.empty() ? store::instant(SystemClock().now_us()) : command.now;
  const mapping::Parameter parameters[] = {{"now", now}};
  mapping::RunOptions options;
  options.parameters = parameters;
  options.seed = "fingerpost transform";
  auto codes = terminology::core(*definitions);
  profile::Validator validator(*definitions, &codes);
  LET_DONE(
      add_packages(*definitions, command.packages, validator.registry(), codes, console.error));
  options.world = [&](path::Environment& environment) {
    validator.serve(environment, options.limits);
  };
  Tree target(definitions->names());
  LET(const auto run, mapping::transform(maps, url, {&root, 1}, target, options));
  print_findings(run, console);
  std::string out;
  model::write_json(*definitions, target, target.root(), out, model::Pretty::yes);
  return out + "\n";
}

}  // namespace

int run(const Transform& command, Console console) {
  const auto out = transformed(command, console);
  if (!out) return refuse(out.error(), console);
  console.out << *out;
  return done;
}

}  // namespace fingerpost::command
