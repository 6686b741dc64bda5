#include "store/under_policy.h"

#include <utility>

namespace fingerpost::store {

const Policy Eyes::everything = {};

// Reads as the eyes behind it, under its own policy.
class UnderPolicy final : public Reader {
 public:
  UnderPolicy(Eyes& eyes, Policy policy) : eyes_(eyes), policy_(std::move(policy)) {}

  Result<Stored> read(std::string_view type, std::string_view id) override {
    return looking([&] { return eyes_.read(type, id); });
  }
  Result<Stored> vread(std::string_view type, std::string_view id, std::int64_t version) override {
    return looking([&] { return eyes_.vread(type, id, version); });
  }
  Result<HistoryPage> history(const HistoryQuery& query) override {
    return looking([&] { return eyes_.history(query); });
  }
  Result<Page> search(const search::Plan& plan) override {
    return looking([&] { return eyes_.search(plan); });
  }
  Result<Explained> explain(const search::Plan& plan) override {
    if (!policy_.everything) return for_everything();
    return eyes_.explain(plan);
  }
  Result<std::vector<Stored>> outdated(const search::Parameters& parameters, int limit) override {
    if (!policy_.everything) return for_everything();
    return eyes_.outdated(parameters, limit);
  }
  // Of inbox and outbox no row is a resource: who asks for one knows its key or its number.
  Result<std::vector<InboxRow>> inbox_due(std::int64_t now_us, int limit) override {
    return eyes_.inbox_due(now_us, limit);
  }
  Result<std::vector<InboxRow>> inbox(const InboxFilter& filter) override {
    return eyes_.inbox(filter);
  }
  Result<InboxRow> inbox_row(std::int64_t id) override { return eyes_.inbox_row(id); }
  Result<InboxRow> inbox_row(std::string_view source, std::string_view key) override {
    return eyes_.inbox_row(source, key);
  }
  Result<std::vector<OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                            int limit) override {
    return eyes_.outbox_due(lane, now_us, limit);
  }
  Result<std::vector<OutboxRow>> outbox(const OutboxFilter& filter) override {
    return eyes_.outbox(filter);
  }
  Result<OutboxRow> outbox_row(std::int64_t id) override { return eyes_.outbox_row(id); }
  Result<OutboxRow> outbox_row(std::string_view idempotency_key) override {
    return eyes_.outbox_row(idempotency_key);
  }
  Result<std::vector<LaneState>> lanes() override { return eyes_.lanes(); }
  Result<QueueCounts> queue_counts() override { return eyes_.queue_counts(); }
  Result<AuditPage> audit(const AuditQuery& query) override {
    if (!policy_.everything) return for_everything();
    return eyes_.audit(query);
  }
  std::unique_ptr<Reader> seen_by(Policy policy) override {
    return eyes_.seen_by(std::move(policy));
  }

 private:
  // While one look is taken, the eyes are under this policy.
  template <class Look>
  auto looking(const Look& look) -> decltype(look()) {
    struct Restore {
      Eyes& eyes;
      const Policy* before;
      ~Restore() { eyes.policy_ = before; }
    };
    const Restore restore{eyes_, std::exchange(eyes_.policy_, &policy_)};
    return look();
  }

  static Error for_everything() {
    return {Kind::forbidden,
            "this tells of everything that is stored, and the client does not see all", ""};
  }

  Eyes& eyes_;
  const Policy policy_;
};

std::unique_ptr<Reader> Eyes::seen_by(Policy policy) {
  return std::make_unique<UnderPolicy>(*this, std::move(policy));
}

Error not_in_sight() {
  return {Kind::not_found, "there is no such resource", "policy"};
}

Error patient_not_in_sight() {
  return {Kind::not_found, "the patient that it is about is not known to the client", "policy"};
}

Error written_out_of_sight() {
  return {Kind::forbidden, "what is written would not be in the sight of the client", "policy"};
}

Error organisation_taken() {
  return {Kind::forbidden, "an Organization does not become the client's own by its own word",
          "policy"};
}

Error organisation_changed() {
  return {Kind::forbidden,
          "the ODS codes of an Organization say who sees what, and are not a client's to change",
          "policy"};
}

}  // namespace fingerpost::store
