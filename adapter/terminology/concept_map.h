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

// One answer. An unmapped code answered as it was provided is a view of the question.
struct Match {
  std::string_view system;
  std::string_view code;
  std::string_view display;
  Equivalence equivalence = Equivalence::equivalent;
};

// One pair of codes, to build a map of.
struct Pair {
  std::string_view source_system;
  std::string_view source;
  std::string_view target_system;
  std::string_view target;
  std::string_view display;
  Equivalence equivalence = Equivalence::equivalent;
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
  std::vector<Match> translate(std::string_view system, std::string_view code) const;

  void add(const Pair& pair);
  enum class Unmapped : std::uint8_t { none, provided, fixed };
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
  std::vector<Match> matches(const std::vector<Target>& targets) const;
  std::vector<Match> unmapped(std::string_view system, std::string_view code) const;

  std::string url_;
  std::string target_system_;
  std::vector<std::string> former_;
  std::vector<std::string> systems_;
  std::unordered_map<std::string, std::vector<Target>> targets_;  // "<system index>|<code>"
  std::vector<Default> defaults_;
};

// An R4 ConceptMap, or one in R5's shape (relationship, sourceScope, noMap). Kind::invalid: it is
// none, or has no url.
Result<ConceptMap> read_concept_map(const model::Definitions& definitions, const Tree& map);

}  // namespace fingerpost::terminology
