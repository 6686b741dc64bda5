// What references mean among the resources that are stored here.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/context.h"
#include "store/store.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::interaction {

// What "Type/id" or "Type/id/_history/version" names, with our own base before it or none, as the
// session's reader shows it. Nothing: it names nothing here that is there.
Result<std::optional<store::Stored>> stored_target(const Session& session,
                                                   std::string_view reference);

// Bounds of what is read for the references of one validation.
struct TargetLimits {
  std::size_t targets = 100;                          // looked for, there or not
  std::size_t target_bytes = std::size_t{8} << 20;    // of one, as it is stored
  std::size_t targets_bytes = std::size_t{32} << 20;  // of all together
};

// The targets of one validation's references, each read once and kept for it.
class Targets {
 public:
  explicit Targets(TargetLimits limits = {}) : limits_(limits) {}

  // One that the session's caller sees and may read; else none, as beyond the limits.
  NodeRef find(const Session& session, std::string_view reference);
  // What find() gave; it reads nothing.
  NodeRef found(std::string_view reference) const;
  // A limit was reached: not all was looked for.
  bool over() const { return over_; }
  const TargetLimits& limits() const { return limits_; }

 private:
  std::unique_ptr<const Tree> read(const Session& session, std::string_view reference);

  TargetLimits limits_;
  std::map<std::string, std::unique_ptr<const Tree>, std::less<>> by_reference_;
  std::size_t bytes_ = 0;
  bool over_ = false;
};

}  // namespace fingerpost::interaction
