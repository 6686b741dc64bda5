// One evaluation going on: where it is, what it may still spend, and what went wrong.

#pragma once

#include "path/program.h"

#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::path {

// $this, $index and $total of the innermost function that iterates.
struct Frame {
  Value self;
  std::int64_t index = -1;
  const Collection* total = nullptr;
};

// What asking for one value found.
enum class Got : std::uint8_t { failed, nothing, value };

enum class Truth : std::uint8_t { no, yes, unknown };
inline Truth truth(bool known) {
  return known ? Truth::yes : Truth::no;
}

struct Run {
  const Program& program;
  Environment& environment;
  Frame frame;
  Value focus;
  int depth = 0;
  std::optional<int> zone = {};  // zone_minutes(), once asked for
  Error error{Kind::invalid, "", ""};

  const model::Definitions& definitions() const { return *program.definitions; }
  const Vocabulary& words() const { return program.words; }

  // All of these return false after noting the error.
  bool fail(const Op& op, std::string text, Kind kind = Kind::invalid);
  bool spend(const Op& op, std::size_t steps) {
    if (environment.steps_left < steps) return spent(op, steps);
    environment.steps_left -= steps;
    return true;
  }
  bool room_for(const Op& op, std::size_t items) {  // in one collection
    return items <= environment.limits.collection_items || crowded(op);
  }
  bool spent(const Op& op, std::size_t steps);  // true: there were more, kept back
  bool crowded(const Op& op);
  bool evaluate(const Op& op, Collection& out);
  bool input(const Op& op, Collection& out);

  // One value or nothing; a primitive node as its System value. Several: failed.
  Got one(const Op& op, Value& value);
  Got one_input(const Op& op, Value& value);
  Got single(const Op& op, const Collection& values, Value& value);
  Got text(const Op& op, std::string_view& text);
  Got input_text(const Op& op, std::string_view& text);
  Got integer(const Op& op, std::int64_t& number);

  // FHIRPath 4.5 singleton evaluation of a criterion: one value that is no boolean is true.
  bool criterion(const Op& op, Truth& truth);
  bool criterion_of(const Op& op, const Collection& values, Truth& truth);

  // A primitive node as the System value it holds, noted as read. Anything else is itself.
  Value system(const Value& value);
  // A FHIR or System quantity; none when the value is neither.
  const Quantity* quantity(const Value& value);
  // The offset that moments written without one are taken to have: that of now, or UTC.
  int zone_minutes();

  // Appends a text made by the evaluation.
  bool push_text(const Op& op, std::string_view text, Collection& out);
};

// Puts $this, $index and $total back when it goes.
class Scope {
 public:
  explicit Scope(Run& run) : run_(run), frame_(run.frame) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { run_.frame = frame_; }

 private:
  Run& run_;
  Frame frame_;
};

bool matches_type(const Run& run, const TypeTest& test, const Value& value, bool exact);

}  // namespace fingerpost::path
