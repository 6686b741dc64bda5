// The definitions that a validation may ask for by their URLs: those of R4 itself and those added.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "profile/budget.h"
#include "profile/profile.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace fingerpost::profile {

// Added to while the program starts, then asked by all threads: what is asked for is parsed and
// compiled the first time, and kept.
class Registry {
 public:
  explicit Registry(const model::Definitions& definitions);
  // Of what is added here, and of all that `below`, which must outlive it, has besides. What is
  // added may take the budget together; what is left out says so in its profile's issues.
  static Registry over(const Registry& below, const Budget& together);
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  // A StructureDefinition, Questionnaire or another resource with a url; one added later wins. What
  // has no url is not kept.
  void add(Tree resource) { add(std::make_shared<const Tree>(std::move(resource))); }
  void add(std::shared_ptr<const Tree> resource);

  // The resource as it was added or published; null when it is not known. `canonical` may have a
  // version, which must then be the resource's.
  const Tree* find(std::string_view canonical) const;
  // The StructureDefinition with a snapshot, made when it had none.
  const Tree* with_snapshot(std::string_view canonical) const;
  // A constraint on a type, compiled; null when it is not known. One that cannot be worked with, as
  // its base is not known, asks nothing, and its issues say so. A type's own definition gives null:
  // the base walk checks it.
  const Profile* profile(std::string_view canonical) const;

  // What is wrong with the profiles that were added, so that they ask less than they say or
  // nothing: an error each, `expression` the profile's url and a place in it. All of them are
  // compiled.
  Issues flaws() const;

  // What was made so far of what was added takes about this much; it grows as more is asked for.
  std::uint64_t bytes_made() const;

  const model::Definitions& definitions() const { return *definitions_; }

 private:
  struct Kept;
  const model::Definitions* definitions_;
  std::unique_ptr<Kept> kept_;
};

}  // namespace fingerpost::profile
