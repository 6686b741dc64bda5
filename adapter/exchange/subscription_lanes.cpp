#include "exchange/subscription_lanes.h"

#include "exchange/made.h"
#include "exchange/neighbourhood.h"
#include "exchange/quoted.h"
#include "model/json.h"
#include "remote/answer.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

const Subscription* find(const SubscriptionList& list, std::string_view lane) {
  for (const auto& one : list)
    if (one.lane() == lane) return &one;
  return nullptr;
}

remote::Answer not_now() {
  return {remote::Outcome::later, "the store cannot be read now", 0, 0, ""};
}

// A handshake comes before all else, and nothing else before it was taken.
bool is_due(const Subscription& subscription, const store::OutboxRow& row) {
  return subscription.status == (row.kind == handshake_kind ? "requested" : "active");
}

std::string_view type_of(const store::OutboxRow& row) {
  if (row.kind == handshake_kind) return "handshake";
  return row.kind == heartbeat_kind ? "heartbeat" : "event-notification";
}

}  // namespace

Result<std::int64_t> event_count(store::Reader& reader, const std::string& lane) {
  LET(const auto lanes, reader.lanes());
  const auto found =
      std::find_if(lanes.begin(), lanes.end(), [&](const auto& one) { return one.lane == lane; });
  return found == lanes.end() ? 0 : found->counted;
}

Result<std::vector<Event>> events(store::Reader& reader, const std::string& lane,
                                  std::int64_t first, std::int64_t last, std::size_t most) {
  store::OutboxFilter filter;
  filter.lane = lane;
  filter.from_number = std::max<std::int64_t>(first, 1);
  filter.limit = static_cast<int>(most);
  LET(const auto rows, reader.outbox(filter));
  std::vector<Event> found;
  for (const auto& row : rows) {
    if (row.number > last) break;
    LET(auto whole, reader.outbox_row(row.id));
    found.push_back({row.number, row.created_us, std::move(whole.body), ""});
  }
  return found;
}

SubscriptionLanes::SubscriptionLanes(const Parts& parts, SubscribingStore& subscriptions,
                                     remote::HttpClient& http, std::string base_url)
    : parts_(parts),
      subscriptions_(subscriptions),
      http_(http),
      base_url_(std::move(base_url)),
      readers_(parts.store) {}

// Rows of a lane that has no subscription any more are refused when their turn comes.
std::vector<std::string> SubscriptionLanes::lanes() {
  if (!began_) began_ = begin();
  if (const auto list = subscriptions_.subscriptions()) {
    beat(**list);
    finish(**list);
    for (const auto& one : **list) known_.insert(one.lane());
  }
  return {known_.begin(), known_.end()};
}

// The lanes that a former process left rows in.
bool SubscriptionLanes::begin() {
  const auto reader = readers_.lend();
  if (!reader) return false;
  const auto lanes = (*reader)->lanes();
  if (!lanes) return false;
  for (const auto& lane : *lanes)
    if (owns(lane.lane) && lane.open > 0) known_.insert(lane.lane);
  return true;
}

// A heartbeat when nothing else has told for so long that the subscription lives, nor waits to.
void SubscriptionLanes::beat(const SubscriptionList& list) {
  const auto now = parts_.clock.now_us();
  for (const auto& one : list) {
    const bool over = one.end_us != 0 && now >= one.end_us;
    if (one.heartbeat_us == 0 || one.status != "active" || over) continue;
    const auto last = last_us_.emplace(one.lane(), now).first;
    if (now - last->second < one.heartbeat_us) continue;
    last->second = now;
    if (waits(one.lane())) continue;
    store::Unit unit;
    unit.outbox.push_back(subscription_row(one, heartbeat_kind, "", parts_.random));
    parts_.store.commit(std::move(unit), [](const Result<store::UnitOutcome>&) {});
  }
}

// R4 Subscription.end: then it is off. What cannot be written now is at the next look.
void SubscriptionLanes::finish(const SubscriptionList& list) {
  const auto now = parts_.clock.now_us();
  for (const auto& one : list) {
    if (one.end_us == 0 || now < one.end_us) continue;
    store::Unit unit;
    if (!write_status(one.lane(), "off", "", unit) || unit.writes.empty()) continue;
    parts_.store.commit(std::move(unit), [](const Result<store::UnitOutcome>&) {});
  }
}

bool SubscriptionLanes::waits(const std::string& lane) {
  const auto reader = readers_.lend();
  if (!reader) return true;
  for (const auto status : {store::OutboxStatus::waiting, store::OutboxStatus::sending}) {
    store::OutboxFilter filter;
    filter.lane = lane;
    filter.status = status;
    filter.limit = 1;
    const auto rows = (*reader)->outbox(filter);
    if (!rows || !rows->empty()) return true;
  }
  return false;
}

Result<Event> SubscriptionLanes::event_of(store::Reader& reader, const Subscription& subscription,
                                          const store::OutboxRow& row) {
  Event event;
  event.number = row.number;
  event.time_us = row.created_us;
  if (subscription.content == Content::empty) return event;
  const auto place = read_reference(row.body);
  if (place.type != subscription.type) return event;  // it was about another type then
  const auto stored = reader.seen_by(subscription.policy)->read(place.type, place.id);
  if (!stored && !is_absence(stored.error())) return stored.error();
  if (!stored) return event;  // removed since, or out of sight: that it was is not told
  LET(const auto read, model::read_json(parts_.definitions, stored->body, parts_.limits));
  // What does not meet the criteria any more is not the subscriber's to see.
  if (!meets(subscription, {&read.tree, read.tree.root()})) return event;
  event.focus = row.body;
  if (subscription.content == Content::full) event.resource = stored->body;
  return event;
}

// Plain R4: the resource put below the endpoint, and for all else an empty POST. A topic, and ids
// alone: a POST of a notification.
Result<remote::HttpRequest> SubscriptionLanes::request_of(const Subscription& subscription,
                                                          const store::OutboxRow& row) {
  LET(const auto reader, readers_.lend());
  remote::HttpRequest request;
  request.method = remote::HttpRequest::Method::post;
  request.url = subscription.endpoint;
  request.headers = subscription.headers;
  request.headers.push_back("X-Request-Id: " + row.idempotency_key.substr(row.lane.size() + 1));
  Notification notification;
  notification.type = type_of(row);
  notification.now_us = parts_.clock.now_us();
  notification.events_since_start = row.number;
  if (row.kind == event_kind) {
    LET(auto event, event_of(*reader, subscription, row));
    notification.events.push_back(std::move(event));
  }
  const bool plain = subscription.topic.empty() && subscription.content != Content::id_only;
  const bool whole = row.kind == event_kind && !notification.events.front().resource.empty();
  if (plain && !whole) return request;
  request.headers.emplace_back("Content-Type: application/fhir+json");
  if (plain) {
    const auto& event = notification.events.front();
    request.method = remote::HttpRequest::Method::put;
    request.url += "/" + event.focus;
    request.body = event.resource;
    return request;
  }
  request.body = notification_json(subscription, notification, base_url_);
  return request;
}

void SubscriptionLanes::send(const store::OutboxRow& row, Transport::Done done) {
  const auto list = subscriptions_.subscriptions();
  if (!list) return done(not_now());
  const auto* subscription = find(**list, row.lane);
  if (subscription == nullptr || !is_due(*subscription, row))
    return done({remote::Outcome::refused, "the subscription is off, or another now", 0, 0, ""});
  auto request = request_of(*subscription, row);
  if (!request) return done(not_now());
  last_us_[row.lane] = parts_.clock.now_us();
  http_.send(*std::move(request),
             [&clock = parts_.clock, done = std::move(done)](remote::HttpAnswer got) {
               done(remote::answer_of(std::move(got), clock.now_us()));
             });
}

// R4 Subscription.status and .error, in the commit that ends the go.
Result<void> SubscriptionLanes::write_status(const std::string& lane, std::string_view status,
                                             const std::string& error, store::Unit& unit) {
  LET(const auto reader, readers_.lend());
  const auto id = lane.substr(subscription_lanes.size());
  const auto stored = reader->read("Subscription", id);
  if (!stored) return is_absence(stored.error()) ? Result<void>{} : stored.error();
  const auto before = stored->body.find(R"("status":"off")");
  if (before != std::string::npos) return {};
  std::string members = R"("status":)" + quoted(status);
  if (!error.empty()) members += R"(,"error":)" + quoted(error);
  LET(auto tree, with_members(parts_, stored->body, "Subscription", members));
  Neighbourhood near(parts_, *reader);
  add_write(parts_, near, std::move(tree), id, stored->version, unit);
  return {};
}

void SubscriptionLanes::settle(const store::OutboxRow& row, const store::OutboxUpdate& update,
                               store::Unit& unit) {
  const bool taken = update.status == store::OutboxStatus::delivered;
  if (taken && row.kind != handshake_kind) return;
  if (!taken && update.status != store::OutboxStatus::dead) return;
  const auto list = subscriptions_.subscriptions();
  if (!list) return;
  const auto* subscription = find(**list, row.lane);
  if (subscription == nullptr || !is_due(*subscription, row)) return;
  // What cannot be read now leaves the status as it is: the row says what became of it.
  static_cast<void>(write_status(row.lane, taken ? "active" : "error",
                                 taken ? "" : update.note.value_or(""), unit));
}

}  // namespace fingerpost::exchange
