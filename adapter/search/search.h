// SearchParameters compiled: what each resource type can be searched by.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"
#include "search/hash.h"
#include "search/index.h"
#include "search/parameter_text.h"
#include "search/plan.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::search {

class Extractor;  // how a parameter's values are taken from a tree

// What the elements of a token may be: R4 search.html#token, the table of types.
enum TokenForm : std::uint8_t {
  token_coded = 1,    // with a system or not
  token_folded = 2,   // strings and contact points, found in any letter case
  token_boolean = 4,  // true or false
  token_uri = 8,
  token_any = 15
};

// One search parameter of one resource type.
struct Key {
  std::string name;  // "Observation.code"; "Observation.subject:identifier" for its identifier form
  std::string_view code;  // "code"
  std::string_view url;   // of the SearchParameter
  std::string_view type;  // "Observation"
  model::SearchType kind = model::SearchType::string;
  std::vector<std::string_view> targets;      // of references; empty: any type
  KeyId identifier = 0;                       // of references: the key of the identifier form
  KeyId text = 0;                             // of tokens: the key of the words beside the codes
  bool canonical = false;                     // of references: some of them are canonical urls
  bool custom = false;                        // added by a client
  std::vector<model::SearchType> components;  // of composites
  std::uint8_t token_forms = 0;               // of tokens: bits of TokenForm
  // The key whose rows in the index stand for this one's too: itself, or that of a parameter that
  // has every value of this one ("subject" for "patient"). Of a composite: the key that has every
  // code of its first component; 0: that is no code. Of the words beside codes: 0, no index has
  // them.
  KeyId lead = 0;
  std::uint64_t meaning = 0;  // changes when its rows would
};

// Read-only once made; any thread.
class Parameters : public std::enable_shared_from_this<Parameters> {
 public:
  // Every SearchParameter of the definitions whose expression can be compiled, and `custom` ones
  // besides; one that cannot is in left_out(). The definitions must outlive it.
  static Result<std::unique_ptr<const Parameters>> compile(
      const model::Definitions& definitions, const HashKey& hash_key,
      std::span<const ParameterText> custom = {});
  // The same with these custom ones instead of its own. Kind::unsupported: too many, or no
  // shared_ptr holds this.
  Result<std::shared_ptr<const Parameters>> with(std::vector<ParameterText> custom) const;
  // The same, by these keys no type is searched. Kind::unsupported: no shared_ptr holds this.
  Result<std::shared_ptr<const Parameters>> without(std::span<const KeyId> keys) const;
  ~Parameters();
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  const model::Definitions& definitions() const { return definitions_; }
  const HashKey& hash_key() const { return hash_key_; }
  // Of all keys, their numbers and meanings.
  std::uint64_t fingerprint() const { return fingerprint_; }
  std::span<const Key> keys() const { return keys_; }  // keys()[0] is "no key"
  const Key& key(KeyId id) const { return keys_[id]; }
  // The keys of one type, by code, other forms left out; empty for an unknown type.
  std::span<const KeyId> of_type(std::string_view type) const;
  KeyId find(std::string_view type, std::string_view code) const;  // 0: none
  // Of another form of a key, that key; else itself.
  KeyId main(KeyId id) const;
  // Why each that is not among the keys is not: "Patient.x: …".
  std::span<const std::string> left_out() const { return left_out_; }
  std::span<const ParameterText> custom() const { return custom_; }
  // Why custom ones, by their id, are not searched by, or not in all their types; `where` is the
  // element.
  const std::map<std::string, Error>& refused() const { return refused_; }
  const Extractor& extractor() const { return *extractor_; }

  // The parameters by which a resource of `type` is in the compartment of a `whose`, "Patient"
  // (R4 compartmentdefinition.html). "{def}": by being it. Null: such resources never are.
  const std::vector<std::string>* compartment(std::string_view whose, std::string_view type) const;
  bool is_compartment(std::string_view whose) const;

 private:
  Parameters(const model::Definitions& definitions, const HashKey& hash_key);
  explicit Parameters(const std::shared_ptr<const Parameters>& base);
  Result<void> add_custom(std::vector<ParameterText> custom);
  void finish(std::size_t first);
  void leave_out(const ParameterText& parameter, const std::string& name, bool custom, Error why);
  void add(const ParameterText& parameter, bool custom);
  void add_composites();
  void add_composite(const ParameterText& parameter, bool custom);
  Result<void> add_key(const ParameterText& parameter, TypeId type, Key key);
  Result<void> add_components(const ParameterText& parameter, TypeId type, Key key);
  Key new_key(const ParameterText& parameter, TypeId type, bool custom);
  std::uint64_t custom_meaning(const ParameterText& parameter) const;
  void add_compartments();
  void add_other_forms(std::size_t first);
  void find_leads(std::size_t first);
  KeyId lead_of(KeyId id) const;
  KeyId lead_of_composite(KeyId id) const;
  void find_meanings(std::size_t first);
  void sort_by_type();
  const std::string& keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  const model::Definitions& definitions_;
  HashKey hash_key_;
  std::vector<Key> keys_;
  std::vector<KeyId> by_type_;  // sorted by (type, code)
  std::vector<KeyId> lacking_;  // not among these
  std::vector<std::string> left_out_;
  std::set<std::string> known_;  // names of keys
  std::map<std::string, model::SearchType> kind_of_url_;
  std::deque<std::string> texts_;
  std::uint64_t fingerprint_ = 0;
  std::size_t own_ = 0;  // the keys before this are of the definitions, the others custom
  std::vector<ParameterText> custom_;
  std::map<std::string, Error> refused_;    // by id
  std::shared_ptr<const Parameters> base_;  // whose texts these keys have too
  std::map<std::pair<std::string, std::string>, std::vector<std::string>, std::less<>>
      compartments_;  // (whose, type)
  std::unique_ptr<Extractor> extractor_;
};

}  // namespace fingerpost::search
