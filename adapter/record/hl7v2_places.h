// Where a node stands in an HL7 v2 message, in the words of the standard.

#pragma once

#include "fingerpost/tree.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::record {

// The places of many nodes: the first question counts through the tree once, so that a message
// in which everything is worth a word costs no more than its length. The tree must outlive it.
class Hl7v2Places {
 public:
  explicit Hl7v2Places(const Tree& tree) : tree_(tree) {}

  // "RF1-6.2", "PRD[2]-7.1", "PID-3[2].4.2". Segments of one name are counted through the whole
  // message; a first one has no number. A node of another tree has its place there.
  std::string place(NodeRef node);

 private:
  const Tree& tree_;
  std::vector<std::uint32_t> before_;  // of the same name, by node; of segments and fields
};

}  // namespace fingerpost::record
