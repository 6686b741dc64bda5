#include "fingerpost/names.h"

namespace fingerpost {

Names::Names() {
  texts_.emplace_back();
  index_.emplace(texts_.back(), no_name);
}

NameId Names::intern(std::string_view text) {
  const auto found = index_.find(text);
  if (found != index_.end()) return found->second;
  const auto name = static_cast<NameId>(texts_.size());
  index_.emplace(texts_.emplace_back(text), name);
  return name;
}

NameId Names::find(std::string_view text) const {
  const auto found = index_.find(text);
  return found == index_.end() ? no_name : found->second;
}

std::string_view Names::text(NameId name) const {
  return name < texts_.size() ? std::string_view(texts_[name]) : std::string_view();
}

}  // namespace fingerpost
