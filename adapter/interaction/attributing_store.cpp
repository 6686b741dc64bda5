#include "interaction/attributing_store.h"

#include "interaction/noting.h"

#include <utility>

namespace fingerpost::interaction {

void AttributingStore::commit(store::Unit unit, store::Completion completion) {
  auto asking = noted();
  if (!asking) return behind_.commit(std::move(unit), std::move(completion));
  if (unit.audit.empty()) unit.audit.push_back(note_of_request());
  behind_.commit(std::move(unit), [asking = std::move(asking), completion = std::move(completion)](
                                      Result<store::UnitOutcome> outcome) {
    if (outcome && !outcome->duplicate) asking->told = true;
    completion(std::move(outcome));
  });
}

}  // namespace fingerpost::interaction
