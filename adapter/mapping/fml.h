// FHIR Mapping Language: maps compiled once, linked into an immutable set, and run over trees.
//
// The language is R4 StructureMap with the text form of R4 and R5 (mappings/README.md has the page
// for authors, with our extensions). Order of use: a MapsBuilder takes all maps and concept maps of
// a set, link() makes the Maps, transform() runs one of them.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {
class ConceptMap;
}
namespace fingerpost::path {
struct Environment;
}

namespace fingerpost::mapping {

struct MapText;  // text.h
struct Program;  // program.h
struct Sources;  // what a builder has been given

// Where a rule stands. Rule 0 is "no rule".
using RuleId = std::uint32_t;
struct RulePlace {
  std::string_view file;
  std::string_view group;
  std::string_view rule;  // "" when the rule has no name
  int line = 0;
};

// A linked set. Immutable; any thread. Views of a RulePlace live as long as a copy of the set.
class Maps {
 public:
  explicit Maps(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  // Is there a map of this url or name, or a group of this name?
  bool has(std::string_view map_or_group) const;
  // The type of the first source that it takes; no_type: not said, or not known.
  TypeId source_type(std::string_view map_or_group) const;
  RulePlace place(RuleId rule) const;
  const Program& program() const { return *program_; }

 private:
  std::shared_ptr<const Program> program_;
};

// What a map is written in, where its header does not say (`/// dialect = "standard"`).
// standard: only what R4 StructureMap defines, so that the map runs in other engines too.
// extended: with the documented extensions, and translate() must say what an unmapped code becomes.
enum class Dialect : std::uint8_t { standard, extended };

// Collects the texts of a set.
class MapsBuilder {
 public:
  // Interns names in the definitions, so build before serving.
  explicit MapsBuilder(model::Definitions& definitions, Dialect dialect = Dialect::extended,
                       const Limits& limits = {});
  // Interns nothing, so that maps may be compiled while the program serves: an element that no
  // definition names is found nowhere, and cannot be made.
  explicit MapsBuilder(const model::Definitions& definitions, Dialect dialect = Dialect::extended,
                       const Limits& limits = {});
  ~MapsBuilder();
  MapsBuilder(MapsBuilder&&) noexcept;
  MapsBuilder& operator=(MapsBuilder&&) noexcept;

  // One map text; the file name is only for messages. Kind::invalid, `where` = "file:line:column".
  Result<void> add_map(std::string_view text, std::string file);
  // An R4 StructureMap resource.
  Result<void> add_structure_map(const Tree& map, std::string file);
  // An R4 (or R5-shaped) ConceptMap resource. A partner's map is tried before the general one of
  // the same url, and only in runs for that partner.
  Result<void> add_concept_map(const Tree& map, std::string_view partner = "");
  // What has been read before (mapping/parse.h).
  void add_map(std::shared_ptr<const MapText> map);
  void add_concept_map(std::shared_ptr<const terminology::ConceptMap> map);
  // All that a linked set was made of, each map in the dialect it had there.
  void add_loaded(const Maps& maps);

  // Resolves imports, groups, types, elements and expressions. The error is the first of issues().
  Result<Maps> link();
  // After link(): everything found, `expression` = "file:line:column". May hold warnings on
  // success.
  const Issues& issues() const;

 private:
  std::unique_ptr<Sources> sources_;
};

// A text a map sees as %name.
struct Parameter {
  std::string_view name;
  std::string_view value;
};

struct RunOptions {
  std::span<const Parameter> parameters;  // e.g. now, source, partner
  std::string_view partner;               // whose concept maps come first; "" for none
  std::string_view seed;                  // plain uuid() needs one: the message's own key
  bool utc = false;  // dates without an offset are UTC; otherwise they are Europe/London
  Limits limits;
  std::size_t output_bytes = std::size_t{256} << 20;  // of all texts that the result holds
  std::uint64_t translations = 1'000'000;             // calls of translate()
  // Sets what the map's expressions may ask (memberOf(), conformsTo() …), and the bound of time of
  // the whole run. When absent conformsTo() knows the base types, and steps are the bound.
  std::function<void(path::Environment& environment)> world;
  // Finds what a reference names. When absent: contained resources, and the entries of a source
  // that is a Bundle, by fullUrl or Type/id.
  std::function<NodeRef(std::string_view reference)> resolve;
  // Names a source place in issues, "PID-5.1" say. When absent: model::location.
  std::function<std::string(NodeRef)> place;
  // Receives log() texts, which may hold patient data. When absent they go nowhere.
  std::function<void(const RulePlace& rule, std::string_view text)> log;
};

// Which source node, by which rule, made a target node.
struct Origin {
  const Tree* tree = nullptr;
  NodeId source = no_node;
  RuleId rule = 0;
};

// Something the run has to say: from warn(), error() in an isolated group, an unmapped code.
struct Finding {
  Issue issue;  // `expression` is the source place
  NodeRef source;
  RuleId rule = 0;
};

// What was read of one source tree, by node: the value was used, or the whole subtree was.
enum class Read : std::uint8_t { no = 0, value = 1, subtree = 2 };
struct Reads {
  const Tree* tree = nullptr;
  NodeId root = no_node;
  std::vector<std::uint8_t> of;  // Read, indexed by NodeId

  Read operator[](NodeId node) const {
    return node < of.size() ? static_cast<Read>(of[node]) : Read::no;
  }
};

struct Transformed {
  std::vector<Finding> findings;
  std::vector<Origin> origins;  // indexed by target NodeId
  std::vector<Reads> reads;     // one for each source tree

  Issues issues() const;
};

// Runs a map: its first group, when `name` is a map's url or name, or else the group of that name.
// Sources go to the group's source parameters in order; `target`'s root is its target parameter and
// takes the parameter's type when it has none. The trees must be made with the names of the
// definitions. Kind::not_found: no such map. Kind::invalid: check() or error() outside an isolated
// group, a value that does not fit, a limit; `where` = the source place, and the target is then
// half made and of no use.
Result<Transformed> transform(const Maps& maps, std::string_view name,
                              std::span<const NodeRef> sources, Tree& target,
                              const RunOptions& options = {});

}  // namespace fingerpost::mapping
