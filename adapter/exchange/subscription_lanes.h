// The way out of subscriptions' rows: what each says is made when it goes, of what is stored then.

#pragma once

#include "exchange/notification.h"
#include "exchange/outbox_worker.h"
#include "exchange/subscribing_store.h"
#include "remote/http_client.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// How many events the lane of a subscription has had; the number of its last one.
Result<std::int64_t> event_count(store::Reader& reader, const std::string& lane);

// The events of a lane from `first` to `last`, both within it, as they are on record; no resources.
// At most `most`, the first of them.
Result<std::vector<Event>> events(store::Reader& reader, const std::string& lane,
                                  std::int64_t first, std::int64_t last, std::size_t most);

// All of one subscription's rows leave one after another. A handshake that is taken makes it
// active; a row that is given up makes it an error, and then it gets nothing more until it is
// requested again.
class SubscriptionLanes final : public OtherLanes {
 public:
  // All must outlive it; `base_url` is this server's.
  SubscriptionLanes(const Parts& parts, SubscribingStore& subscriptions, remote::HttpClient& http,
                    std::string base_url);

  bool owns(std::string_view lane) const override { return lane.starts_with(subscription_lanes); }
  std::vector<std::string> lanes() override;
  void send(const store::OutboxRow& row, Transport::Done done) override;
  void settle(const store::OutboxRow& row, const store::OutboxUpdate& update,
              store::Unit& unit) override;

 private:
  Result<remote::HttpRequest> request_of(const Subscription& subscription,
                                         const store::OutboxRow& row);
  Result<Event> event_of(store::Reader& reader, const Subscription& subscription,
                         const store::OutboxRow& row);
  Result<void> write_status(const std::string& lane, std::string_view status,
                            const std::string& error, store::Unit& unit);
  bool begin();
  void beat(const SubscriptionList& list);
  void finish(const SubscriptionList& list);
  bool waits(const std::string& lane);

  const Parts& parts_;
  SubscribingStore& subscriptions_;
  remote::HttpClient& http_;
  const std::string base_url_;
  Readers readers_;
  // Of the worker's thread: the lanes that there were since the start, and each one's last sign of
  // life.
  bool began_ = false;
  std::set<std::string> known_;
  std::map<std::string, std::int64_t> last_us_;
};

}  // namespace fingerpost::exchange
