// A linked set of maps: names interned, variables numbered, expressions compiled. Private to the
// room. Everything stands in flat lists and refers by index, so that running reads memory in order.

#pragma once

#include "fingerpost/names.h"
#include "mapping/fml.h"
#include "mapping/text.h"
#include "model/definitions.h"
#include "path/fhirpath.h"
#include "terminology/concept_map.h"
#include "value/value.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fingerpost::mapping {

// A variable's place in its group's frame. The run's parameters come first in every frame.
using Slot = std::uint16_t;
constexpr Slot no_slot = 0xffff;
using Index = std::uint32_t;
constexpr Index none = 0xffff'ffff;

struct Range {
  Index first = 0;
  Index count = 0;
};

// How a type's own value is written; complex: it has none.
enum class Form : std::uint8_t {
  complex,
  text,
  boolean,
  integer,
  decimal,
  date,
  date_time,
  instant
};

// An element that has one type, which is no abstract one; no_type: it is not of that sort.
struct Only {
  const model::Element* element = nullptr;
  TypeId type = no_type;
  Form form = Form::complex;
};

struct PathStep {
  NameId name = no_name;
  bool is_value = false;  // "value": of a primitive, its own value
  bool typed = false;     // may be a JSON name, valueString
  // What the name means in the type that the parent is taken to have; no_type: not known.
  TypeId parent = no_type;
  const model::Element* element = nullptr;
  Only only;
};

struct Source {
  Slot context = no_slot;
  Slot variable = no_slot;
  Slot item = no_slot;  // the item once more, where its expressions call it by its element's name
  Range steps;
  NameId type = no_name;  // by name, so that STU3's Quantity is a Quantity
  int min = -1;           // -1: not given
  int max = -1;           // -1: not given, or unbounded
  SourceList list = SourceList::all;
  Index fallback = none;  // expressions
  Index condition = none;
  Index check = none;
  Index log = none;

  bool bare = false;    // nothing is said but the path
  bool simple = false;  // no more is said than the path and a condition

  bool plain() const { return list == SourceList::all && min < 0 && max < 0 && fallback == none; }
};

struct Argument {
  enum class Kind : std::uint8_t { slot, literal, path };
  Kind kind = Kind::slot;
  Slot slot = no_slot;
  path::Value literal;
  Index path = none;
};

// What translate() answers, and what becomes of a code that has no answer.
enum class Output : std::uint8_t { code, system, display, coding, codeable_concept };
enum class Unmapped : std::uint8_t { empty, provided, fixed, error, drop, text };

// What run_plain.cpp does: under one step, and without a list mode.
enum class Plain : std::uint8_t { no, text, element };

struct Target {
  Plain plain = Plain::no;
  Slot context = no_slot;
  Slot variable = no_slot;
  Range steps;
  Transform transform = Transform::none;
  TargetList list = TargetList::none;
  Index share = none;
  Range arguments;
  TypeId type = no_type;  // of create() and cast()
  // Of translate(): the maps to try, per partner, in Program::translations.
  Index translation = none;
  Output output = Output::code;
  Unmapped unmapped = Unmapped::empty;
  std::string_view fixed;
};

struct Call {
  Index group = none;
  Range arguments;
};

struct Rule {
  Range sources;
  Range targets;
  Range calls;
  Range rules;
  RuleId id = 0;
  bool shorthand = false;
};

struct GroupParameter {
  Mode mode = Mode::source;
  TypeId type = no_type;
};

struct Group {
  Range parameters;
  Range rules;
  Index extends = none;
  Index defaults = none;  // which table of default groups its rules use
  Slot slots = 0;         // of a frame, the run's parameters included
  bool isolated = false;
  Dialect dialect = Dialect::extended;
};

struct RuleInfo {
  Index file = 0;  // in Program::texts
  Index group = 0;
  Index rule = 0;
  int line = 0;
};

// The default groups one map can see.
struct Defaults {
  std::unordered_map<std::uint64_t, Index> by_types;  // (source, target)
  std::unordered_map<TypeId, Index> by_source;        // <<type+>>
  static std::uint64_t key(TypeId source, TypeId target) {
    return (std::uint64_t{source} << 32) | target;
  }
};

// A concept map as named in translate(): the general one and the partners' own.
struct Translation {
  const terminology::ConceptMap* general = nullptr;
  std::unordered_map<std::string, const terminology::ConceptMap*> by_partner;
  // By url: what these, and they in turn, name for what they do not map (R4
  // ConceptMap.group.unmapped, other-map). The keys are theirs.
  std::unordered_map<std::string_view, const terminology::ConceptMap*> others;
  std::string url;

  std::string_view target_system() const {
    if (general != nullptr) return general->target_system();
    return by_partner.empty() ? std::string_view() : by_partner.begin()->second->target_system();
  }
};

// What a set was made of.
struct Written {
  std::vector<std::shared_ptr<const MapText>> maps;
  // The partner whose own it is, and the map.
  std::vector<std::pair<std::string, std::shared_ptr<const terminology::ConceptMap>>> concept_maps;
};

struct Program {
  explicit Program(const model::Definitions& of) : definitions(&of) {}

  const model::Definitions* definitions;
  std::shared_ptr<const Written> written;
  std::vector<std::string> parameters;  // names of the run's parameters, by slot
  std::vector<Group> groups;
  std::vector<GroupParameter> group_parameters;
  std::vector<Rule> rules;
  std::vector<Source> sources;
  std::vector<Target> targets;
  std::vector<Call> calls;
  std::vector<PathStep> steps;
  std::vector<Argument> arguments;
  std::vector<path::Expression> expressions;
  std::unordered_map<Index, Error> mistakes;  // of those that do not compile, in standard maps
  std::vector<Defaults> defaults;
  std::vector<Translation> translations;
  std::vector<std::shared_ptr<const terminology::ConceptMap>> concept_maps;
  std::vector<Form> forms;                         // by TypeId
  std::vector<RuleInfo> places;                    // by RuleId
  std::deque<std::string> texts;                   // literals, file names: views of them stay good
  std::unordered_map<std::string, Index> entries;  // a map's url or name, a group's name -> group

  // Names the run itself needs.
  struct Words {
    NameId value, coding, text, system, code, display, id, type, unit;
  };
  Words words{};
};

// `element` may be null: then there is none.
inline Only only_type(const Program& program, const model::Element* element) {
  if (element == nullptr) return {};
  const auto types = program.definitions->types_of(*element);
  if (types.size() != 1 || program.definitions->type(types[0].type).abstract)
    return {element, no_type, Form::complex};
  return {element, types[0].type, program.forms[types[0].type]};
}

}  // namespace fingerpost::mapping
