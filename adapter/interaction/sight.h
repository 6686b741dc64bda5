// Which rows a caller sees.

#pragma once

#include "access/caller.h"
#include "store/policy.h"

namespace fingerpost::interaction {

inline store::Policy policy_of(const access::Caller& caller) {
  store::Policy policy;
  policy.everything = caller.local || caller.sees_everything;
  policy.organisation = caller.organisation;
  policy.labels = caller.labels;
  policy.client = caller.client;
  return policy;
}

}  // namespace fingerpost::interaction
