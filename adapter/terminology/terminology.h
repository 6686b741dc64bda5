// The code systems and value sets at hand, and what a code is to them.

#pragma once

#include "terminology/concept_map.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

struct Content;  // content.h: tables of code systems and value sets, built or mapped into memory

// A code as it stands in someone's data. No system: a `code` element, whose value set implies it.
struct Coded {
  std::string_view system;
  std::string_view version;
  std::string_view code;
  std::string_view display;
};

// not_known: the value set, or a code system it needs, is not at hand or not whole.
enum class Membership : std::uint8_t { in, not_in, not_known };

struct Checked {
  Membership membership = Membership::not_known;
  std::string reason;          // of not_in and not_known, for a person; never holds the code itself
  bool wrong_display = false;  // a display was given, and the code has no such one
  bool inactive = false;       // the code system no longer wants it used
  std::uint64_t steps = 1;     // what it cost: codes looked at
};

// Values: copying is cheap, the tables are shared. Any thread.
class Terminology {
 public:
  Terminology() = default;

  // Of two tables with one version of a resource, the one added last is taken.
  void add(std::shared_ptr<const Content> content) { contents_.push_back(std::move(content)); }
  void add(std::shared_ptr<const ConceptMap> map) { maps_.push_back(std::move(map)); }

  // Whether a code is in a value set. `value_set` is a canonical: "url" or "url|version"; without a
  // version the latest is asked. Bounded, and never fails: what it cannot tell is not_known.
  Checked check(std::string_view value_set, const Coded& coded) const;
  // Whether the code system has the code at all; not_in when it is whole and has it not.
  Checked check_code(const Coded& coded) const;

  bool has_value_set(std::string_view canonical) const;
  bool has_code_system(std::string_view canonical) const;
  const ConceptMap* concept_map(std::string_view canonical) const;

  const std::vector<std::shared_ptr<const Content>>& contents() const { return contents_; }
  const std::vector<std::shared_ptr<const ConceptMap>>& concept_maps() const { return maps_; }

 private:
  std::vector<std::shared_ptr<const Content>> contents_;
  std::vector<std::shared_ptr<const ConceptMap>> maps_;
};

}  // namespace fingerpost::terminology
