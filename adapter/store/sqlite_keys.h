// The numbers that types, search keys, sets of them and shapes have in the database. They are given
// once and kept by name, so that they survive changed definitions; a key whose meaning changes is
// another key.

#pragma once

#include "fingerpost/result.h"
#include "search/index.h"
#include "search/plan.h"
#include "search/search.h"
#include "store/sqlite_db.h"
#include "store/sqlite_key_sets.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fingerpost::store {

// The database's number of each KeyId of one Parameters.
using KeyMap = std::vector<search::KeyId>;

// The same with the database's numbers as keys.
search::IndexValues translate(search::IndexValues values, const KeyMap& map);
search::Plan translate(search::Plan plan, const KeyMap& map);

// Any thread.
class Keys {
 public:
  static Result<std::unique_ptr<Keys>> load(Db& db);

  // Numbers are given at once; the writer saves new ones with its next commit.
  std::int64_t type(std::string_view name);
  std::int64_t known_type(std::string_view name) const;  // 0: nothing of it was ever stored
  std::string type_name(std::int64_t type) const;
  Result<std::shared_ptr<const KeyMap>> map(const search::Parameters& parameters);
  // The set of all keys that resources of the type are indexed by, and what they contain.
  Result<std::int64_t> parameter_set(const search::Parameters& parameters, std::string_view type,
                                     const std::vector<search::ContainedRows>& contained);
  // The sets of resources that need not be indexed again by these.
  Result<std::vector<std::int64_t>> current_sets(const search::Parameters& parameters);
  // As KeySets has them.
  std::vector<std::int64_t> sets_without(std::int64_t type, search::KeyId key) const;
  std::vector<KeySets::Inside> sets_inside(std::string_view type, search::KeyId key) const;
  // Resources indexed by one set that have values for the same keys are of one shape.
  std::int64_t shape(std::int64_t type, std::int64_t parameter_set,
                     const std::vector<search::KeyId>& present);
  // The keys that resources of the shape have values for, sorted.
  std::shared_ptr<const std::vector<search::KeyId>> present(std::int64_t shape) const;

  bool has_unsaved() const;
  // For the writer's thread alone, inside its transaction, once or more; saved() after the commit,
  // not_saved() when it failed.
  Result<void> save(Db& db);
  void saved();
  void not_saved();
  // Of those saved in the open transaction, all but the first `count` were taken back.
  std::size_t saving() const;
  void not_saved_after(std::size_t count);

 private:
  enum class Of : std::uint8_t { type, key, parameter_set, shape };
  struct New {
    Of of = Of::type;
    std::int64_t id = 0;
    std::string name;           // or the keys
    std::uint64_t meaning = 0;  // of a key
    std::int64_t type = 0;      // of a set or a shape
    std::int64_t of_set = 0;    // of a shape
  };
  using Numbers = std::unordered_map<std::string, std::int64_t>;
  // The number under this text, a new one when it has none; `made` says what it is of then.
  std::int64_t give(Numbers& numbers, const std::string& text, New made);
  std::int64_t give_type(std::string_view name);
  Result<std::shared_ptr<const KeyMap>> map_locked(const search::Parameters& parameters);
  Result<void> load_sets(Db& db);
  Result<void> load_shapes(Db& db);
  void add_shape(std::int64_t id, std::string_view keys);

  mutable std::mutex mutex_;
  Numbers types_, keys_, sets_, shapes_;
  std::vector<std::shared_ptr<const std::vector<search::KeyId>>> present_;  // by shape
  std::unordered_map<std::uint64_t, std::shared_ptr<const KeyMap>> maps_;   // by fingerprint
  std::map<std::pair<std::uint64_t, std::string>, std::int64_t> set_of_;    // and types
  KeySets sets_as_read_;
  std::vector<New> unsaved_;
  std::size_t saving_ = 0;  // how many of them the open transaction holds
};

}  // namespace fingerpost::store
