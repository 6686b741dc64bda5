// A store whose disk cannot read what a test says.

#pragma once

#include "store/store.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace fingerpost::test {

inline Error broken_disk() {
  return {Kind::fault, "the disk cannot be read", ""};
}

// Reads as the reader behind it, but fails for what `fails` names.
class FaultyReader final : public store::Reader {
 public:
  using Fails = std::function<bool(std::string_view type, std::string_view id)>;

  FaultyReader(std::unique_ptr<store::Reader> behind, Fails fails)
      : behind_(std::move(behind)), fails_(std::move(fails)) {}

  Result<store::Stored> read(std::string_view type, std::string_view id) override {
    if (fails_(type, id)) return broken_disk();
    return behind_->read(type, id);
  }
  Result<store::Stored> vread(std::string_view type, std::string_view id,
                              std::int64_t version) override {
    return behind_->vread(type, id, version);
  }
  Result<store::HistoryPage> history(const store::HistoryQuery& query) override {
    return behind_->history(query);
  }
  Result<store::Page> search(const search::Plan& plan) override { return behind_->search(plan); }
  Result<std::vector<store::Stored>> outdated(const search::Parameters& parameters,
                                              int limit) override {
    return behind_->outdated(parameters, limit);
  }
  Result<store::Explained> explain(const search::Plan& plan) override {
    return behind_->explain(plan);
  }
  Result<std::vector<store::InboxRow>> inbox_due(std::int64_t now_us, int limit) override {
    return behind_->inbox_due(now_us, limit);
  }
  Result<std::vector<store::InboxRow>> inbox(const store::InboxFilter& filter) override {
    return behind_->inbox(filter);
  }
  Result<store::InboxRow> inbox_row(std::int64_t id) override { return behind_->inbox_row(id); }
  Result<store::InboxRow> inbox_row(std::string_view source, std::string_view key) override {
    return behind_->inbox_row(source, key);
  }
  Result<std::vector<store::OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                                   int limit) override {
    return behind_->outbox_due(lane, now_us, limit);
  }
  Result<std::vector<store::OutboxRow>> outbox(const store::OutboxFilter& filter) override {
    return behind_->outbox(filter);
  }
  Result<store::OutboxRow> outbox_row(std::int64_t id) override { return behind_->outbox_row(id); }
  Result<store::OutboxRow> outbox_row(std::string_view idempotency_key) override {
    return behind_->outbox_row(idempotency_key);
  }
  Result<std::vector<store::LaneState>> lanes() override { return behind_->lanes(); }
  Result<store::QueueCounts> queue_counts() override { return behind_->queue_counts(); }
  Result<store::AuditPage> audit(const store::AuditQuery& query) override {
    return behind_->audit(query);
  }
  std::unique_ptr<store::Reader> seen_by(store::Policy policy) override {
    return std::make_unique<FaultyReader>(behind_->seen_by(std::move(policy)), fails_);
  }

 private:
  std::unique_ptr<store::Reader> behind_;
  Fails fails_;
};

class FaultyStore final : public store::Store {
 public:
  FaultyStore(store::Store& behind, FaultyReader::Fails fails)
      : behind_(behind), fails_(std::move(fails)) {}

  void commit(store::Unit unit, store::Completion completion) override {
    behind_.commit(std::move(unit), std::move(completion));
  }
  Result<std::unique_ptr<store::Reader>> reader() override {
    LET(auto reader, behind_.reader());
    return std::unique_ptr<store::Reader>(
        std::make_unique<FaultyReader>(std::move(reader), fails_));
  }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override { return behind_.health(); }

 private:
  store::Store& behind_;
  FaultyReader::Fails fails_;
};

}  // namespace fingerpost::test
