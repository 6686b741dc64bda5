// Values and their types as text.

#include "model/json.h"
#include "path/fhirpath.h"
#include "value/quantity.h"

namespace fingerpost::path {

std::string type_text(const model::Definitions& definitions, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::none:
      return "";
    case Value::Kind::node:
      break;
    case Value::Kind::boolean:
      return "boolean";
    case Value::Kind::integer:
      return "integer";
    case Value::Kind::decimal:
      return "decimal";
    case Value::Kind::string:
      return "string";
    case Value::Kind::quantity:
      return "Quantity";
    case Value::Kind::type:
      return "ClassInfo";
    case Value::Kind::temporal: {
      constexpr std::string_view names[] = {"date", "dateTime", "time"};
      return std::string(names[static_cast<std::size_t>(value.temporal().kind)]);
    }
  }
  const auto& node = (*value.node().tree)[value.node().node];
  if (node.type != no_type) return std::string(definitions.type_name(node.type));
  constexpr std::string_view names[] = {"element", "string", "decimal", "boolean", "element"};
  return std::string(names[static_cast<std::size_t>(node.shape)]);
}

std::string value_text(const model::Definitions& definitions, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::none:
      return "";
    case Value::Kind::node:
      break;
    case Value::Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(value.integer());
    case Value::Kind::decimal:
      return value.decimal().text();
    case Value::Kind::string:
      return std::string(value.string());
    case Value::Kind::quantity:
      return text(value.quantity());
    case Value::Kind::temporal:
      return value.temporal().text();
    case Value::Kind::type:
      return std::string(value.type().space).append(".").append(value.type().name);
  }
  const auto [tree, node] = value.node();
  if (tree->has_value(node)) return std::string(tree->text(node));
  std::string json;
  model::write_json(definitions, *tree, node, json);
  return json;
}

Shape shape(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::none:
      return Shape::null;
    case Value::Kind::node:
      return (*value.node().tree)[value.node().node].shape;
    case Value::Kind::boolean:
      return Shape::boolean;
    case Value::Kind::integer:
    case Value::Kind::decimal:
      return Shape::number;
    case Value::Kind::quantity:
    case Value::Kind::type:
      return Shape::object;
    default:
      return Shape::string;
  }
}

}  // namespace fingerpost::path
