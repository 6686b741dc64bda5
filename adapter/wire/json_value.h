// A JSON text as values that can be changed. Numbers keep their characters.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "wire/json_view.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::wire {

struct JsonValue {
  using Kind = JsonToken::Kind;
  struct Member;

  Kind kind = Kind::null;
  std::string text;              // string: unescaped; number and boolean: as written
  std::vector<Member> members;   // of an object, in their order
  std::vector<JsonValue> items;  // of an array

  JsonValue* member(std::string_view name);
  const JsonValue* member(std::string_view name) const;
};

struct JsonValue::Member {
  std::string name;
  JsonValue value;
};

JsonValue json_value(JsonView from);
Result<JsonValue> read_json_value(std::string_view text, const Limits& limits);
void write_json_value(const JsonValue& value, std::string& out);

// About the bytes it would be written in.
std::size_t weight(const JsonValue& value);

// RFC 6902 4.6: members in any order, numbers by their value.
bool same(const JsonValue& a, const JsonValue& b);

}  // namespace fingerpost::wire
