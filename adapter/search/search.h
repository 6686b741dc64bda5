// SearchParameters compiled: what each resource type can be searched by.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"
#include "search/hash.h"
#include "search/index.h"
#include "search/plan.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

class Extractor;  // how a parameter's values are taken from a tree

// One search parameter of one resource type.
struct Key {
  std::string name;  // "Observation.code"; "Observation.subject:identifier" for its identifier form
  std::string_view code;  // "code"
  std::string_view url;   // of the SearchParameter
  std::string_view type;  // "Observation"
  model::SearchType kind = model::SearchType::string;
  std::vector<std::string_view> targets;  // of references; empty: any type
  KeyId identifier = 0;                   // of references: the key of the identifier form
  // The key whose rows in the index stand for this one's too: itself, or that of a parameter that
  // has every value of this one ("subject" for "patient").
  KeyId lead = 0;
  std::uint64_t meaning = 0;  // changes when its expression does
};

// Read-only once made; any thread.
class Parameters {
 public:
  // Every SearchParameter of the definitions whose expression can be compiled; one that cannot is
  // in left_out(). The definitions must outlive it.
  static Result<std::unique_ptr<const Parameters>> compile(const model::Definitions& definitions,
                                                           const HashKey& hash_key);
  ~Parameters();
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  const model::Definitions& definitions() const { return definitions_; }
  const HashKey& hash_key() const { return hash_key_; }
  std::span<const Key> keys() const { return keys_; }  // keys()[0] is "no key"
  const Key& key(KeyId id) const { return keys_[id]; }
  // The keys of one type, by code, identifier forms left out; empty for an unknown type.
  std::span<const KeyId> of_type(std::string_view type) const;
  KeyId find(std::string_view type, std::string_view code) const;  // 0: none
  std::span<const std::string> left_out() const { return left_out_; }
  const Extractor& extractor() const { return *extractor_; }

 private:
  Parameters(const model::Definitions& definitions, const HashKey& hash_key);
  void add(const model::SearchParameter& parameter);
  void add_identifier_forms();
  void find_leads();
  KeyId lead_of(KeyId id) const;
  void sort_by_type();

  const model::Definitions& definitions_;
  HashKey hash_key_;
  std::vector<Key> keys_;
  std::vector<KeyId> by_type_;  // sorted by (type, code)
  std::vector<std::string> left_out_;
  std::set<std::string> known_;  // names of keys, while compiling
  std::unique_ptr<Extractor> extractor_;
};

}  // namespace fingerpost::search
