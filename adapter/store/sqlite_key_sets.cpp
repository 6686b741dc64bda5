#include "store/sqlite_key_sets.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace fingerpost::store {

std::string KeySets::text_of(const std::vector<search::KeyId>& keys) {
  std::string text = ",";
  text.reserve(1 + keys.size() * 6);
  for (const auto key : keys) (text += std::to_string(key)) += ',';
  return text;
}

bool KeySets::Group::has(search::KeyId key) const {
  return keys.find("," + std::to_string(key) + ",") != std::string::npos;
}

void KeySets::name(search::KeyId key, std::string_view name) {
  type_of_.try_emplace(key, name.substr(0, name.find('.')));
}

void KeySets::add(std::int64_t set, std::int64_t type, std::string_view text) {
  Set made{set, type, {}};
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('/', at), text.size());
    Group group{{}, std::string(text.substr(at, end - at))};
    at = end + 1;
    if (group.keys.empty()) group.keys = ",";
    const auto first = std::string_view(group.keys).substr(1);
    if (const auto key = to_integer(first.substr(0, first.find(','))))
      if (const auto known = type_of_.find(static_cast<search::KeyId>(*key));
          known != type_of_.end())
        group.type = known->second;
    made.groups.push_back(std::move(group));
  }
  sets_.push_back(std::move(made));
}

std::vector<std::int64_t> KeySets::current(
    const std::function<std::string(const std::string& type)>& expected) const {
  std::vector<std::int64_t> found;
  for (const Set& set : sets_) {
    const bool is = std::all_of(set.groups.begin(), set.groups.end(), [&](const Group& group) {
      return group.keys == (group.type.empty() ? "," : expected(group.type));
    });
    if (is) found.push_back(set.id);
  }
  return found;
}

std::vector<std::int64_t> KeySets::without(std::int64_t type, search::KeyId key) const {
  std::vector<std::int64_t> found;
  for (const Set& set : sets_)
    if (set.type == type && !set.groups[0].has(key)) found.push_back(set.id);
  return found;
}

std::vector<KeySets::Inside> KeySets::inside(std::string_view type, search::KeyId key) const {
  std::vector<Inside> found;
  for (const Set& set : sets_) {
    for (std::size_t i = 1; i < set.groups.size(); ++i)
      if (set.groups[i].type == type) found.push_back({set.id, set.type, set.groups[i].has(key)});
  }
  return found;
}

}  // namespace fingerpost::store
