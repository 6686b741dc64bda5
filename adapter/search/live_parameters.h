// The search parameters as they are now: clients bring some and take them away while others search.

#pragma once

#include "search/search.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace fingerpost::search {

// A handle: copies share what it is of. Any thread. Whoever asks keeps what he was given, and so do
// the plans and index values made by it.
class LiveParameters {
 public:
  // They must outlive it, and stay for ever unless a shared_ptr holds them.
  LiveParameters(const Parameters& first);  // NOLINT(google-explicit-constructor)

  std::shared_ptr<const Parameters> now() const;
  // Goes up with every change.
  std::uint64_t generation() const;
  // `make` is given those of now and says what comes after them. One change after another; an error
  // changes nothing.
  using Make =
      std::function<Result<std::shared_ptr<const Parameters>>(const Parameters& parameters)>;
  Result<void> change(const Make& make);
  // Whether somebody still works with those of before: what he writes is indexed by them.
  bool older_in_use() const;
  // Called after each change, on its thread; not any more once another function is set.
  void on_change(std::function<void()> call);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fingerpost::search
