#include "suite/template.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::suite {
namespace {

using Kind = wire::JsonToken::Kind;

constexpr std::string_view definition_extension =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
constexpr std::string_view contains_extension =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";

bool is_control(std::string_view name) {
  return name.starts_with('$') && name.ends_with('$');
}

std::string_view text_of(const Json& object, std::string_view name) {
  const auto* found = object.member(name);
  return found ? std::string_view(found->text) : std::string_view();
}

// Conditions such as "!tx.fhir.org" name servers that this is not, and modes that are not on.
bool is_optional(const Json& item) {
  return item.member("$optional$") != nullptr;
}

bool only_of(std::string_view text, auto&& allowed) {
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool fits_type(std::string_view type, std::string_view text) {
  const auto has = [&](char c) { return text.find(c) != std::string_view::npos; };
  if (type == "id")
    return text.size() <= 64 && only_of(text, [](char c) {
             return is_letter(c) || is_digit(c) || c == '-' || c == '.';
           });
  if (type == "uuid") return text.size() >= 36 && text[text.size() - 13] == '-';
  if (type == "instant") return text.size() >= 20 && text[10] == 'T';
  if (type == "date") return text.size() >= 4 && only_of(text.substr(0, 4), is_digit);
  if (type == "url") return has(':');
  if (type == "token") return !text.empty() && !has(' ');
  if (type == "string") return !text.empty();
  if (type == "semver" || type == "version") return has('.') && is_digit(text.front());
  return false;
}

// "$external:1:some text$": one server's message, which for any other has to hold that text.
bool fits(std::string_view wanted, std::string_view text) {
  if (wanted.size() < 2 || !is_control(wanted)) return wanted == text;
  wanted = wanted.substr(1, wanted.size() - 2);
  const auto colon = wanted.find(':');
  if (colon == std::string_view::npos) return fits_type(wanted, text);
  const auto kind = wanted.substr(0, colon);
  auto rest = wanted.substr(colon + 1);
  if (kind == "external") {
    const auto second = rest.find(':');
    return second == std::string_view::npos ||
           text.find(rest.substr(second + 1)) != std::string_view::npos;
  }
  if (kind == "fragments") return text.find(rest) != std::string_view::npos;
  while (kind == "choice" && !rest.empty()) {
    const auto bar = rest.find('|');
    if (rest.substr(0, bar) == text) return true;
    rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
  }
  return false;
}

std::string print(const Json& value) {
  if (value.kind == Kind::object) {
    std::string made = "{";
    for (const auto& [name, member] : value.members) {
      if (made.size() > 1) made += ", ";
      made += name + ": " + print(member);
    }
    return made + "}";
  }
  if (value.kind == Kind::array) {
    std::string made = "[";
    for (const auto& item : value.items) {
      if (made.size() > 1) made += ", ";
      made += print(item);
    }
    return made + "]";
  }
  return value.text;
}

bool is_optional_property(const Json& object, std::string_view name) {
  const auto* list = object.member("$optional-properties$");
  return list && std::any_of(list->items.begin(), list->items.end(),
                             [&](const Json& item) { return item.text == name; });
}

bool may_be_absent(const Json& object, std::string_view name, const Json& value) {
  if (is_optional_property(object, name)) return true;
  if (value.kind == Kind::array)
    return std::all_of(value.items.begin(), value.items.end(), is_optional);
  return is_optional(value);
}

Difference differ(const Json& expected, const Json& actual, const std::string& path, Say say);

Difference differ_objects(const Json& expected, const Json& actual, const std::string& path,
                          Say say) {
  for (const auto& [name, value] : expected.members) {
    if (is_control(name)) continue;
    const auto* found = actual.member(name);
    if (!found) {
      if (may_be_absent(expected, name, value)) continue;
      return {path + '.' + name, print(value), "absent"};
    }
    if (auto found_out = differ(value, *found, path + '.' + name, say)) return found_out;
  }
  if (say == Say::at_least) return {};
  for (const auto& [name, value] : actual.members)
    if (!expected.member(name) && !is_optional_property(expected, name))
      return {path + '.' + name, "absent", print(value)};
  return {};
}

Difference differ_arrays(const Json& expected, const Json& actual, const std::string& path,
                         Say say) {
  std::vector<const Json*> left;
  for (const auto& item : actual.items) left.push_back(&item);
  // What has to be there takes its match before what only may be there.
  for (const bool optional : {false, true})
    for (const auto& wanted : expected.items) {
      if (is_optional(wanted) != optional) continue;
      const auto found = std::find_if(left.begin(), left.end(), [&](const Json* item) {
        return !differ(wanted, *item, path, say);
      });
      if (found != left.end()) {
        left.erase(found);
      } else if (!optional) {
        std::string rest;
        for (const auto* item : left) (rest += rest.empty() ? "" : "; ") += print(*item);
        return {path + "[]", print(wanted), rest.empty() ? "absent" : rest};
      }
    }
  if (!left.empty() && say == Say::exactly) return {path + "[]", "absent", print(*left.front())};
  return {};
}

Difference differ(const Json& expected, const Json& actual, const std::string& path, Say say) {
  if (expected.kind != actual.kind) return {path, print(expected), print(actual)};
  if (expected.kind == Kind::object) return differ_objects(expected, actual, path, say);
  if (expected.kind == Kind::array) return differ_arrays(expected, actual, path, say);
  if (fits(expected.text, actual.text)) return {};
  return {path, expected.text, actual.text};
}

// Takes the extensions of that url away, and gives them as elements.
std::vector<Json> take(Json& object, std::string_view url) {
  std::vector<Json> made;
  const auto list = std::find_if(object.members.begin(), object.members.end(),
                                 [](const auto& member) { return member.name == "extension"; });
  if (list == object.members.end()) return made;
  std::erase_if(list->value.items, [&](const Json& extension) {
    if (text_of(extension, "url") != url) return false;
    Json element;
    element.kind = Kind::object;
    if (const auto* parts = extension.member("extension"))
      for (const auto& part : parts->items)
        for (const auto& [name, value] : part.members)
          if (name.starts_with("value")) {
            const auto is = std::string(text_of(part, "url"));
            element.members.push_back({is == "value" ? name : is, value});
          }
    made.push_back(std::move(element));
    return true;
  });
  if (list->value.items.empty()) object.members.erase(list);
  return made;
}

}  // namespace

Difference differs(const Json& expected, const Json& actual, Say say) {
  return differ(expected, actual, "$", say);
}

void to_r5(Json& resource) {
  for (auto& [name, value] : resource.members) {
    to_r5(value);
    for (auto& item : value.items) to_r5(item);
    if (name == "expansion")
      if (auto made = take(value, definition_extension); !made.empty())
        value.members.push_back({"property", {Kind::array, {}, {}, std::move(made)}});
    if (name == "contains")
      for (auto& item : value.items)
        if (auto made = take(item, contains_extension); !made.empty())
          item.members.push_back({"property", {Kind::array, {}, {}, std::move(made)}});
    if (name == "issue")  // R5 has `location` only for what `expression` cannot say
      for (auto& item : value.items)
        std::erase_if(item.members, [](const auto& member) { return member.name == "location"; });
  }
}

}  // namespace fingerpost::suite
