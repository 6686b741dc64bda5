// A store whose units tell which request they are of, when they do not say so themselves: rooms
// that know no requests commit through it while one is served.

#pragma once

#include "store/store.h"

#include <memory>

namespace fingerpost::interaction {

// Passes everything on to the store behind, which must outlive it.
class AttributingStore final : public store::Store {
 public:
  explicit AttributingStore(store::Store& behind) : behind_(behind) {}

  void commit(store::Unit unit, store::Completion completion) override;
  Result<std::unique_ptr<store::Reader>> reader() override { return behind_.reader(); }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override { return behind_.health(); }

 private:
  store::Store& behind_;
};

}  // namespace fingerpost::interaction
