#include "store/sqlite_keys.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <set>

namespace fingerpost::store {
namespace {

constexpr std::size_t most_maps = 64;  // more than are ever in use at once

template <class Row>
void translate_rows(std::vector<Row>& rows, const KeyMap& map) {
  for (Row& row : rows) row.key = map[row.key];
  // The database has most keys in the order of the parameters.
  if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
}

void translate_criterion(search::Criterion& criterion, const KeyMap& map) {
  criterion.key = map[criterion.key];
  criterion.lead.key = map[criterion.lead.key];
  criterion.url_key = map[criterion.url_key];
  for (auto& parent : criterion.parents) parent = {map[parent.key], map[parent.lead]};
  // The keys in a composite's parts are the numbers of its components.
  if (criterion.test == search::Criterion::Test::composite) return;
  for (auto& inner : criterion.parts) translate_criterion(inner, map);
}

std::string text_of(const search::Parameters& parameters, const KeyMap& map,
                    std::string_view type) {
  std::vector<search::KeyId> keys;
  for (const auto id : parameters.of_type(type)) keys.push_back(map[id]);
  std::sort(keys.begin(), keys.end());
  return KeySets::text_of(keys);
}

std::string key_text(std::string_view name, std::uint64_t meaning) {
  return std::string(name) + " " + std::to_string(meaning);
}
std::string shape_text(std::int64_t type, std::int64_t set, std::string_view keys) {
  return std::to_string(type) + " " + std::to_string(set) + " " + std::string(keys);
}

}  // namespace

search::IndexValues translate(search::IndexValues values, const KeyMap& map) {
  translate_rows(values.hashes, map);
  translate_rows(values.dates, map);
  translate_rows(values.numbers, map);
  translate_rows(values.texts, map);
  translate_rows(values.composites, map);
  for (auto& key : values.present) key = map[key];
  std::sort(values.present.begin(), values.present.end());
  for (auto& inner : values.contained) inner.values = translate(std::move(inner.values), map);
  return values;
}

search::Plan translate(search::Plan plan, const KeyMap& map) {
  for (auto& criterion : plan.criteria) translate_criterion(criterion, map);
  for (auto& key : plan.sort) key.key = map[key.key];
  for (auto& include : plan.includes) {
    include.key = map[include.key];
    include.lead = map[include.lead];
    for (auto& key : include.url_keys) key = map[key];
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
  LET(auto names, db.prepare("SELECT name, meaning, id FROM key"));
  LET(row, names.first());
  for (; row;) {
    keys->keys_.emplace(key_text(names.text(0), static_cast<std::uint64_t>(names.integer(1))),
                        names.integer(2));
    keys->sets_as_read_.name(static_cast<search::KeyId>(names.integer(2)), names.text(0));
    LET(row, names.step());
  }
  LET_DONE(keys->load_sets(db));
  LET_DONE(keys->load_shapes(db));
  return keys;
}

Result<void> Keys::load_sets(Db& db) {
  LET(auto sets, db.prepare("SELECT type, keys, id FROM parameter_set"));
  LET(bool row, sets.first());
  for (; row;) {
    sets_.emplace(shape_text(sets.integer(0), 0, sets.text(1)), sets.integer(2));
    sets_as_read_.add(sets.integer(2), sets.integer(0), sets.text(1));
    LET(row, sets.step());
  }
  return {};
}

Result<void> Keys::load_shapes(Db& db) {
  LET(auto shapes, db.prepare("SELECT type, parameter_set, keys, id FROM shape"));
  LET(bool row, shapes.first());
  for (; row;) {
    shapes_.emplace(shape_text(shapes.integer(0), shapes.integer(1), shapes.text(2)),
                    shapes.integer(3));
    add_shape(shapes.integer(3), shapes.text(2));
    LET(row, shapes.step());
  }
  return {};
}

void Keys::add_shape(std::int64_t id, std::string_view keys) {
  std::vector<search::KeyId> found;
  while (keys.size() > 1) {
    keys.remove_prefix(1);
    const auto end = keys.find(',');
    if (const auto key = to_integer(keys.substr(0, end)))
      found.push_back(static_cast<search::KeyId>(*key));
    keys.remove_prefix(std::min(end, keys.size()));
  }
  const auto at = static_cast<std::size_t>(id);
  if (present_.size() <= at) present_.resize(at + 1);
  present_[at] = std::make_shared<const std::vector<search::KeyId>>(std::move(found));
}

std::int64_t Keys::give(Numbers& numbers, const std::string& text, New made) {
  const auto next = static_cast<std::int64_t>(numbers.size()) + 1;
  const auto [at, is_new] = numbers.try_emplace(text, next);
  if (is_new) {
    made.id = next;
    unsaved_.push_back(std::move(made));
  }
  return at->second;
}

std::int64_t Keys::give_type(std::string_view name) {
  return give(types_, std::string(name), {Of::type, 0, std::string(name), 0, 0, 0});
}

std::int64_t Keys::type(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return give_type(name);
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
  return map_locked(parameters);
}

Result<std::shared_ptr<const KeyMap>> Keys::map_locked(const search::Parameters& parameters) {
  if (const auto known = maps_.find(parameters.fingerprint()); known != maps_.end())
    return known->second;
  auto map = std::make_shared<KeyMap>();
  for (const auto& key : parameters.keys()) {
    const std::int64_t id = map->empty() ? 0
                                         : give(keys_, key_text(key.name, key.meaning),
                                                {Of::key, 0, key.name, key.meaning, 0, 0});
    if (id > std::numeric_limits<search::KeyId>::max())
      return Error{Kind::unsupported, "more search parameters than can be numbered", ""};
    map->push_back(static_cast<search::KeyId>(id));
    sets_as_read_.name(map->back(), key.name);
  }
  if (maps_.size() >= most_maps) {
    maps_.clear();
    set_of_.clear();
  }
  return maps_[parameters.fingerprint()] = std::move(map);
}

Result<std::int64_t> Keys::parameter_set(const search::Parameters& parameters,
                                         std::string_view type,
                                         const std::vector<search::ContainedRows>& contained) {
  std::set<std::string_view> inside;
  for (const auto& one : contained) inside.insert(one.type);
  std::string types(type);
  for (const auto one : inside) (types += '/') += one;
  const std::lock_guard lock(mutex_);
  LET(const auto map, map_locked(parameters));
  auto& known = set_of_[{parameters.fingerprint(), std::move(types)}];
  if (known != 0) return known;
  const std::int64_t number = give_type(type);
  std::string text = text_of(parameters, *map, type);
  for (const auto one : inside) (text += '/') += text_of(parameters, *map, one);
  const std::size_t before = sets_.size();
  known = give(sets_, shape_text(number, 0, text), {Of::parameter_set, 0, text, 0, number, 0});
  if (sets_.size() > before) sets_as_read_.add(known, number, text);
  return known;
}

Result<std::vector<std::int64_t>> Keys::current_sets(const search::Parameters& parameters) {
  const std::lock_guard lock(mutex_);
  LET(const auto map, map_locked(parameters));
  std::map<std::string, std::string> texts;
  return sets_as_read_.current([&](const std::string& type) {
    const auto [at, is_new] = texts.try_emplace(type);
    if (is_new) at->second = text_of(parameters, *map, type);
    return at->second;
  });
}

std::vector<std::int64_t> Keys::sets_without(std::int64_t type, search::KeyId key) const {
  const std::lock_guard lock(mutex_);
  return sets_as_read_.without(type, key);
}

std::vector<KeySets::Inside> Keys::sets_inside(std::string_view type, search::KeyId key) const {
  const std::lock_guard lock(mutex_);
  return sets_as_read_.inside(type, key);
}

std::int64_t Keys::shape(std::int64_t type, std::int64_t parameter_set,
                         const std::vector<search::KeyId>& present) {
  const std::string text = KeySets::text_of(present);
  const std::lock_guard lock(mutex_);
  const std::size_t before = shapes_.size();
  const std::int64_t id = give(shapes_, shape_text(type, parameter_set, text),
                               {Of::shape, 0, text, 0, type, parameter_set});
  if (shapes_.size() > before) add_shape(id, text);
  return id;
}

std::shared_ptr<const std::vector<search::KeyId>> Keys::present(std::int64_t shape) const {
  const std::lock_guard lock(mutex_);
  const auto at = static_cast<std::size_t>(shape);
  if (at >= present_.size() || !present_[at])
    return std::make_shared<const std::vector<search::KeyId>>();
  return present_[at];
}

bool Keys::has_unsaved() const {
  const std::lock_guard lock(mutex_);
  return saving_ < unsaved_.size();
}

Result<void> Keys::save(Db& db) {
  const std::lock_guard lock(mutex_);
  // By Of; prepared when there is something for it, which mostly are shapes alone.
  constexpr const char* sql[] = {
      "INSERT INTO type(id, name) VALUES(?, ?)",
      "INSERT INTO key(id, name, meaning) VALUES(?, ?, ?)",
      "INSERT INTO parameter_set(id, type, keys) VALUES(?, ?, ?)",
      "INSERT INTO shape(id, type, parameter_set, keys, resources) VALUES(?, ?, ?, ?, 0)"};
  std::array<Statement, std::size(sql)> inserts;
  for (; saving_ < unsaved_.size(); ++saving_) {
    const New& one = unsaved_[saving_];
    const auto kind = static_cast<std::size_t>(one.of);
    auto& insert = inserts[kind];
    if (!insert) {
      LET(insert, db.prepare(sql[kind]));
    }
    switch (one.of) {
      case Of::type:
        LET_DONE(insert.run(one.id, one.name));
        break;
      case Of::key:
        LET_DONE(insert.run(one.id, one.name, one.meaning));
        break;
      case Of::parameter_set:
        LET_DONE(insert.run(one.id, one.type, one.name));
        break;
      case Of::shape:
        LET_DONE(insert.run(one.id, one.type, one.of_set, one.name));
        break;
    }
  }
  return {};
}

void Keys::not_saved() {
  const std::lock_guard lock(mutex_);
  saving_ = 0;
}

std::size_t Keys::saving() const {
  const std::lock_guard lock(mutex_);
  return saving_;
}

void Keys::not_saved_after(std::size_t count) {
  const std::lock_guard lock(mutex_);
  saving_ = count;
}

void Keys::saved() {
  const std::lock_guard lock(mutex_);
  unsaved_.erase(unsaved_.begin(), unsaved_.begin() + static_cast<std::ptrdiff_t>(saving_));
  saving_ = 0;
}

}  // namespace fingerpost::store
