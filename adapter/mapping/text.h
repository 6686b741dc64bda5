// A map as it is written: what parsing the text form, or reading a StructureMap, gives.

#pragma once

#include "mapping/fml.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fingerpost::mapping {

struct At {
  int line = 0;
  int column = 0;
};

// A FHIRPath expression, quotes already made FHIRPath's own. Empty text: there is none.
struct PathText {
  std::string text;
  At at;
};

enum class Mode : std::uint8_t { source, target };

struct UsesText {
  std::string url;
  std::string alias;  // the last part of the url when the map gives none
  Mode mode = Mode::source;
  At at;
};

// R4 map-transform, then our extensions. `none` creates the element without a value.
enum class Transform : std::uint8_t {
  none,
  create,
  copy,
  truncate,
  escape,
  cast,
  append,
  translate,
  reference,
  date_op,
  uuid,
  pointer,
  evaluate,
  cc,
  c,
  qty,
  id,
  cp,
  error,
  warn,
  ignore,
  v2date,
  hl7v3date,
  csvdate,
  clear
};

struct ArgumentText {
  enum class Kind : std::uint8_t { variable, text, integer, decimal, boolean, path };
  Kind kind = Kind::variable;
  std::string text;
  At at;
};

enum class SourceList : std::uint8_t { all, first, not_first, last, not_last, only_one };
enum class TargetList : std::uint8_t { none, first, share, last, single };

struct SourceText {
  std::string context;
  std::vector<std::string> path;  // empty: the context itself
  std::string type;
  std::optional<int> min;
  std::optional<int> max;  // -1: unbounded
  PathText fallback;       // default(…)
  SourceList list = SourceList::all;
  std::string variable;
  PathText condition;
  PathText check;
  PathText log;
  At at;
};

struct TargetText {
  std::string context;            // empty: a bare value, `uuid('x') as key`
  std::vector<std::string> path;  // empty: the context itself
  Transform transform = Transform::none;
  std::vector<ArgumentText> arguments;
  std::string variable;
  TargetList list = TargetList::none;
  std::string share;
  At at;
};

struct CallText {
  std::string group;
  std::vector<ArgumentText> arguments;
  At at;
};

struct RuleText {
  std::vector<SourceText> sources;
  std::vector<TargetText> targets;
  std::vector<CallText> calls;
  std::vector<RuleText> rules;
  bool shorthand = false;  // src.a -> tgt.a;
  bool braces = false;     // of `then`, even with no rules in them
  std::string name;
  At at;
};

struct ParameterText {
  Mode mode = Mode::source;
  std::string name;
  std::string type;  // an alias, a type name or a url; empty when not given
  At at;
};

// types: chosen for its pair of types. type_and_types: also by the source type alone.
enum class Default : std::uint8_t { none, types, type_and_types };

struct GroupText {
  std::string name;
  std::vector<ParameterText> parameters;
  std::string extends;
  Default is_default = Default::none;
  std::vector<RuleText> rules;
  At at;
};

struct CodePairText {
  std::string source_system;
  std::string source;
  std::string relation;  // an R4 concept-map-equivalence
  std::string target_system;
  std::string target;
};
struct ConceptMapText {
  std::string name;
  std::vector<CodePairText> pairs;
};

struct MapText {
  std::string file;
  Dialect dialect = Dialect::extended;
  std::optional<Dialect> stated_dialect;  // by its header
  std::string url;
  std::string name;
  std::vector<std::string> isolated;    // groups whose errors stay inside one call
  std::vector<std::string> parameters;  // %names the caller gives, beside the usual ones
  std::vector<std::string> extensions;  // that the header says it uses; empty: it does not say
  std::vector<UsesText> uses;
  std::vector<std::string> imports;
  std::vector<ConceptMapText> concept_maps;
  std::vector<GroupText> groups;
};

}  // namespace fingerpost::mapping
