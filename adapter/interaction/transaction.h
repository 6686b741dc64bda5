// A transaction on its way: what its entries come to, before it is committed.

#pragma once

#include "interaction/bundle.h"
#include "interaction/references.h"
#include "interaction/write.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fingerpost::interaction {

constexpr std::size_t no_draft = static_cast<std::size_t>(-1);

// What the answer is made of once the drafts are gone: it may be made on the store's thread.
struct Script {
  std::vector<Draft> drafts;          // without their trees
  std::vector<std::size_t> draft_of;  // each entry's; no_draft: it reads, or has nothing to do
  std::vector<Answer> answers;        // of the entries without a draft
  std::optional<Answer> refused;      // by a read: nothing is done
  bool shortened = false;             // the answer that is kept
};

// One try: the entries as drafts, with what they were decided on.
class Decided {
 public:
  Decided(const Session& session, const Tree& bundle, const std::vector<Entry>& entries,
          const BundleOptions& options);

  // Nothing when it can be committed.
  std::optional<Answer> decide();

  Attempt attempt;
  std::vector<store::SearchGuard> after;  // these hold when all is written
  std::shared_ptr<Script> script = std::make_shared<Script>();

 private:
  using Refused = std::optional<Answer>;

  Refused choose_ids();
  Refused choose(const Entry& entry);
  Refused choose_by_condition(const Entry& entry);
  Refused choose_new(const Entry& entry);
  Refused draft(const Entry& entry);
  Refused look_at(const Entry& entry, const std::string& id, std::optional<store::Stored>& current);
  Refused draft_removals(const Entry& entry);
  Refused take_patch(const Entry& entry, const std::optional<store::Stored>& current, Draft& draft);
  Refused take_resource(const Entry& entry, Draft& draft);
  Refused resolve_references();
  Result<std::int64_t> new_version(const std::string& place);
  Refused unresolved(const Entry& entry, const Error& error) const;

  const Session& session_;
  const Context& context_;
  const Tree& bundle_;
  const std::vector<Entry>& entries_;
  const BundleOptions& options_;
  std::vector<std::vector<std::string>> ids_;  // that each entry writes
  std::map<std::size_t, std::string> found_;   // entries whose ifNoneExist finds one
  std::set<std::string> written_;
  std::set<std::string> conditions_;
  Places places_;
};

}  // namespace fingerpost::interaction
