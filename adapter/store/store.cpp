#include "store/store.h"

#include <future>
#include <utility>

namespace fingerpost::store {

std::string_view name(Health health) {
  constexpr std::string_view names[] = {"good", "full", "stopped"};
  return names[static_cast<int>(health)];
}

Result<UnitOutcome> commit_now(Store& store, Unit unit) {
  // Shared: the completion may still be inside set_value when the waiting side has gone on.
  const auto promise = std::make_shared<std::promise<Result<UnitOutcome>>>();
  auto future = promise->get_future();
  store.commit(std::move(unit),
               [promise](Result<UnitOutcome> outcome) { promise->set_value(std::move(outcome)); });
  return future.get();
}

}  // namespace fingerpost::store
