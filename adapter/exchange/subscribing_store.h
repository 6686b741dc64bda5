// A store that adds to each commit the outbox rows of the subscriptions it concerns: what is told
// is told if, and only if, the change is there.

#pragma once

#include "exchange/subscription.h"
#include "store/store.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace fingerpost::exchange {

using SubscriptionList = std::vector<Subscription>;

// Passes everything on to the store behind, which must outlive it and its completions. Any thread.
//
// A Subscription that is written as requested is greeted by a handshake, in the commit that writes
// it. From the time that it is active each version of a resource that meets its criteria is an
// event; a removal is none (R4 subscription.html). What waits for one that is not active any more,
// or is asked for anew, is cancelled in that commit. While nobody can tell who subscribes, writes
// are refused with Kind::busy.
class SubscribingStore final : public store::Store {
 public:
  explicit SubscribingStore(store::Store& behind) : behind_(behind) {}

  // Before anything is committed by other threads. The parts, whose store this may be, must outlive
  // it.
  void obey(const Parts& parts, SubscriptionRules rules);

  // What the rules go by has changed: whom they allow is looked at anew.
  void look_again() { changes_->any = true; }

  // What a client writes as a Subscription: one that may be obeyed, is to be turned on or off, and
  // is not one too many. Kind::unsupported, and where.
  Result<void> check(NodeRef resource);

  // Those that are requested or active and may be obeyed. It is read anew after a change, and while
  // one is under way, which others may see already; when that fails, Kind::busy.
  Result<std::shared_ptr<const SubscriptionList>> subscriptions();
  const SubscriptionRules& rules() const { return rules_; }

  void commit(store::Unit unit, store::Completion completion) override;
  Result<std::unique_ptr<store::Reader>> reader() override { return behind_.reader(); }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override { return behind_.health(); }

 private:
  Result<SubscriptionList> load();
  void add_events(const SubscriptionList& list, store::Unit& unit);
  Result<void> prepare(store::Unit& unit);
  Result<void> turn(const store::Write& write, store::Unit& unit);

  store::Store& behind_;
  const Parts* parts_ = nullptr;
  SubscriptionRules rules_;
  std::mutex mutex_;
  std::shared_ptr<const SubscriptionList> list_ =
      std::make_shared<const SubscriptionList>();  // guarded by mutex_
  struct Changes {
    std::atomic<bool> any{false};
    std::atomic<int> under_way{0};  // commits
  };
  std::shared_ptr<Changes> changes_ = std::make_shared<Changes>();
};

// A row of a subscription's lane.
store::OutboxRow subscription_row(const Subscription& subscription, std::string_view kind,
                                  std::string body, Random& random);

}  // namespace fingerpost::exchange
