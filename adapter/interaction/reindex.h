// The index follows the search parameters: resources that are indexed by those of before are read
// and indexed again. Each tells what it is indexed by, so that a restart goes on where this was.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "model/definitions.h"
#include "search/live_parameters.h"
#include "store/store.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace fingerpost::interaction {

// All of them, for a thread that may wait. How many there were.
Result<std::size_t> reindex(const model::Definitions& definitions,
                            const search::Parameters& parameters, store::Store& store,
                            const Limits& limits);

// The same beside everything else, whenever the parameters have changed, and once at its start: a
// thread with one small unit in the store's queue at a time.
class Reindexer {
 public:
  // Told when it stands still: what of the store fails is tried again after a while; a resource
  // that cannot be read is left as it is.
  using Trouble = std::function<void(const Error& error)>;
  // All but the parameters must outlive it.
  static Result<std::unique_ptr<Reindexer>> start(const model::Definitions& definitions,
                                                  search::LiveParameters parameters,
                                                  store::Store& store, const Limits& limits,
                                                  Trouble trouble);
  ~Reindexer();
  Reindexer(const Reindexer&) = delete;
  Reindexer& operator=(const Reindexer&) = delete;

 private:
  struct Work;
  explicit Reindexer(std::unique_ptr<Work> work);
  std::unique_ptr<Work> work_;
};

}  // namespace fingerpost::interaction
