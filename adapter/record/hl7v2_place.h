// Finds the place of each segment in a message's structure.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/tree.h"
#include "record/hl7v2_grammar.h"

#include <string_view>
#include <vector>

namespace fingerpost::record {

// Takes the segments of one message in their order and adds each to the tree, opening groups as the
// structure asks. The nearest place wins: a segment belongs to the deepest open group that may hold
// it next. What fits nowhere ahead is put where the structure has it, or into the open group; both
// are issues.
class Placer {
 public:
  Placer(const Hl7v2Group& structure, Tree& tree, Issues& issues);

  NodeId add(std::string_view segment);
  // After the last one: an issue for each required segment that never came.
  void finish();

 private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  struct Level {
    const Hl7v2Group* group;
    NodeId node;
    std::size_t at;  // the item that was filled last; nowhere: none yet
  };
  enum class Begin { strictly, somehow };

  NodeId place_ahead(SegmentCode code, Begin begin);
  NodeId place_behind(SegmentCode code);
  NodeId fill(std::size_t depth, std::size_t item, SegmentCode code, Begin begin);
  NodeId descend(const Hl7v2Group& group, NodeId node, SegmentCode code, Begin begin);
  void report(Severity severity, std::string_view segment, const char* text);
  void check_required(const Hl7v2Group& group, NodeId node);

  Tree& tree_;
  Issues& issues_;
  std::vector<Level> open_;
};

}  // namespace fingerpost::record
