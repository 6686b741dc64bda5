#include "wire/json_value.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace fingerpost::wire {
namespace {

bool same_number(const std::string& a, const std::string& b) {
  if (a == b) return true;
  double x = 0, y = 0;
  std::from_chars(a.data(), a.data() + a.size(), x);
  std::from_chars(b.data(), b.data() + b.size(), y);
  return x == y;
}

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& one) { return one.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

JsonValue* JsonValue::member(std::string_view name) {
  return const_cast<JsonValue*>(std::as_const(*this).member(name));
}

JsonValue json_value(JsonView from) {
  JsonValue value;
  value.kind = from.kind();
  if (value.kind != JsonValue::Kind::object && value.kind != JsonValue::Kind::array)
    value.text = from.text();
  from.each([&](JsonView item) { value.items.push_back(json_value(item)); });
  from.members([&](std::string_view name, JsonView member) {
    value.members.push_back({std::string(name), json_value(member)});
  });
  return value;
}

Result<JsonValue> read_json_value(std::string_view text, const Limits& limits) {
  LET(const auto document, parse_json(std::string(text), limits));
  return json_value(JsonView(document));
}

void write_json_value(const JsonValue& value, std::string& out) {
  using Kind = JsonValue::Kind;
  const char* comma = "";
  switch (value.kind) {
    case Kind::object:
      out += '{';
      for (const auto& [name, member] : value.members) {
        out += std::exchange(comma, ",");
        write_json_string(out, name);
        out += ':';
        write_json_value(member, out);
      }
      out += '}';
      return;
    case Kind::array:
      out += '[';
      for (const auto& item : value.items) {
        out += std::exchange(comma, ",");
        write_json_value(item, out);
      }
      out += ']';
      return;
    case Kind::string:
      return write_json_string(out, value.text);
    case Kind::null:
      out += "null";
      return;
    default:
      out += value.text;
  }
}

std::size_t weight(const JsonValue& value) {
  std::size_t sum = value.text.size() + 2;
  for (const auto& item : value.items) sum += weight(item) + 1;
  for (const auto& [name, member] : value.members) sum += name.size() + weight(member) + 4;
  return sum;
}

namespace {

std::vector<const JsonValue::Member*> by_name(const JsonValue& object) {
  std::vector<const JsonValue::Member*> sorted;
  for (const auto& one : object.members) sorted.push_back(&one);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* left, const auto* right) { return left->name < right->name; });
  return sorted;
}

bool same_members(const JsonValue& a, const JsonValue& b) {
  if (a.members.size() != b.members.size()) return false;
  const auto left = by_name(a);
  const auto right = by_name(b);
  return std::equal(left.begin(), left.end(), right.begin(), [](const auto* one, const auto* two) {
    return one->name == two->name && same(one->value, two->value);
  });
}

}  // namespace

bool same(const JsonValue& a, const JsonValue& b) {
  using Kind = JsonValue::Kind;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::object:
      return same_members(a, b);
    case Kind::array:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same);
    case Kind::number:
      return same_number(a.text, b.text);
    default:
      return a.text == b.text;
  }
}

}  // namespace fingerpost::wire
