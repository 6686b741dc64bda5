#include "exchange/notification.h"

#include "base/uuid.h"
#include "exchange/json_object.h"
#include "exchange/quoted.h"

namespace fingerpost::exchange {
namespace {

constexpr std::string_view profiles =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-";

std::string id_of(const Subscription& subscription, const Notification& notification,
                  std::string_view what) {
  return uuid_v5({"notification", what, subscription.id, notification.type,
                  std::to_string(notification.now_us),
                  std::to_string(notification.events_since_start)});
}

std::string meta(std::string_view profile) {
  return R"({"profile":[)" + quoted(std::string(profiles) + std::string(profile)) + "]}";
}

std::string parameter(std::string_view name, std::string_view member, std::string_view json) {
  return JsonObject().text("name", name).raw(member, json).end();
}

std::string reference(std::string_view to) {
  return JsonObject().text("reference", to).end();
}

std::string event_parameter(const Event& event, std::string_view base_url) {
  std::vector<std::string> parts = {
      parameter("event-number", "valueString", quoted(std::to_string(event.number))),
      parameter("timestamp", "valueInstant", quoted(store::instant(event.time_us)))};
  if (!event.focus.empty())
    parts.push_back(
        parameter("focus", "valueReference", reference(std::string(base_url) + "/" + event.focus)));
  return JsonObject().text("name", "notification-event").list("part", parts).end();
}

}  // namespace

std::string status_json(const Subscription& subscription, const Notification& notification,
                        std::string_view base_url) {
  const auto own = std::string(base_url) + "/Subscription/" + subscription.id;
  std::vector<std::string> parameters = {
      parameter("subscription", "valueReference", reference(own))};
  if (!subscription.topic.empty() && subscription.content != Content::empty)
    parameters.push_back(parameter("topic", "valueCanonical", quoted(subscription.topic)));
  parameters.push_back(parameter("status", "valueCode", quoted(subscription.status)));
  parameters.push_back(parameter("type", "valueCode", quoted(notification.type)));
  parameters.push_back(parameter("events-since-subscription-start", "valueString",
                                 quoted(std::to_string(notification.events_since_start))));
  for (const auto& event : notification.events)
    parameters.push_back(event_parameter(event, base_url));
  return JsonObject()
      .text("resourceType", "Parameters")
      .text("id", id_of(subscription, notification, "status"))
      .raw("meta", meta("status-r4"))
      .list("parameter", parameters)
      .end();
}

std::string notification_json(const Subscription& subscription, const Notification& notification,
                              std::string_view base_url) {
  const auto base = std::string(base_url);
  const auto get = [](const std::string& url) {
    return JsonObject().text("method", "GET").text("url", url).end();
  };
  const auto ok = JsonObject().text("status", "200").end();
  std::vector<std::string> entries = {
      JsonObject()
          .text("fullUrl", "urn:uuid:" + id_of(subscription, notification, "status"))
          .raw("resource", status_json(subscription, notification, base_url))
          .raw("request", get(base + "/Subscription/" + subscription.id + "/$status"))
          .raw("response", ok)
          .end()};
  for (const auto& event : notification.events) {
    if (event.resource.empty()) continue;
    entries.push_back(JsonObject()
                          .text("fullUrl", base + "/" + event.focus)
                          .raw("resource", event.resource)
                          .raw("request", get(event.focus))
                          .raw("response", ok)
                          .end());
  }
  return JsonObject()
      .text("resourceType", "Bundle")
      .text("id", id_of(subscription, notification, "bundle"))
      .raw("meta", meta("notification-r4"))
      .text("type", "history")
      .text("timestamp", store::instant(notification.now_us))
      .list("entry", entries)
      .end();
}

}  // namespace fingerpost::exchange
