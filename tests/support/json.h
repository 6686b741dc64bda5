// JSON texts compared by content: member order aside, numbers to the character.

#pragma once

#include "wire/json_view.h"

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fingerpost::test {

inline void print_sorted(wire::JsonView value, std::string& out) {
  using Kind = wire::JsonToken::Kind;
  if (value.kind() == Kind::object) {
    std::map<std::string_view, wire::JsonView> members;
    value.members([&](std::string_view name, wire::JsonView member) { members[name] = member; });
    out += '{';
    for (const auto& [name, member] : members) {
      wire::write_json_string(out, name);
      out += ':';
      print_sorted(member, out);
      out += ",\n";
    }
    out += '}';
  } else if (value.kind() == Kind::array) {
    out += '[';
    value.each([&](wire::JsonView item) {
      print_sorted(item, out);
      out += ',';
    });
    out += ']';
  } else if (value.kind() == Kind::string) {
    wire::write_json_string(out, value.text());
  } else {
    out += value.kind() == Kind::null ? "null" : value.text();
  }
}

inline std::string sorted_json(std::string_view text) {
  Limits limits;
  limits.depth = 256;
  const auto document = wire::parse_json(std::string(text), limits);
  if (!document) throw std::runtime_error("not JSON: " + document.error().text);
  std::string out;
  print_sorted(wire::JsonView(*document), out);
  return out;
}

}  // namespace fingerpost::test
