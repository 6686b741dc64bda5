// Readers that see what a policy lets through.

#pragma once

#include "store/store.h"

#include <memory>

namespace fingerpost::store {

// Eyes that look under one policy after another. What each of read, vread, history and search
// gives is decided by `policy` alone.
class Eyes : public Reader {
 public:
  std::unique_ptr<Reader> seen_by(Policy policy) final;

 protected:
  const Policy& policy() const { return *policy_; }
  bool sees_everything() const { return policy_->everything; }

 private:
  friend class UnderPolicy;
  static const Policy everything;
  const Policy* policy_ = &everything;
};

// Of writes that are refused for what their unit's policy lets through.
Error not_in_sight();          // there is such a row, and it is not seen: as if there were none
Error patient_not_in_sight();  // what is written is about somebody who is not seen
Error written_out_of_sight();  // what was written is not seen by who wrote it
Error organisation_taken();    // an Organization would become the writer's own
Error organisation_changed();  // one that is there would have other codes, or be gone with them

}  // namespace fingerpost::store
