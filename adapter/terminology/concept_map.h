// A ConceptMap compiled: which codes another code means.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::terminology {

// R4 concept-map-equivalence, best first; what R5 says by `relationship` is read into it.
enum class Equivalence : std::uint8_t {
  equal,
  equivalent,
  wider,
  subsumes,
  narrower,
  specializes,
  inexact,
  relatedto,
  unmatched,
  disjoint
};

// By its R4 equivalence or R5 relationship code; relatedto for any other.
Equivalence equivalence_named(std::string_view code);

// A value of an element other than the one translated (R4 ConceptMap.group.element.target.dependsOn
// and product): `property` names the element.
template <class String>
struct Aside {
  String property, system, value, display;
};
using Product = Aside<std::string>;
using Dependency = Aside<std::string_view>;

// One answer. An unmapped code answered as it was provided is a view of the question.
struct Match {
  std::string_view system;
  std::string_view code;
  std::string_view display;
  Equivalence equivalence = Equivalence::equivalent;
  std::span<const Product> products = {};  // what else has a value where this code is used

  // Whether it says that the code means this one at all.
  bool usable() const { return equivalence < Equivalence::unmatched && !code.empty(); }
};

// One pair of codes, to build a map of.
struct Pair {
  std::string_view source_system;
  std::string_view source;
  std::string_view target_system;
  std::string_view target;
  std::string_view display;
  Equivalence equivalence = Equivalence::equivalent;
  std::vector<Product> depends = {};  // all of them must be so
  std::vector<Product> products = {};
};

// Immutable once built; any thread. The views of a Match live as long as the map.
class ConceptMap {
 public:
  explicit ConceptMap(std::string url) : url_(std::move(url)) {}

  const std::string& url() const { return url_; }
  // Other urls the map is known by: what it says it replaces.
  const std::vector<std::string>& former_urls() const { return former_; }

  // The system of the first target; "" when there is none.
  std::string_view target_system() const { return target_system_; }

  // The targets of a code, in the map's order; those unmatched or disjoint are left out. With
  // system "" the code is looked up in every group, in order, and the first group with it answers.
  // When no group has it, the groups' `unmapped` rule answers. Nothing found: an empty list.
  // A target that depends on other elements is an answer only when `known` has their values.
  std::vector<Match> translate(std::string_view system, std::string_view code,
                               std::span<const Dependency> known = {}) const;
  // The same with those unmatched and disjoint: what the map says of the code.
  std::vector<Match> all_of(std::string_view system, std::string_view code,
                            std::span<const Dependency> known = {}) const;
  // The codes of which this one is a target, with the equivalence seen from this side.
  std::vector<Match> reversed(std::string_view system, std::string_view code) const;
  // The url of the map that a code of this system, when it is in no group, is looked up in; "".
  std::string_view other_map(std::string_view system) const;
  // The urls of all such maps.
  std::vector<std::string_view> other_maps() const;

  // The value sets that it maps from and to; "" when it does not say.
  const std::string& source_scope() const { return source_scope_; }
  const std::string& target_scope() const { return target_scope_; }
  void set_scopes(std::string_view source, std::string_view target) {
    source_scope_ = source;
    target_scope_ = target;
  }
  // Of targets: what reversed() looks through.
  std::size_t size() const { return size_; }

  void add(const Pair& pair);
  // other_map: `code` is its url.
  enum class Unmapped : std::uint8_t { none, provided, fixed, other_map };
  // R4 ConceptMap.group.unmapped; for `fixed`, with the code to answer.
  void set_unmapped(std::string_view source_system, std::string_view target_system, Unmapped mode,
                    std::string_view code = "", std::string_view display = "");
  void add_former_url(std::string_view url) { former_.emplace_back(url); }
  void add_system(std::string_view source_system) { system_index(source_system); }

 private:
  struct Target {
    std::uint32_t system = 0;  // in texts_
    std::string code;
    std::string display;
    Equivalence equivalence = Equivalence::equivalent;
    std::vector<Product> depends;
    std::vector<Product> products;
  };
  struct Default {
    std::uint32_t source_system = 0;
    std::uint32_t target_system = 0;
    Unmapped mode = Unmapped::none;
    std::string code;
    std::string display;
  };
  std::uint32_t system_index(std::string_view system);
  const std::vector<Target>* find(std::uint32_t system, std::string_view code) const;
  const std::vector<Target>* find(std::string_view system, std::string_view code) const;
  std::vector<Match> unmapped(std::string_view system, std::string_view code) const;

  std::string url_;
  std::string target_system_;
  std::vector<std::string> former_;
  std::string source_scope_, target_scope_;
  std::size_t size_ = 0;
  std::vector<std::string> systems_;
  std::unordered_map<std::string, std::uint32_t> system_places_;
  std::unordered_map<std::string, std::vector<Target>> targets_;  // "<system index>|<code>"
  std::vector<Default> defaults_;
};

// An R4 ConceptMap, or one in R5's shape (relationship, sourceScope, noMap). Kind::invalid: it is
// none, or has no url.
Result<ConceptMap> read_concept_map(const model::Definitions& definitions, const Tree& map);

}  // namespace fingerpost::terminology
