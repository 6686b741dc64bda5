// Which rows a caller sees.

#pragma once

#include "access/caller.h"
#include "store/policy.h"

namespace fingerpost::interaction {

inline bool sees_everything(const access::Caller& caller) {
  return caller.local || caller.sees_everything;
}

inline store::Policy policy_of(const access::Caller& caller) {
  store::Policy policy;
  policy.everything = sees_everything(caller);
  policy.organisation = caller.organisation;
  policy.labels = caller.labels;
  policy.client = caller.client;
  return policy;
}

}  // namespace fingerpost::interaction
