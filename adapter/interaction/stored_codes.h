// The code systems, value sets and concept maps of one request: those at hand, and those stored
// here that it leads to.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/context.h"
#include "terminology/terminology.h"

#include <memory>
#include <string_view>

namespace fingerpost::interaction {

class CodeGatherer {
 public:
  explicit CodeGatherer(const Session& session);
  ~CodeGatherer();

  // What may name one: a canonical, or every such text of a tree.
  void want(std::string_view canonical);
  void want_all_of(const Tree& tree, NodeId node);
  // Finds what is wanted, and what that names in turn. Kind::too_costly: more than the limit
  // included.
  Result<void> gather(bool maps);
  terminology::Terminology take() &&;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::interaction
