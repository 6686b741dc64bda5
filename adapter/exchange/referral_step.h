// What a written referral Task says has happened, and by whose word.

#pragma once

#include "care/loop.h"
#include "care/names.h"
#include "exchange/neighbourhood.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace fingerpost::exchange {

using care::business_status_system;
constexpr std::string_view cancel_requested_code = "cancel-requested";
constexpr std::string_view reminded_code = "reminded";
constexpr std::string_view response_overdue_code = "response-overdue";

// The Task's status, and whether its businessStatus says that a cancellation was asked for.
// Kind::invalid as status_of.
Result<care::Standing> standing_of(NodeRef task);
bool has_business_status(NodeRef task, std::string_view code);

// Whose word a write about a resource is, as the Provenances that are committed with it say.
struct Word {
  care::Party by = care::Party::either;  // either: nobody said, or it is both
  bool audited = false;                  // a Provenance gives the reason
};
// `task` has the requester and the owner; `about` is "Task/1". An agent speaks for whom it is
// onBehalfOf, else for itself, and a role or service for its organisation. Kind::forbidden: an
// organisation that is neither says it.
Result<Word> word_about(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> said,
                        std::string_view about, NodeRef task);

std::chrono::sys_seconds seconds_of(std::int64_t time_us);

}  // namespace fingerpost::exchange
