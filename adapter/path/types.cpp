// is, as, ofType and type() (FHIRPath 6.3, 5.2.4, 10).

#include "path/functions.h"
#include "path/run.h"

namespace fingerpost::path {
namespace {

// A primitive of a tree without types is the System value it looks like.
TypeInfo info_of(const Run& run, const Value& value) {
  if (value.is_node()) {
    const auto& node = (*value.node().tree)[value.node().node];
    if (node.type != no_type) return {"FHIR", run.definitions().type_name(node.type)};
    if (node.shape == Shape::object || node.shape == Shape::null) return {"System", "Any"};
    if (node.shape == Shape::boolean) return {"System", "Boolean"};
    return {"System", node.shape == Shape::string ? "String" : "Decimal"};
  }
  switch (value.kind()) {
    case Value::Kind::boolean:
      return {"System", "Boolean"};
    case Value::Kind::integer:
      return {"System", "Integer"};
    case Value::Kind::decimal:
      return {"System", "Decimal"};
    case Value::Kind::string:
      return {"System", "String"};
    case Value::Kind::quantity:
      return {"System", "Quantity"};
    case Value::Kind::temporal:
      break;
    default:
      return {"System", "Any"};
  }
  constexpr std::string_view names[] = {"Date", "DateTime", "Time"};
  return {"System", names[static_cast<std::size_t>(value.temporal().kind)]};
}

bool of_type(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  for (const auto& value : values)
    if (matches_type(run, op.type, value, true)) out.push(value);
  return true;
}

bool type(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  for (const auto& value : values) out.push(run.environment.arena.keep(info_of(run, value)));
  return true;
}

}  // namespace

bool apply_type_is(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (values.empty()) return true;
  if (values.size() > 1) return run.fail(op, "one value is wanted, and there are several");
  out.push(matches_type(run, op.type, values.front(), false));
  return true;
}

bool apply_type_as(const Op& op, Run& run, Collection& out) {
  Collection values;
  if (!run.input(op, values)) return false;
  if (values.size() > 1 && run.program.check == Check::strict)
    return run.fail(op, "one value is wanted, and there are several");
  for (const auto& value : values)
    if (matches_type(run, op.type, value, true)) out.push(value);
  return true;
}

std::span<const Function> type_functions() {
  static constexpr auto type_name = Function::Takes::type_name;
  static constexpr Function functions[] = {{"is", 1, 1, apply_type_is, type_name},
                                           {"as", 1, 1, apply_type_as, type_name},
                                           {"ofType", 1, 1, of_type, type_name},
                                           {"type", 0, 0, type}};
  return functions;
}

}  // namespace fingerpost::path
