// Sets of search keys: by which a resource is indexed, and by which those that it contains are.
//
// As a text: ",1,2,3," for the resource's own type, then for each type that it contains "/" and the
// keys of that type: ",1,2,3,/,7,8,".

#pragma once

#include "search/index.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::store {

class KeySets {
 public:
  static std::string text_of(const std::vector<search::KeyId>& keys);

  // "Observation.code"
  void name(search::KeyId key, std::string_view name);
  void add(std::int64_t set, std::int64_t type, std::string_view text);

  // Those all of whose keys are as `expected` says, the text of a type's keys by its name.
  std::vector<std::int64_t> current(
      const std::function<std::string(const std::string& type)>& expected) const;
  // Those of a type that lack one of its keys.
  std::vector<std::int64_t> without(std::int64_t type, search::KeyId key) const;
  // Those of resources that contain some of the type, whether these are indexed by its key or not.
  struct Inside {
    std::int64_t set = 0;
    std::int64_t type = 0;  // of the containers
    bool indexed = false;
  };
  std::vector<Inside> inside(std::string_view type, search::KeyId key) const;

 private:
  struct Group {
    std::string type;
    std::string keys;
    bool has(search::KeyId key) const;
  };
  struct Set {
    std::int64_t id = 0;
    std::int64_t type = 0;
    std::vector<Group> groups;  // the first is the resource's own
  };
  std::vector<Set> sets_;
  std::unordered_map<search::KeyId, std::string> type_of_;
};

}  // namespace fingerpost::store
