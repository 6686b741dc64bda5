// The numbers that types and search keys have in the database. They are given once and kept by
// name, so that they survive changed definitions.

#pragma once

#include "fingerpost/result.h"
#include "search/index.h"
#include "search/plan.h"
#include "search/search.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
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

  bool has_unsaved() const;
  // For the writer's thread alone, inside its transaction; saved() after the commit.
  Result<void> save(Db& db);
  void saved();

 private:
  struct New {
    bool is_type = false;
    std::int64_t id = 0;
    std::string name;
    std::uint64_t meaning = 0;
  };
  std::int64_t give(std::unordered_map<std::string, std::int64_t>& numbers, bool is_type,
                    std::string_view name, std::uint64_t meaning);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> types_;
  std::unordered_map<std::string, std::int64_t> keys_;
  std::unordered_map<const search::Parameters*, std::shared_ptr<const KeyMap>> maps_;
  std::vector<New> unsaved_;
  std::size_t saving_ = 0;  // how many of them the open transaction holds
};

}  // namespace fingerpost::store
