// The compiled form of an expression: operations that point at their operands.

#pragma once

#include "fingerpost/names.h"
#include "path/fhirpath.h"
#include "path/lexer.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::path {

struct Op;
struct Run;  // run.h

// Appends the operation's values to `out`. False: it failed, and the run holds the error.
using Apply = bool (*)(const Op& op, Run& run, Collection& out);

// The truth of a criterion that can be told without making its values. False: as of Apply.
enum class Truth : std::uint8_t;
using Judge = bool (*)(const Op& op, Run& run, Truth& truth);

// One step of a path: to the children of a name. A typed JSON name goes to the choice element too.
struct Step {
  enum class How : std::uint8_t {
    child,  // to children called `name`, or `choice` with the type `type`
    gate,   // stays at a node of the type `type`, or else goes to children called `name`
    text    // to children called `text`: no definition knows the name
  };
  How how = How::child;
  NameId name = no_name;
  NameId choice = no_name;
  NameId type = no_name;
  std::string_view text;
};

// What a type name in the expression stands for. A bare name may mean either world.
struct TypeTest {
  NameId fhir = no_name;
  bool any_system = false;  // System.Any
  Value::Kind system = Value::Kind::none;
  Temporal::Kind temporal = Temporal::Kind::date;  // when system is temporal
};

// A criterion that quick.h answers.
struct Quick {
  // present: has a value at all. equal, start, part: of its text and the literals.
  enum class Is : std::uint8_t { none, present, equal, start, part };
  Is is = Is::none;
  bool negated = false;
  bool member = false;           // `in`
  const Op* of = nullptr;        // null: $this
  const Op* literals = nullptr;  // one text, or several
};

struct Op {
  Apply apply = nullptr;
  const Op* input = nullptr;  // null: $this
  std::vector<const Op*> arguments;
  Place place;
  Value constant;                // of a literal
  Collection constants;          // of a union of literals
  std::vector<Step> steps;       // of a path
  TypeTest type;                 // of is, as, ofType
  std::string_view text;         // of a function or variable its name, for messages
  std::uint32_t slot = 0;        // of a variable
  std::uint32_t limit = 0;       // of a path: no more values than this are wanted; 0: all
  std::uint64_t descending = 0;  // of sort: a bit for each key
  Quick quick;
  Judge judge = nullptr;
  std::shared_ptr<const void> prepared;  // what a function made of a constant argument
};

// Names and types the engine itself speaks of.
struct Vocabulary {
  explicit Vocabulary(const Names& names);
  NameId value, extension, modifier_extension, url, contained, id, reference, entry, full_url,
      resource, code, unit, system, type, comparator;
  NameId boolean, integer, positive_int, unsigned_int, integer64, decimal, date, date_time, instant,
      time, quantity;
};

struct Program {
  explicit Program(const model::Definitions& definitions_)
      : definitions(&definitions_), words(definitions_.names()) {}

  const model::Definitions* definitions;
  Vocabulary words;
  const Op* root = nullptr;
  std::deque<Op> ops;
  std::deque<std::string> texts;    // what Step::text, Op::text and literals point into
  std::deque<Quantity> quantities;  // literals
  Check check = Check::lenient;
};

// A function of the language. Arguments are operations: the function evaluates them when, and as
// often as, it wants.
struct Function {
  std::string_view name;
  std::uint8_t least;  // arguments
  std::uint8_t most;
  Apply apply;
  // values: evaluated where the call stands. each: with an item of the input as $this.
  enum class Takes : std::uint8_t { values, each, type_name } takes = Takes::values;
  // Called once when compiled, to check and prepare; the error's place is added.
  Result<void> (*prepare)(Op& op) = nullptr;
};
const Function* find_function(std::string_view name);  // null: unknown

bool apply_constant(const Op& op, Run& run, Collection& out);
bool apply_constants(const Op& op, Run& run, Collection& out);
bool apply_self(const Op& op, Run& run, Collection& out);
bool apply_index(const Op& op, Run& run, Collection& out);
bool apply_total(const Op& op, Run& run, Collection& out);
bool apply_resource(const Op& op, Run& run, Collection& out);
bool apply_root_resource(const Op& op, Run& run, Collection& out);
bool apply_context(const Op& op, Run& run, Collection& out);
bool apply_index_of(const Op& op, Run& run, Collection& out);  // input[argument]
bool apply_path(const Op& op, Run& run, Collection& out);
bool apply_variable(const Op& op, Run& run, Collection& out);
bool apply_element_or_variable(const Op& op, Run& run, Collection& out);
bool apply_resolve(const Op& op, Run& run, Collection& out);
bool apply_resolve_is(const Op& op, Run& run, Collection& out);  // `resolve() is Patient`
bool apply_type_is(const Op& op, Run& run, Collection& out);
bool apply_type_as(const Op& op, Run& run, Collection& out);

}  // namespace fingerpost::path
