#include "access/scope.h"

#include "access/resource_types.h"

#include <optional>
#include <utility>

namespace fingerpost::access {
namespace {

constexpr std::string_view letters = "cruds";

struct Suffix {
  std::string_view text;
  Rights rights;
};
// Of version 1.
constexpr Suffix words[] = {
    {"read", can_read | can_search},
    {"write", can_create | can_update | can_delete},
    {"*", all_rights},
};

// Letters of "cruds" in that order, each at most once; or a word of version 1.
std::optional<Rights> read_rights(std::string_view text) {
  for (const auto& word : words)
    if (word.text == text) return word.rights;
  Rights rights = 0;
  std::size_t next = 0;
  for (const char c : text) {
    const auto at = letters.find(c, next);
    if (at == std::string_view::npos) return {};
    rights = static_cast<Rights>(rights | 1u << at);
    next = at + 1;
  }
  if (rights == 0) return {};
  return rights;
}

Error unsupported(const char* text) {
  return {Kind::unsupported, text, ""};
}

Error no_such_type(std::string_view type) {
  const auto nearest = nearest_resource_type(type);
  std::string text = "a scope is of a type of resource that R4 has, or of *";
  if (!nearest.empty()) text += "; the nearest is " + std::string(nearest);
  return {Kind::invalid, std::move(text), ""};
}

}  // namespace

Result<Scope> read_scope(std::string_view text) {
  constexpr std::string_view context = "system/";
  if (text.starts_with("user/") || text.starts_with("patient/"))
    return unsupported("scopes of a user or a patient are not offered: system/… are");
  const Error wrong{Kind::invalid, "a scope is system/TYPE.cruds or system/TYPE.read, .write, .*",
                    ""};
  if (!text.starts_with(context)) return wrong;
  text.remove_prefix(context.size());
  if (text.find('?') != std::string_view::npos)
    return unsupported("scopes with search parameters are not offered");
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0) return wrong;
  const auto type = text.substr(0, dot);
  if (type != every_type && !is_resource_type(type)) return no_such_type(type);
  const auto rights = read_rights(text.substr(dot + 1));
  if (!rights) return wrong;
  return Scope{std::string(type), *rights};
}

std::string write_scope(const Scope& scope) {
  auto out = "system/" + scope.type + ".";
  for (std::size_t i = 0; i < letters.size(); ++i)
    if ((scope.rights >> i & 1u) != 0) out += letters[i];
  return out;
}

void Scopes::add(Scope scope) {
  if (scope.rights == 0) return;
  for (auto& one : list_)
    if (one.type == scope.type) {
      one.rights |= scope.rights;
      return;
    }
  list_.push_back(std::move(scope));
}

Rights Scopes::rights_of(std::string_view type) const {
  Rights rights = 0;
  for (const auto& one : list_)
    if (one.type == type || one.type == every_type) rights |= one.rights;
  return rights;
}

Scopes common(const Scopes& a, const Scopes& b) {
  Scopes both;
  const auto add = [&](const Scopes& from, const Scopes& other) {
    for (const auto& scope : from.list())
      both.add({scope.type,
                static_cast<Rights>(from.rights_of(scope.type) & other.rights_of(scope.type))});
  };
  add(a, b);
  add(b, a);
  return both;
}

std::string write_scopes(const Scopes& scopes) {
  std::string out;
  for (const auto& scope : scopes.list()) {
    if (!out.empty()) out += ' ';
    out += write_scope(scope);
  }
  return out;
}

}  // namespace fingerpost::access
