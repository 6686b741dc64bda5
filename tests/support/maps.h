// A map text run over a JSON source, for tests of the mapping language.

#pragma once

#include "mapping/fml.h"
#include "mapping/loss.h"
#include "model/xml.h"
#include "support/definitions.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test {

struct MapRun {
  std::string json;   // the result; empty when it failed
  std::string error;  // "where: text"
  Issues issues;
  mapping::LossReport report;
  std::shared_ptr<const void> keep;  // what the report's places are views of
};

// Its own definitions, so that tests may intern and extend as they like.
class MapSet {
 public:
  explicit MapSet(mapping::Dialect dialect = mapping::Dialect::extended)
      : MapSet(dialect, load_definitions()) {}
  MapSet(mapping::Dialect dialect, model::Definitions definitions)
      : definitions_(std::make_unique<model::Definitions>(std::move(definitions))),
        builder_(*definitions_, dialect) {}

  // Empty when it was taken, otherwise "where: text".
  std::string add(std::string_view text, const std::string& file = "test.map") {
    const auto added = builder_.add_map(text, file);
    return added ? "" : added.error().where + ": " + added.error().text;
  }
  // As JSON or XML.
  std::string add_resource(std::string_view text, std::string_view partner = "",
                           const std::string& file = "test.json") {
    auto read = model::read_resource(*definitions_, std::string(text), Limits{});
    if (!read) return read.error().where + ": " + read.error().text;
    const auto& tree = read->tree;
    const bool map = definitions_->type_name(tree[tree.root()].type) == "StructureMap";
    const auto added =
        map ? builder_.add_structure_map(tree, file) : builder_.add_concept_map(tree, partner);
    return added ? "" : added.error().where + ": " + added.error().text;
  }
  std::string link() {
    auto linked = builder_.link();
    if (!linked) return linked.error().where + ": " + linked.error().text;
    maps_ = std::make_unique<mapping::Maps>(*std::move(linked));
    return "";
  }
  const Issues& issues() const { return builder_.issues(); }
  model::Definitions& definitions() { return *definitions_; }
  const mapping::Maps& maps() const { return *maps_; }

  MapRun run(std::string_view name, std::string_view source,
             const mapping::RunOptions& options = {}, model::Model model = model::Model::r4) {
    if (!maps_)
      if (const auto wrong = link(); !wrong.empty()) throw std::runtime_error(wrong);
    auto read = model::read_json(*definitions_, std::string(source), Limits{}, model);
    if (!read) throw std::runtime_error("source: " + read.error().text);
    Tree target(definitions_->names());
    const NodeRef root{&read->tree, read->tree.root()};
    MapRun made;
    const auto done = mapping::transform(*maps_, name, {&root, 1}, target, options);
    if (!done) {
      made.error = done.error().where + ": " + done.error().text;
      return made;
    }
    made.issues = done->issues();
    made.keep = std::make_shared<mapping::Maps>(*maps_);
    made.report = mapping::loss_report(*maps_, *done, target, {}, mapping::Trace::yes);
    model::write_json(*definitions_, target, target.root(), made.json);
    return made;
  }

 private:
  std::unique_ptr<model::Definitions> definitions_;
  mapping::MapsBuilder builder_;
  std::unique_ptr<mapping::Maps> maps_;
};

// Runs the rules of one group Patient -> Patient, over a Patient with these members.
inline MapRun run_rules(std::string_view rules, std::string_view members,
                        mapping::Dialect dialect = mapping::Dialect::extended,
                        const mapping::RunOptions& options = {}) {
  MapSet set(dialect);
  const std::string text =
      "map \"urn:test\" = \"test\"\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as source\n"
      "uses \"http://hl7.org/fhir/StructureDefinition/Patient\" alias Patient as target\n"
      "group main(source src : Patient, target tgt : Patient) {\n" +
      std::string(rules) + "\n}\n";
  MapRun made;
  made.error = set.add(text);
  if (made.error.empty()) made.error = set.link();
  if (!made.error.empty()) return made;
  const std::string source = "{\"resourceType\":\"Patient\"" +
                             std::string(members.empty() ? "" : ",") + std::string(members) + "}";
  return set.run("test", source, options);
}

}  // namespace fingerpost::test
