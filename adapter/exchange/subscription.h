// A Subscription resource as something to be obeyed (R4 subscription.html; the Subscriptions R5
// Backport IG 1.1 where its criteria are a topic's canonical url).

#pragma once

#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "search/plan.h"
#include "store/policy.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// A topic that is offered; fhir-profiles/topics has the same as Basic resources.
struct Topic {
  std::string_view url;
  std::string_view type;  // whose creation and update it is about
};
std::span<const Topic> topics();

struct SubscriptionRules {
  // Whether the client may read and search the type, as things stand; empty: everybody may.
  std::function<bool(std::string_view client, std::string_view type)> may;
  // What the client sees, as things stand; empty: everything.
  std::function<store::Policy(std::string_view client)> sees;
  // The parameters of a query's text.
  std::function<Result<std::vector<search::Pair>>(std::string_view)> read_query;
  std::vector<std::string> endpoints;  // nothing is ever sent but to these, and below them
  std::size_t most = 200;              // that are obeyed at once
  std::size_t headers = 8;             // of one
  std::int64_t least_heartbeat_us = 60'000'000;
};

enum class Content : std::uint8_t { empty, id_only, full };

struct Subscription {
  std::string id;
  std::string status;  // "requested" …
  std::string type;    // of the resources it is about
  search::Plan plan;   // its criteria alone
  std::string topic;   // canonical url; "" for plain R4 criteria
  std::string endpoint;
  std::vector<std::string> headers;  // "Name: value"
  Content content = Content::empty;
  std::int64_t heartbeat_us = 0;  // 0: none
  std::int64_t end_us = 0;        // 0: it does not end by itself
  std::string client;             // who wrote it; "": whoever reaches a gateway without clients
  store::Policy policy = {};      // what he sees: of nothing else he is told

  std::string lane() const;
};

// The lanes of the outbox that are subscriptions'.
constexpr std::string_view subscription_lanes = "subscription/";

// Kinds of their rows. The body of an event is the reference to its focus, "Task/1".
constexpr std::string_view event_kind = "subscription-event";
constexpr std::string_view handshake_kind = "subscription-handshake";
constexpr std::string_view heartbeat_kind = "subscription-heartbeat";

// Kind::unsupported, where the element: another channel, an endpoint that is not allowed, criteria
// that are no search of one type by its own elements, no topic that is offered, or a client who may
// not read that type (any more).
Result<Subscription> read_subscription(const Parts& parts, NodeRef resource,
                                       const SubscriptionRules& rules);

// The type of the resources that it is about; "" when the criteria do not tell.
std::string subscribed_type(NodeRef resource);

// Writes into a Subscription, as a tag of its own, which client it is of: whatever was there of
// that is the server's word alone.
void set_subscriber(const model::Definitions& definitions, Tree& tree, std::string_view client);

// What is told of one that is stored, whether it may be obeyed or not: its id, status, topic and
// content.
Subscription describe_subscription(NodeRef resource);

// Whether a resource meets the criteria.
bool meets(const Subscription& subscription, NodeRef resource);

}  // namespace fingerpost::exchange
