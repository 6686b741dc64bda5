#include "store/sqlite_keys.h"

#include <algorithm>
#include <limits>

namespace fingerpost::store {
namespace {

template <class Row>
void translate_rows(std::vector<Row>& rows, const KeyMap& map) {
  for (Row& row : rows) row.key = map[row.key];
  std::sort(rows.begin(), rows.end());
}

void translate_criterion(search::Criterion& criterion, const KeyMap& map) {
  criterion.key = map[criterion.key];
  criterion.lead.key = map[criterion.lead.key];
  for (auto& inner : criterion.chained) translate_criterion(inner, map);
}

}  // namespace

search::IndexValues translate(search::IndexValues values, const KeyMap& map) {
  translate_rows(values.hashes, map);
  translate_rows(values.dates, map);
  translate_rows(values.numbers, map);
  translate_rows(values.texts, map);
  return values;
}

search::Plan translate(search::Plan plan, const KeyMap& map) {
  for (auto& criterion : plan.criteria) translate_criterion(criterion, map);
  for (auto& key : plan.sort) key.key = map[key.key];
  for (auto& include : plan.includes) {
    include.key = map[include.key];
    include.lead = map[include.lead];
  }
  return plan;
}

Result<std::unique_ptr<Keys>> Keys::load(Db& db) {
  auto keys = std::make_unique<Keys>();
  LET(auto types, db.prepare("SELECT name, id FROM type"));
  LET(bool row, types.first());
  for (; row;) {
    keys->types_.emplace(types.text(0), types.integer(1));
    LET(row, types.step());
  }
  LET(auto names, db.prepare("SELECT name, id FROM key"));
  LET(row, names.first());
  for (; row;) {
    keys->keys_.emplace(names.text(0), names.integer(1));
    LET(row, names.step());
  }
  return keys;
}

std::int64_t Keys::give(std::unordered_map<std::string, std::int64_t>& numbers, bool is_type,
                        std::string_view name, std::uint64_t meaning) {
  const auto next = static_cast<std::int64_t>(numbers.size()) + 1;
  const auto [at, is_new] = numbers.try_emplace(std::string(name), next);
  if (is_new) unsaved_.push_back({is_type, next, std::string(name), meaning});
  return at->second;
}

std::int64_t Keys::type(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return give(types_, true, name, 0);
}

std::int64_t Keys::known_type(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto at = types_.find(std::string(name));
  return at == types_.end() ? 0 : at->second;
}

std::string Keys::type_name(std::int64_t type) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, id] : types_)
    if (id == type) return name;
  return {};
}

Result<std::shared_ptr<const KeyMap>> Keys::map(const search::Parameters& parameters) {
  const std::lock_guard lock(mutex_);
  auto& known = maps_[&parameters];
  if (known) return known;
  auto map = std::make_shared<KeyMap>();
  for (const auto& key : parameters.keys()) {
    const std::int64_t id = map->empty() ? 0 : give(keys_, false, key.name, key.meaning);
    if (id > std::numeric_limits<search::KeyId>::max())
      return Error{Kind::unsupported, "more search parameters than can be numbered", ""};
    map->push_back(static_cast<search::KeyId>(id));
  }
  known = std::move(map);
  return known;
}

bool Keys::has_unsaved() const {
  const std::lock_guard lock(mutex_);
  return !unsaved_.empty();
}

Result<void> Keys::save(Db& db) {
  const std::lock_guard lock(mutex_);
  LET(auto type, db.prepare("INSERT INTO type(id, name) VALUES(?, ?)"));
  LET(auto key, db.prepare("INSERT INTO key(id, name, meaning) VALUES(?, ?, ?)"));
  for (const New& one : unsaved_) {
    if (one.is_type) {
      LET_DONE(type.run(one.id, one.name));
    } else {
      LET_DONE(key.run(one.id, one.name, one.meaning));
    }
  }
  saving_ = unsaved_.size();
  return {};
}

void Keys::saved() {
  const std::lock_guard lock(mutex_);
  unsaved_.erase(unsaved_.begin(), unsaved_.begin() + static_cast<std::ptrdiff_t>(saving_));
  saving_ = 0;
}

}  // namespace fingerpost::store
