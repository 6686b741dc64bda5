#include "exchange/subscribing_store.h"

#include "base/digest.h"
#include "exchange/neighbourhood.h"
#include "model/json.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view subscription_type = "Subscription";

bool is_put(const store::Write& write) {
  return write.op == store::Write::Op::put;
}

Result<Tree> tree_of(const Parts& parts, const store::Write& write) {
  LET(auto read,
      model::read_json(parts.definitions, store::complete(write.body, 1, 0), parts.limits));
  return std::move(read.tree);
}

// What is stored of it already is no event.
bool changes(store::Reader& reader, const store::Write& write) {
  if (!write.skip_same) return true;
  const auto stored = reader.read(write.type, write.id);
  return !stored || !store::same(write.body, stored->body);
}

}  // namespace

store::OutboxRow subscription_row(const Subscription& subscription, std::string_view kind,
                                  std::string body, Random& random) {
  std::array<std::uint64_t, 2> words{};
  for (auto& word : words) word = random.next();
  store::OutboxRow row;
  row.lane = subscription.lane();
  row.receiver = row.lane;
  row.order_key = row.lane;
  row.idempotency_key =
      row.lane + "/" + hex(reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words);
  row.kind = kind;
  row.body = std::move(body);
  row.counts = kind == event_kind;
  return row;
}

void SubscribingStore::obey(const Parts& parts, SubscriptionRules rules) {
  parts_ = &parts;
  rules_ = std::move(rules);
  changes_->any = true;
}

Result<void> SubscribingStore::check(NodeRef resource) {
  if (parts_ == nullptr) return {};
  LET(const auto made, read_subscription(*parts_, resource, rules_));
  if (made.status == "off") return {};
  if (made.status != "requested")
    return Error{Kind::unsupported, "a client asks for requested or off: the server does the rest",
                 "Subscription.status"};
  LET(const auto list, subscriptions());
  const auto others = std::count_if(list->begin(), list->end(),
                                    [&](const Subscription& one) { return one.id != made.id; });
  if (static_cast<std::size_t>(others) >= rules_.most)
    return Error{Kind::unsupported, "there are as many subscriptions as the configuration allows",
                 "Subscription"};
  return {};
}

Result<SubscriptionList> SubscribingStore::load() {
  LET(const auto reader, behind_.reader());
  const std::vector<search::Pair> pairs = {{"status", "requested,active"},
                                           {"_count", std::to_string(rules_.most)}};
  const auto parameters = parts_->parameters.now();
  search::Query query;
  query.type = subscription_type;
  query.pairs = &pairs;
  LET(const auto plan, search::plan(*parameters, query, parts_->limits));
  LET(const auto page, reader->search(plan));
  if (!page.partial.empty()) return Error{Kind::busy, "the index is still being made", ""};
  SubscriptionList list;
  for (const auto& hit : page.hits) {
    const auto read = model::read_json(parts_->definitions, hit.resource.body, parts_->limits);
    if (!read) continue;
    // One that is not allowed any more is not obeyed any more.
    auto made = read_subscription(*parts_, {&read->tree, read->tree.root()}, rules_);
    if (made) list.push_back(std::move(*made));
  }
  return list;
}

Result<std::shared_ptr<const SubscriptionList>> SubscribingStore::subscriptions() {
  const std::lock_guard lock(mutex_);
  // In this order: what ends in between has left its mark.
  const bool under_way = changes_->under_way > 0;
  const bool changed = changes_->any.exchange(false) || under_way;
  if (parts_ == nullptr || !changed) return list_;
  auto list = load();
  if (!list) {
    changes_->any = true;
    return Error{Kind::busy, "who is to be told cannot be read now", ""};
  }
  list_ = std::make_shared<const SubscriptionList>(std::move(*list));
  return list_;
}

// The lane begins anew, or ends: nothing that waited for the one before goes to the one after.
Result<void> SubscribingStore::turn(const store::Write& write, store::Unit& unit) {
  const auto lane = std::string(subscription_lanes) + write.id;
  if (is_put(write)) {
    LET(const auto tree, tree_of(*parts_, write));
    const NodeRef resource{&tree, tree.root()};
    const auto status = child_text(resource, "status");
    if (status == "active") return {};
    const auto made = read_subscription(*parts_, resource, rules_);
    if (made && status == "requested")
      unit.outbox.push_back(subscription_row(*made, handshake_kind, "", parts_->random));
  }
  LET(const auto reader, behind_.reader());
  for (const auto status : {store::OutboxStatus::waiting, store::OutboxStatus::held}) {
    store::OutboxFilter filter;
    filter.lane = lane;
    filter.status = status;
    filter.limit = 1'000;
    for (bool more = true; more;) {
      LET(const auto rows, reader->outbox(filter));
      more = rows.size() == static_cast<std::size_t>(filter.limit);
      for (const auto& row : rows) {
        unit.outbox_updates.push_back({row.id,
                                       store::OutboxStatus::cancelled,
                                       "the subscription was turned",
                                       {},
                                       {},
                                       row.kind});
        filter.after = row.id;
      }
    }
  }
  return {};
}

void SubscribingStore::add_events(const SubscriptionList& list, store::Unit& unit) {
  const auto now = parts_->clock.now_us();
  const auto concerns = [now](const Subscription& one, const store::Write& write) {
    return one.status == "active" && one.type == write.type &&
           (one.end_us == 0 || now < one.end_us);
  };
  std::unique_ptr<store::Reader> reader;
  for (std::size_t i = 0; i < unit.writes.size(); ++i) {
    const auto& write = unit.writes[i];
    const bool any = is_put(write) && std::any_of(list.begin(), list.end(), [&](const auto& one) {
                       return concerns(one, write);
                     });
    if (!any) continue;
    if (!reader)
      if (auto made = behind_.reader()) reader = std::move(*made);
    if (reader && !changes(*reader, write)) continue;
    const auto tree = tree_of(*parts_, write);
    if (!tree) continue;  // it is not what the store takes either
    for (const auto& one : list) {
      if (!concerns(one, write) || !meets(one, {&*tree, tree->root()})) continue;
      auto row = subscription_row(one, event_kind, write.type + "/" + write.id, parts_->random);
      if (!one.policy.everything) row.eyes = std::make_shared<const store::Policy>(one.policy);
      row.about = i;
      unit.outbox.push_back(std::move(row));
    }
  }
}

Result<void> SubscribingStore::prepare(store::Unit& unit) {
  LET(const auto list, subscriptions());
  add_events(*list, unit);
  for (std::size_t i = 0; i < unit.writes.size(); ++i)
    if (unit.writes[i].type == subscription_type) LET_DONE(turn(unit.writes[i], unit));
  return {};
}

void SubscribingStore::commit(store::Unit unit, store::Completion completion) {
  if (parts_ == nullptr || unit.writes.empty())
    return behind_.commit(std::move(unit), std::move(completion));
  if (const auto prepared = prepare(unit); !prepared) {
    auto error = prepared.error();
    if (error.kind == Kind::fault) error.kind = Kind::busy;  // nothing was done
    return completion(std::move(error));
  }
  const bool about_subscriptions =
      std::any_of(unit.writes.begin(), unit.writes.end(),
                  [](const store::Write& write) { return write.type == subscription_type; });
  if (!about_subscriptions) return behind_.commit(std::move(unit), std::move(completion));
  ++changes_->under_way;
  behind_.commit(std::move(unit), [changes = changes_, completion = std::move(completion)](
                                      Result<store::UnitOutcome> outcome) {
    changes->any = true;
    --changes->under_way;
    completion(std::move(outcome));
  });
}

}  // namespace fingerpost::exchange
