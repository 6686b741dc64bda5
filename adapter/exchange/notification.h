// What a subscriber is told, as the Subscriptions R5 Backport IG 1.1 has it for R4: a Bundle of
// type history that begins with the subscription's status, as Parameters.

#pragma once

#include "exchange/subscription.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

struct Event {
  std::int64_t number = 0;
  std::int64_t time_us = 0;
  std::string focus;     // "Task/1"; "" where it is not told
  std::string resource;  // its complete JSON; "" where it is not told or not there any more
};

struct Notification {
  std::string_view type;  // handshake, heartbeat, event-notification, query-status, query-event
  std::int64_t events_since_start = 0;
  std::int64_t now_us = 0;
  std::vector<Event> events;
};

// Of the subscription as it stands; `base_url` of this server. Each id is made of the subscription,
// the type, the time and the numbers.
std::string status_json(const Subscription& subscription, const Notification& notification,
                        std::string_view base_url);
std::string notification_json(const Subscription& subscription, const Notification& notification,
                              std::string_view base_url);

}  // namespace fingerpost::exchange
