#include "interaction/stoppable.h"

#include "interaction/noting.h"
#include "store/store.h"

#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

using namespace store;  // NOLINT(google-build-using-namespace): every type of Reader

class StoppableReader final : public Reader {
 public:
  StoppableReader(std::unique_ptr<Reader> reader, Stop stop)
      : reader_(std::move(reader)), stop_(std::move(stop)) {}

  Result<Stored> read(std::string_view type, std::string_view id) override {
    return unless_stopped([&] { return reader_->read(type, id); });
  }
  Result<Stored> vread(std::string_view type, std::string_view id, std::int64_t version) override {
    return unless_stopped([&] { return reader_->vread(type, id, version); });
  }
  Result<HistoryPage> history(const HistoryQuery& query) override {
    return unless_stopped([&] { return reader_->history(query); });
  }
  Result<Page> search(const search::Plan& plan) override {
    return unless_stopped([&] { return reader_->search(plan); });
  }
  Result<Explained> explain(const search::Plan& plan) override {
    return unless_stopped([&] { return reader_->explain(plan); });
  }
  Result<std::vector<Stored>> outdated(const search::Parameters& parameters, int limit) override {
    return unless_stopped([&] { return reader_->outdated(parameters, limit); });
  }
  Result<std::vector<InboxRow>> inbox_due(std::int64_t now_us, int limit) override {
    return unless_stopped([&] { return reader_->inbox_due(now_us, limit); });
  }
  Result<std::vector<InboxRow>> inbox(const InboxFilter& filter) override {
    return unless_stopped([&] { return reader_->inbox(filter); });
  }
  Result<InboxRow> inbox_row(std::int64_t id) override {
    return unless_stopped([&] { return reader_->inbox_row(id); });
  }
  Result<InboxRow> inbox_row(std::string_view source, std::string_view key) override {
    return unless_stopped([&] { return reader_->inbox_row(source, key); });
  }
  Result<std::vector<OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                            int limit) override {
    return unless_stopped([&] { return reader_->outbox_due(lane, now_us, limit); });
  }
  Result<std::vector<OutboxRow>> outbox(const OutboxFilter& filter) override {
    return unless_stopped([&] { return reader_->outbox(filter); });
  }
  Result<OutboxRow> outbox_row(std::int64_t id) override {
    return unless_stopped([&] { return reader_->outbox_row(id); });
  }
  Result<OutboxRow> outbox_row(std::string_view idempotency_key) override {
    return unless_stopped([&] { return reader_->outbox_row(idempotency_key); });
  }
  Result<std::vector<LaneState>> lanes() override {
    return unless_stopped([&] { return reader_->lanes(); });
  }
  Result<QueueCounts> queue_counts() override {
    return unless_stopped([&] { return reader_->queue_counts(); });
  }
  Result<AuditPage> audit(const AuditQuery& query) override {
    return unless_stopped([&] { return reader_->audit(query); });
  }
  std::unique_ptr<Reader> seen_by(Policy policy) override {
    return std::make_unique<StoppableReader>(reader_->seen_by(std::move(policy)), stop_);
  }

 private:
  template <class Look>
  auto unless_stopped(const Look& look) -> decltype(look()) {
    if (*stop_) return Error{Kind::busy, "the request was cancelled", ""};
    return look();
  }

  const std::unique_ptr<Reader> reader_;
  const Stop stop_;
};

struct Owned {
  StoppableReader reader;
  Session session;

  Owned(std::unique_ptr<Reader> eyes, const Context& context, Post post, const Stop& stop)
      : reader(std::move(eyes), stop),
        session{context, reader, std::move(post), first_caller(context)} {}
};

}  // namespace

Result<std::shared_ptr<const Session>> open_stoppable_session(const Context& context, Post post,
                                                              Stop stop) {
  LET(auto own, context.store.reader());
  auto reader = noting_reader(std::move(own));
  const auto unless_stopped = [post = std::move(post), stop](std::function<void()> work) {
    if (!*stop) post(std::move(work));
  };
  const auto owned = std::make_shared<Owned>(std::move(reader), context, unless_stopped, stop);
  return std::shared_ptr<const Session>(owned, &owned->session);
}

}  // namespace fingerpost::interaction
