// Requests that come of requests: the same need asked again, and help asked of a further service.

#pragma once

#include "care/loop.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fingerpost::care {

// How a request and its Task say that they are an onward referral. References as Type/id or as a
// URL that ends so; empty: not there.
struct Links {
  std::string intent;            // ServiceRequest.intent
  std::string request_based_on;  // ServiceRequest.basedOn
  std::string task_part_of;      // Task.partOf
  std::string task_based_on;     // Task.basedOn

  friend bool operator==(const Links&, const Links&) = default;
};

// The three ways that are met (SDOH Clinical Care's text, its examples, its reference programs)
// are one: a filler-order that is based on the first request, with a Task that is part of the
// first Task. A link that was not said in any way stays empty, for the caller to follow the other.
// Empty: no onward referral.
std::optional<Links> as_onward(const Links& links);

// Who is asked for what, and where that stands.
struct Asked {
  std::string_view patient;
  std::string_view code;   // system|code of what is asked for
  std::string_view owner;  // empty: any service that claims it
  Standing standing;
};

// The open referral of those before that asks the same service for the same thing for the same
// person; a referral that anybody may claim is the same as any.
std::optional<std::size_t> duplicate_of(const Asked& asked, std::span<const Asked> before);

}  // namespace fingerpost::care
