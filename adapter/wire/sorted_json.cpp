#include "wire/sorted_json.h"

#include <map>

namespace fingerpost::wire {
namespace {

void print(JsonView value, std::string& out) {
  using Kind = JsonToken::Kind;
  if (value.kind() == Kind::object) {
    std::map<std::string_view, JsonView> members;
    value.members([&](std::string_view name, JsonView member) { members[name] = member; });
    out += '{';
    for (const auto& [name, member] : members) {
      write_json_string(out, name);
      out += ':';
      print(member, out);
      out += ",\n";
    }
    out += '}';
  } else if (value.kind() == Kind::array) {
    out += '[';
    value.each([&](JsonView item) {
      print(item, out);
      out += ',';
    });
    out += ']';
  } else if (value.kind() == Kind::string) {
    write_json_string(out, value.text());
  } else {
    out += value.kind() == Kind::null ? "null" : value.text();
  }
}

}  // namespace

std::string sorted_json(JsonView value) {
  std::string out;
  print(value, out);
  return out;
}

}  // namespace fingerpost::wire
