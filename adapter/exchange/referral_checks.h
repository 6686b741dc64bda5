// What is asked of a referral Task that is written, whoever writes it, beside its step.

#pragma once

#include "care/loop.h"
#include "exchange/neighbourhood.h"
#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <optional>
#include <string_view>

namespace fingerpost::exchange {

// What a change finds of a referral. No status: there was none, or no referral.
struct Before {
  std::optional<Tree> tree;
  std::optional<care::Status> status;

  NodeRef task() const { return {&*tree, tree->root()}; }
};
Result<Before> read_before(const Parts& parts, Neighbourhood& near, std::string_view body);

// The text of a Reference: "Patient/1".
std::string_view reference_of(NodeRef resource, std::string_view element);

// Once somebody was asked, a referral stays about the same request and with the same requester:
// otherwise what becomes of it could not be told.
Result<void> check_kept(const Parts& parts, Neighbourhood& near, const Before& before,
                        NodeRef task);
// An open one is not deleted.
Result<void> check_removal(const Before& before);
// A Task that was not known before may come at any step.
Result<void> check_first(NodeRef task);
// The right to choice (OM-16): an order of our profile is sent once the person was offered one, or
// it says why not (fp-referral-1).
Result<void> check_choice(Neighbourhood& near, const Before& before, NodeRef task);
// Whoever claims it stands on the version in which nobody had: two cannot both have it.
Result<void> check_claim(const Before& before, NodeRef task, bool named_version);
// A service that works on it is named.
Result<void> check_owner(NodeRef task);

// What is asked of whoever has the referral goes to him, whose word its status may be.
bool asks_owner(care::Event event, const Before& before, NodeRef task);

}  // namespace fingerpost::exchange
