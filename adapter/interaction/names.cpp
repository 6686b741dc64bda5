#include "base/text.h"
#include "interaction/interactions.h"

#include <algorithm>

namespace fingerpost::interaction {

bool is_resource_type(const Context& context, std::string_view type) {
  if (type.empty() || !is_upper(type[0]) || type.find('.') != std::string_view::npos) return false;
  const auto id = context.definitions.find(type);
  if (id == no_type) return false;
  const auto& found = context.definitions.type(id);
  return found.kind == model::TypeKind::resource && found.model == model::Model::r4 &&
         !found.abstract;
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text)
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '.') return false;
  return true;
}

Result<std::int64_t> read_etag(std::string_view text) {
  text = trim(text);
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    const auto version = to_integer(text.substr(1, text.size() - 2));
    if (version && *version > 0) return *version;
  }
  return Error{Kind::invalid, "an entity tag looks like W/\"1\"", "If-Match"};
}

bool Versions::has(std::int64_t version) const {
  return version != 0 && (any || std::find(list.begin(), list.end(), version) != list.end());
}

Result<Versions> read_etags(std::string_view text) {
  Versions versions;
  while (!trim(text).empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto tag = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (tag == "*") {
      versions.any = true;
      continue;
    }
    LET(const auto version, read_etag(tag));
    versions.list.push_back(version);
  }
  return versions;
}

}  // namespace fingerpost::interaction
