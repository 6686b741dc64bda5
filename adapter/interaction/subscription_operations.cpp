#include "interaction/subscription_operations.h"

#include "base/text.h"
#include "base/uuid.h"
#include "exchange/json_object.h"
#include "exchange/subscription_lanes.h"
#include "interaction/parameters.h"
#include "model/json.h"
#include "store/store.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

// What it is about is the reader's to read as well, where he is shown what that was.
enum class Shown { status, events };

Result<exchange::Subscription> read_one(const Session& session, std::string_view id,
                                        Shown shown = Shown::status) {
  LET(const auto stored, session.reader.read("Subscription", id));
  LET(const auto read,
      model::read_json(session.context.definitions, stored.body, session.context.limits));
  const NodeRef resource{&read.tree, read.tree.root()};
  const auto type = exchange::subscribed_type(resource);
  if (shown == Shown::events && !session.caller->may(type, access::can_read))
    return Error{Kind::forbidden, "the events need the scope to read their type", type};
  return exchange::describe_subscription(resource);
}

Result<std::string> status_of(const Session& session, const exchange::Subscription& subscription) {
  exchange::Notification notification;
  notification.type = "query-status";
  notification.now_us = session.context.clock.now_us();
  LET(notification.events_since_start, exchange::event_count(session.reader, subscription.lane()));
  return exchange::status_json(subscription, notification, session.context.base_url);
}

// Those that the ids and the states name; all without any.
Result<std::vector<exchange::Subscription>> asked_for(const Session& session,
                                                      const OperationCall& call) {
  std::vector<exchange::Subscription> found;
  if (!call.id.empty()) {
    LET(found.emplace_back(), read_one(session, call.id));
    return found;
  }
  LET(const auto given, pairs_of(session.context, call));
  LET(const auto pairs, take_parameters(given, "id status", call.handling));
  std::vector<search::Pair> wanted = {{"_count", std::to_string(session.context.limits.page_max)}};
  for (const auto& [name, value] : pairs) wanted.emplace_back(name == "id" ? "_id" : name, value);
  search::Query query;
  query.type = "Subscription";
  query.pairs = &wanted;
  LET(const auto plan,
      search::plan(*session.context.parameters.now(), query, session.context.limits));
  LET(const auto page, session.reader.search(plan));
  for (const auto& hit : page.hits) {
    LET(found.emplace_back(), read_one(session, hit.resource.id));
  }
  return found;
}

Result<std::int64_t> number_of(const std::vector<search::Pair>& pairs, std::string_view name,
                               std::int64_t absent) {
  for (const auto& [key, value] : pairs) {
    if (key != name) continue;
    const auto number = to_integer(value);
    if (!number || *number < 0)
      return Error{Kind::invalid, "must be the number of an event", std::string(name)};
    return *number;
  }
  return absent;
}

Result<std::string> events_of(const Session& session, const OperationCall& call) {
  LET(auto subscription, read_one(session, call.id, Shown::events));
  LET(const auto given, pairs_of(session.context, call));
  LET(const auto pairs,
      take_parameters(given, "eventsSinceNumber eventsUntilNumber content", call.handling));
  LET(const auto first, number_of(pairs, "eventsSinceNumber", 1));
  LET(const auto last,
      number_of(pairs, "eventsUntilNumber", std::numeric_limits<std::int64_t>::max()));
  exchange::Notification notification;
  notification.type = "query-event";
  notification.now_us = session.context.clock.now_us();
  LET(notification.events_since_start, exchange::event_count(session.reader, subscription.lane()));
  LET(notification.events,
      exchange::events(session.reader, subscription.lane(), first, last,
                       static_cast<std::size_t>(session.context.limits.page_max)));
  for (const auto& [name, value] : pairs)
    if (name == "content" && value == "empty")
      for (auto& event : notification.events) event.focus.clear();
  if (subscription.content == exchange::Content::empty)
    for (auto& event : notification.events) event.focus.clear();
  return exchange::notification_json(subscription, notification, session.context.base_url);
}

}  // namespace

Answer subscription_status(const Session& session, const OperationCall& call) {
  const auto asked = asked_for(session, call);
  if (!asked) return failure(asked.error());
  std::vector<std::string> entries;
  for (const auto& one : *asked) {
    const auto status = status_of(session, one);
    if (!status) return failure(status.error());
    entries.push_back(exchange::JsonObject()
                          .text("fullUrl", "urn:uuid:" + uuid_v5({"subscription status", one.id}))
                          .raw("resource", *status)
                          .raw("search", R"({"mode":"match"})")
                          .end());
  }
  exchange::JsonObject bundle;
  bundle.text("resourceType", "Bundle").text("type", "searchset");
  bundle.number("total", static_cast<std::int64_t>(entries.size()));
  if (!entries.empty()) bundle.list("entry", entries);
  Answer answer;
  answer.body = bundle.end();
  return answer;
}

Answer subscription_events(const Session& session, const OperationCall& call) {
  auto events = events_of(session, call);
  if (!events) return failure(events.error());
  Answer answer;
  answer.body = *std::move(events);
  return answer;
}

}  // namespace fingerpost::interaction
