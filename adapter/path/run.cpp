#include "path/run.h"

#include "base/text.h"
#include "path/integer.h"
#include "path/quick.h"
#include "value/quantity.h"

#include <algorithm>
#include <utility>

namespace fingerpost::path {
namespace {

constexpr std::uint64_t portion = 65'536;  // steps between two looks at the time

}  // namespace

Vocabulary::Vocabulary(const Names& names)
    : value(names.find("value")),
      extension(names.find("extension")),
      modifier_extension(names.find("modifierExtension")),
      url(names.find("url")),
      contained(names.find("contained")),
      id(names.find("id")),
      reference(names.find("reference")),
      entry(names.find("entry")),
      full_url(names.find("fullUrl")),
      resource(names.find("resource")),
      code(names.find("code")),
      unit(names.find("unit")),
      system(names.find("system")),
      type(names.find("type")),
      comparator(names.find("comparator")),
      boolean(names.find("boolean")),
      integer(names.find("integer")),
      positive_int(names.find("positiveInt")),
      unsigned_int(names.find("unsignedInt")),
      integer64(names.find("integer64")),
      decimal(names.find("decimal")),
      date(names.find("date")),
      date_time(names.find("dateTime")),
      instant(names.find("instant")),
      time(names.find("time")),
      quantity(names.find("Quantity")) {}

bool Run::fail(const Op& op, std::string message, Kind kind) {
  if (!op.text.empty()) message = std::string(op.text) + ": " + message;
  error = Error{kind, std::move(message), path::text(op.place)};
  return false;
}

bool Run::spent(const Op& op, std::size_t steps) {
  auto& world = environment;
  const bool enough = world.steps_kept > 0 && steps <= world.steps_left + world.steps_kept;
  if (enough && !world.out_of_time()) {
    const auto more = std::min(world.steps_kept, std::max<std::uint64_t>(portion, steps));
    world.steps_kept -= more;
    world.steps_left += more - steps;
    return true;
  }
  world.steps_left = world.steps_kept = 0;
  return fail(op,
              enough ? "the evaluation takes longer than allowed"
                     : "the evaluation needs more steps than allowed",
              Kind::too_costly);
}

bool Run::evaluate(const Op& op, Collection& out) {
  if (depth >= environment.limits.expression_depth * 4)
    return fail(op, "the evaluation is nested too deeply", Kind::too_costly);
  ++depth;
  const std::size_t before = out.size();
  const bool done = op.apply(op, *this, out) && spend(op, 1 + (out.size() - before));
  --depth;
  return done && room_for(op, out.size());
}

bool Run::crowded(const Op& op) {
  return fail(op, "the result has more items than collection_items allows", Kind::too_costly);
}

bool Run::input(const Op& op, Collection& out) {
  if (op.input) return evaluate(*op.input, out);
  if (!frame.self.none()) out.push(frame.self);
  return true;
}

Got Run::single(const Op& op, const Collection& values, Value& value) {
  if (values.empty()) return Got::nothing;
  if (values.size() > 1) {
    fail(op, "one value is wanted, and there are several");
    return Got::failed;
  }
  value = system(values.front());
  return Got::value;
}

Got Run::one(const Op& op, Value& value) {
  if (const auto lone = lone_value(op, *this, value)) {
    if (*lone == Got::value) value = system(value);
    return *lone;
  }
  Collection values;
  if (!evaluate(op, values)) return Got::failed;
  return single(op, values, value);
}

Got Run::one_input(const Op& op, Value& value) {
  if (!op.input) {
    if (frame.self.none()) return Got::nothing;
    value = system(frame.self);
    return Got::value;
  }
  if (const auto lone = lone_value(*op.input, *this, value)) {
    if (*lone == Got::value) value = system(value);
    return *lone;
  }
  Collection values;
  if (!evaluate(*op.input, values)) return Got::failed;
  return single(op, values, value);
}

namespace {

Got as_text(Run& run, const Op& op, Got got, const Value& value, std::string_view& text) {
  if (got != Got::value) return got;
  if (value.kind() != Value::Kind::string) {
    run.fail(op, "a string is wanted");
    return Got::failed;
  }
  text = value.string();
  return Got::value;
}

}  // namespace

Got Run::text(const Op& op, std::string_view& text) {
  Value value;
  const Got got = one(op, value);
  return as_text(*this, op, got, value, text);
}

Got Run::input_text(const Op& op, std::string_view& text) {
  Value value;
  const Got got = one_input(op, value);
  return as_text(*this, op, got, value, text);
}

Got Run::integer(const Op& op, std::int64_t& number) {
  Value value;
  const Got got = one(op, value);
  if (got != Got::value) return got;
  if (value.kind() != Value::Kind::integer) {
    fail(op, "a whole number is wanted");
    return Got::failed;
  }
  number = value.integer();
  return Got::value;
}

bool Run::criterion(const Op& op, Truth& truth) {
  if (op.quick.is != Quick::Is::none)
    if (const auto known = quick_truth(op, program, frame.self, environment)) {
      truth = *known;
      return true;
    }
  if (op.judge != nullptr) {
    if (depth >= environment.limits.expression_depth * 4)
      return fail(op, "the evaluation is nested too deeply", Kind::too_costly);
    ++depth;
    const bool done = op.judge(op, *this, truth) && spend(op, 1);
    --depth;
    return done;
  }
  Collection values;
  return evaluate(op, values) && criterion_of(op, values, truth);
}

bool Run::criterion_of(const Op& op, const Collection& values, Truth& truth) {
  Value value;
  switch (single(op, values, value)) {
    case Got::failed:
      return false;
    case Got::nothing:
      truth = Truth::unknown;
      return true;
    case Got::value:
      break;
  }
  truth = path::truth(value.kind() != Value::Kind::boolean || value.boolean());
  return true;
}

int Run::zone_minutes() {
  if (!zone) {
    const auto now = Temporal::parse(Temporal::Kind::date_time, environment.now);
    zone = now ? now->offset_minutes : 0;
  }
  return *zone;
}

namespace {

Value number_value(std::string_view text, bool whole) {
  if (whole) {
    if (const auto number = to_integer(text.starts_with('+') ? text.substr(1) : text);
        number && is_integer(*number))
      return *number;
  }
  if (const auto number = Decimal::parse(text)) return *number;
  return text;
}

Value temporal_value(Temporal::Kind kind, std::string_view text) {
  if (const auto parsed = Temporal::parse(kind, text)) return *parsed;
  return text;
}

// By the name of its FHIR primitive type; what has no type counts as what it looks like.
Value primitive_value(const Vocabulary& words, NameId type, Shape shape, std::string_view text) {
  if (shape == Shape::boolean) return text == "true";
  if (shape == Shape::number) {
    const bool whole =
        type == words.integer || type == words.positive_int || type == words.unsigned_int ||
        type == words.integer64 ||
        (type != words.decimal && text.find_first_of(".eE") == std::string_view::npos);
    return number_value(text, whole);
  }
  if (type == no_name) return text;
  if (type == words.date) return temporal_value(Temporal::Kind::date, text);
  if (type == words.date_time || type == words.instant)
    return temporal_value(Temporal::Kind::date_time, text);
  if (type == words.time) return temporal_value(Temporal::Kind::time, text);
  return text;
}

Value node_value(const model::Definitions& definitions, const Vocabulary& words, NodeRef node) {
  const auto& at = (*node.tree)[node.node];
  const NameId type = at.type == no_type ? no_name : definitions.type(at.type).name;
  return primitive_value(words, type, at.shape, {at.text, at.text_size});
}

}  // namespace

Value Run::system(const Value& value) {
  if (!value.is_node()) return value;
  const NodeRef node = value.node();
  if (!node.tree->has_value(node.node)) return value;
  if (environment.reads) environment.reads->read(node);
  return node_value(definitions(), words(), node);
}

const Quantity* Run::quantity(const Value& value) {
  if (value.kind() == Value::Kind::quantity) return &value.quantity();
  if (!value.is_node()) return nullptr;
  const NodeRef node = value.node();
  const Tree& tree = *node.tree;
  TypeTest quantities;
  quantities.fhir = words().quantity;
  if (!matches_type(*this, quantities, value, false)) return nullptr;
  const NodeId number = tree.child(node.node, words().value);
  if (number == no_node) return nullptr;
  const auto parsed = Decimal::parse(tree.text(number));
  if (!parsed) return nullptr;
  Quantity made{*parsed, "1", Calendar::none};
  NodeId unit = tree.child(node.node, words().code);
  if (unit == no_node) unit = tree.child(node.node, words().unit);
  if (unit != no_node) made.unit = tree.text(unit);
  if (environment.reads) {
    environment.reads->read({&tree, number});
    if (unit != no_node) environment.reads->read({&tree, unit});
  }
  return environment.arena.keep(made);
}

bool Run::push_text(const Op& op, std::string_view made, Collection& out) {
  if (made.size() > environment.limits.string_bytes)
    return fail(op, "the text is longer than string_bytes allows", Kind::too_costly);
  if (!spend(op, made.size())) return false;
  out.push(environment.arena.keep(made));
  return true;
}

void* Arena::take(std::size_t size) {
  constexpr std::size_t first = 1024;
  size = (size + 15) & ~std::size_t{15};
  if (used_ + size > capacity_) {
    capacity_ = std::max(size, chunks_.empty() ? first : std::size_t{16} << 10);
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(capacity_));
    used_ = 0;
  }
  void* const at = chunks_.back().get() + used_;
  used_ += size;
  return at;
}

std::string_view Arena::keep(std::string_view text) {
  if (text.empty()) return "";
  auto* const at = static_cast<char*>(take(text.size()));
  std::copy(text.begin(), text.end(), at);
  return {at, text.size()};
}

const Quantity* Arena::keep(const Quantity& quantity) {
  return new (take(sizeof quantity)) Quantity(quantity);
}

const TypeInfo* Arena::keep(const TypeInfo& type) {
  return new (take(sizeof type)) TypeInfo(type);
}

void Arena::clear() {
  chunks_.clear();
  used_ = capacity_ = 0;
}

namespace {

// With a bound of time, an evaluation gets its steps in portions: the time is looked at between
// them. An evaluation within another one shares its portions.
class Portions {
 public:
  explicit Portions(Environment& world) : world_(world) {
    mine_ = world.out_of_time && world.steps_kept == 0 && world.steps_left > portion;
    if (mine_) world.steps_kept = std::exchange(world.steps_left, portion) - portion;
  }
  Portions(const Portions&) = delete;
  Portions& operator=(const Portions&) = delete;
  ~Portions() {
    if (mine_) world_.steps_left += std::exchange(world_.steps_kept, 0);
  }

 private:
  Environment& world_;
  bool mine_ = false;
};

Run start(const Expression& expression, const Value& focus, Environment& environment) {
  return {.program = expression.program(),
          .environment = environment,
          .frame = {focus, 0, nullptr},
          .focus = focus};
}

}  // namespace

Result<Collection> evaluate(const Expression& expression, const Value& focus,
                            Environment& environment) {
  const Portions portions(environment);
  Run run = start(expression, focus, environment);
  Collection out;
  if (!run.evaluate(*run.program.root, out)) return run.error;
  return out;
}

Result<bool> test(const Expression& expression, const Value& focus, Environment& environment) {
  const Op& root = *expression.program().root;
  if (root.quick.is != Quick::Is::none)
    if (const auto known = quick_truth(root, expression.program(), focus, environment))
      return *known == Truth::yes;
  const Portions portions(environment);
  Run run = start(expression, focus, environment);
  Truth truth = Truth::unknown;
  if (!run.criterion(*run.program.root, truth)) return run.error;
  return truth == Truth::yes;
}

}  // namespace fingerpost::path
