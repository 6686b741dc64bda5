// What requests made of stored resources, kept for later requests: a map read, a value set's
// tables.

#pragma once

#include "store/store.h"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace fingerpost::interaction {

// Holds what was used last. A version of a resource never changes, so nothing here grows stale. Any
// thread. For each resource type there is one C++ type that is kept of it.
class Compiled {
 public:
  // By the size of the stored bodies that things were made of.
  explicit Compiled(std::size_t most_bytes = std::size_t{32} << 20) : most_bytes_(most_bytes) {}

  template <class T>
  std::shared_ptr<const T> find(const store::Stored& resource) {
    return std::static_pointer_cast<const T>(find(key_of(resource)));
  }
  template <class T>
  void keep(const store::Stored& resource, std::shared_ptr<const T> made) {
    keep(key_of(resource), std::move(made), resource.body.size());
  }
  // Of several together, by a name for them that holds the key of each. For each beginning of a
  // name there is one C++ type.
  template <class T>
  std::shared_ptr<const T> find_set(const std::string& name) {
    return std::static_pointer_cast<const T>(find(name));
  }
  template <class T>
  void keep_set(std::string name, std::shared_ptr<const T> made, std::size_t bytes) {
    keep(std::move(name), std::move(made), bytes);
  }
  static std::string key_of(const store::Stored& resource);

 private:
  struct Kept {
    std::string key;
    std::shared_ptr<const void> made;
    std::size_t bytes = 0;
  };
  std::shared_ptr<const void> find(const std::string& key);
  void keep(std::string key, std::shared_ptr<const void> made, std::size_t bytes);

  std::size_t most_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<Kept> kept_;  // the last used first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
};

}  // namespace fingerpost::interaction
