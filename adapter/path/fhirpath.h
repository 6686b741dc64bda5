// FHIRPath (N1 2.0.0, as R4 uses it): compile once, evaluate often, on any tree.
//
// Names are resolved against the definitions when the text is compiled. A node of a tree without
// types (HL7 v2) is walked by its names, and its text is a System.String. Where the model is known,
// `value` finds any type of value[x], and `valueQuantity` finds the Quantity.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "value/value.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::path {

using value::Calendar;
using value::Collection;
using value::Decimal;
using value::Precision;
using value::Quantity;
using value::Temporal;
using value::TypeInfo;
using value::Value;

// strict: names and types are checked against the start type, so a misspelt element is an error
// (the specification's static type check); `as` on several items is an error. lenient: such names
// find nothing, and `as` filters, as R4's own search parameters need.
enum class Check { lenient, strict };

struct CompileOptions {
  TypeId start = no_type;                       // the type of the focus, when it is known
  std::span<const std::string_view> variables;  // %name, and bare `name` where a path starts
  Check check = Check::lenient;
  bool nulls = false;        // isnull(x), of maps (mappings/README.md)
  bool check_order = false;  // with strict: skip() and the like after children() are errors
  Limits limits;
};

struct Program;  // the compiled form, inside the room

// Immutable; any thread. Cheap to copy. The definitions must outlive it.
class Expression {
 public:
  Expression() = default;  // to be assigned to; evaluating it is a bug
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  const Program& program() const { return *program_; }
  explicit operator bool() const { return program_ != nullptr; }

 private:
  std::shared_ptr<const Program> program_;
};

// What sort of mistake an expression has. syntax: its text is no FHIRPath. semantic: it names what
// is not there, or its types never fit. execution: only values show it; a type that is not known is
// one too, though it is found before there are values.
enum class Mistake : std::uint8_t { none, syntax, semantic, execution };

// Kind::invalid with `where` "line L, column C" for a text that is no FHIRPath, or that names an
// unknown function, type or variable. `mistake` is set when it is given.
Result<Expression> compile(std::string_view text, const model::Definitions& definitions,
                           const CompileOptions& options = {}, Mistake* mistake = nullptr);

// Told which nodes' own value an expression looked at (compared, converted, computed with), so that
// a caller can see what of a source was never read. Navigation alone, and exists(), read nothing.
class ReadRecorder {
 public:
  virtual ~ReadRecorder() = default;
  virtual void read(NodeRef node) = 0;
};

// Texts and quantities made while evaluating. Grows until cleared.
class Arena {
 public:
  std::string_view keep(std::string_view text);
  const Quantity* keep(const Quantity& quantity);
  const TypeInfo* keep(const TypeInfo& type);
  void clear();

 private:
  void* take(std::size_t size);
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::size_t used_ = 0;      // of the last chunk
  std::size_t capacity_ = 0;  // of the last chunk
};

// What an evaluation may know of the world around it. One thread at a time; use it again for the
// next.
struct Environment {
  Environment() = default;
  explicit Environment(const Limits& limits_) : limits(limits_), steps_left(limits_.steps) {}

  Limits limits;
  std::uint64_t steps_left = Limits{}.steps;  // counts down over evaluations; the caller refills it
  std::uint64_t steps_kept = 0;  // of those, not to be had before out_of_time() was asked again
  // Asked every 65,536 steps; true ends the evaluation. None: the steps alone are its bound.
  std::function<bool()> out_of_time;

  std::span<const Value> variables;  // in the order of CompileOptions::variables; none(): empty
  Value resource;                    // %resource; when none(), found from the focus
  Value root_resource;               // %rootResource, likewise
  Value context;                     // %context; when none(), the focus
  std::string_view now;  // "2026-11-22T09:30:00.000+00:00"; now() without it is an error

  // resolve(): the node a reference text means, asked after contained resources and the entries of
  // the focus's own Bundle. NodeRef{} when it is not known.
  std::function<NodeRef(std::string_view reference, NodeRef from)> resolve;
  // memberOf(url) of a code, Coding or CodeableConcept node; none when the value set is not known.
  std::function<std::optional<bool>(const Value& coded, std::string_view value_set)> member_of;
  // conformsTo(url); an error when the profile is not known.
  std::function<Result<bool>(NodeRef node, std::string_view profile)> conforms_to;
  // subsumes() of Codings or CodeableConcepts; none when it cannot be told.
  std::function<std::optional<bool>(NodeRef general, NodeRef special)> subsumes;
  // slice(structure, name): whether the node is of that slice; an error when there is no such one.
  std::function<Result<bool>(NodeRef node, std::string_view structure, std::string_view name)>
      in_slice;
  std::function<void(std::string_view name, const Collection& values)> trace;
  ReadRecorder* reads = nullptr;

  Arena arena;  // the results' texts live here
};

// Sets what evaluations elsewhere (maps, patches) may ask of the world. The environment stays where
// it is as long as it is used.
using World = std::function<void(Environment& environment)>;

// Kind::invalid: types that do not fit an operator or function, several values where one is wanted
// (`where`: the place in the expression). Kind::too_costly: over the step, depth or size budget.
Result<Collection> evaluate(const Expression& expression, const Value& focus,
                            Environment& environment);

// As a criterion: a single true (or any single value that is not a boolean) is true; false, and
// nothing, are false.
Result<bool> test(const Expression& expression, const Value& focus, Environment& environment);

// "string", "HumanName", "code" for FHIR nodes; "boolean", "integer", "decimal", "string", "date",
// "dateTime", "time", "Quantity" for System values.
std::string type_text(const model::Definitions& definitions, const Value& value);
// The value as text: a primitive's text, "10 'mg'", JSON for a complex node. Dates without "@".
std::string value_text(const model::Definitions& definitions, const Value& value);
// The shape a primitive made of this value has: a number for integers and decimals, and so on.
Shape shape(const Value& value);

}  // namespace fingerpost::path
