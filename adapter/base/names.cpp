#include "fingerpost/names.h"

#include <boost/unordered/unordered_flat_map.hpp>

namespace fingerpost {

struct Names::Index {
  boost::unordered_flat_map<std::string_view, NameId> of;
};

Names::Names() : index_(std::make_unique<Index>()) {
  texts_.emplace_back();
  index_->of.emplace(texts_.back(), no_name);
}

Names::Names(Names&&) noexcept = default;
Names& Names::operator=(Names&&) noexcept = default;
Names::~Names() = default;

NameId Names::intern(std::string_view text) {
  const auto found = index_->of.find(text);
  if (found != index_->of.end()) return found->second;
  const auto name = static_cast<NameId>(texts_.size());
  index_->of.emplace(texts_.emplace_back(text), name);
  return name;
}

NameId Names::find(std::string_view text) const {
  const auto found = index_->of.find(text);
  return found == index_->of.end() ? no_name : found->second;
}

std::string_view Names::text(NameId name) const {
  return name < texts_.size() ? std::string_view(texts_[name]) : std::string_view();
}

}  // namespace fingerpost
