#include "exchange/subscription.h"

#include "base/text.h"
#include "exchange/neighbourhood.h"
#include "search/hash.h"
#include "search/index.h"
#include "search/range.h"
#include "search/search.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view extensions =
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-";

constexpr Topic offered[] = {
    {"https://fingerpost.example/SubscriptionTopic/referral-change", "Task"},
    {"https://fingerpost.example/SubscriptionTopic/care-plan-change", "CarePlan"},
    {"https://fingerpost.example/SubscriptionTopic/goal-change", "Goal"},
};

Error no(std::string_view where, std::string_view text) {
  return {Kind::unsupported, std::string(text), "Subscription." + std::string(where)};
}

// The values of an element's extensions of the backport IG, by the end of their url.
std::vector<std::string> backported(NodeRef element, std::string_view name) {
  std::vector<std::string> found;
  if (!element) return found;
  const Tree& tree = *element.tree;
  for (auto at = child(element, "extension").node; at != no_node; at = tree.next_same(at)) {
    const auto url = child_text({&tree, at}, "url");
    if (!url.starts_with(extensions) || url.substr(extensions.size()) != name) continue;
    for (auto value = tree.first_child(at); value != no_node; value = tree.next(value))
      if (tree.name_text(value) != "url" && tree.has_value(value))
        found.emplace_back(tree.text(value));
  }
  return found;
}

// What can be told of a resource by itself.
bool is_own(const search::Criterion& criterion) {
  using Test = search::Criterion::Test;
  constexpr Test own[] = {Test::hash,    Test::date, Test::number, Test::text,
                          Test::missing, Test::id,   Test::near,   Test::composite};
  return std::find(std::begin(own), std::end(own), criterion.test) != std::end(own) &&
         criterion.lone_ids.empty() && criterion.reach == search::Criterion::Reach::itself;
}

// "Task?status=accepted": a search of one type.
Result<search::Plan> read_criteria(const Parts& parts, const SubscriptionRules& rules,
                                   std::string_view criteria) {
  const auto mark = criteria.find('?');
  const auto type = criteria.substr(0, mark);
  LET(const auto pairs,
      rules.read_query(mark == std::string_view::npos ? "" : criteria.substr(mark + 1)));
  for (const auto& [name, value] : pairs)
    if (name.starts_with('_') && name != "_id" && name != "_tag" && name != "_security" &&
        name != "_profile")
      return no("criteria", "a subscription is about what a resource has, not how it is answered");
  const auto parameters = parts.parameters.now();
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  query.now_us = parts.clock.now_us();
  auto plan = search::plan(*parameters, query, parts.limits);
  if (!plan || type.empty()) return no("criteria", "is no search of one type that is offered");
  plan->holder = parameters;
  if (!plan->others.empty() || !plan->includes.empty() ||
      !std::all_of(plan->criteria.begin(), plan->criteria.end(), is_own))
    return no("criteria", "what other resources or its words say of a resource is not looked at");
  return std::move(*plan);
}

const Topic* topic_of(std::string_view url) {
  for (const auto& topic : offered)
    if (topic.url == url.substr(0, url.find('|'))) return &topic;
  return nullptr;
}

// A topic, with filters of its type that all hold; or R4 criteria.
Result<void> read_what(const Parts& parts, NodeRef resource, const SubscriptionRules& rules,
                       Subscription& to) {
  const auto criteria = child(resource, "criteria");
  const auto text = child_text(resource, "criteria");
  if (to.topic.empty()) {
    LET(to.plan, read_criteria(parts, rules, text));
    to.type = to.plan.type;
    return {};
  }
  const auto* topic = topic_of(text);
  if (topic == nullptr) return no("criteria", "is no topic that is offered");
  to.type = topic->type;
  std::string joined(topic->type);
  char before = '?';
  for (const auto& filter : backported(criteria, "filter-criteria")) {
    const auto mark = filter.find('?');
    if (mark == std::string::npos || filter.substr(0, mark) != topic->type)
      return no("criteria", "a filter is a search of the topic's type");
    joined += before + filter.substr(mark + 1);
    before = '&';
  }
  LET(to.plan, read_criteria(parts, rules, joined));
  return {};
}

bool is_allowed(const SubscriptionRules& rules, std::string_view endpoint) {
  // No other place by dots, plain or encoded, and nothing that is not a path.
  if (endpoint.find("/.") != std::string_view::npos ||
      endpoint.find_first_of("%#?\\") != std::string_view::npos)
    return false;
  return std::any_of(rules.endpoints.begin(), rules.endpoints.end(), [&](std::string_view base) {
    return endpoint.starts_with(base) &&
           (endpoint.size() == base.size() || endpoint[base.size()] == '/');
  });
}

// RFC 9110 section 5: a token, a colon, and no control character. What the transport or the
// notification itself says is not the subscriber's; and no secret, which others would read.
bool is_header(std::string_view header) {
  const auto colon = header.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const auto name = lower(header.substr(0, colon));
  for (const char c : name)
    if (!is_letter(c) && !is_digit(c) && c != '-') return false;
  for (const char c : header)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') return false;
  constexpr std::string_view ours[] = {"host",       "content-length", "content-type",
                                       "connection", "expect",         "transfer-encoding",
                                       "te",         "upgrade",        "x-request-id",
                                       "cookie",     "authorization",  "proxy-authorization"};
  return std::find(std::begin(ours), std::end(ours), name) == std::end(ours);
}

// Without a word of the IG, a media type asks for all there is (R4 Subscription.channel.payload).
Content content_of(NodeRef channel) {
  const auto payload = child(channel, "payload");
  const auto said = backported(payload, "payload-content");
  if (said.empty()) return child_text(channel, "payload").empty() ? Content::empty : Content::full;
  if (said.front() == "full-resource") return Content::full;
  return said.front() == "id-only" ? Content::id_only : Content::empty;
}

Result<void> read_channel(NodeRef channel, const SubscriptionRules& rules, Subscription& to) {
  if (child_text(channel, "type") != "rest-hook")
    return no("channel.type", "only rest-hook is offered");
  to.endpoint = child_text(channel, "endpoint");
  if (!is_allowed(rules, to.endpoint))
    return no("channel.endpoint",
              "notifications are not sent there: the configuration names where");
  if (!to.endpoint.empty() && to.endpoint.back() == '/') to.endpoint.pop_back();
  const Tree& tree = *channel.tree;
  for (auto at = child(channel, "header").node; at != no_node; at = tree.next_same(at)) {
    if (to.headers.size() >= rules.headers || !is_header(tree.text(at)))
      return no("channel.header", "is no header that may be set, or there are too many");
    to.headers.emplace_back(tree.text(at));
  }
  const auto payload = child_text(channel, "payload");
  if (!payload.empty() && payload != "application/fhir+json")
    return no("channel.payload", "only application/fhir+json is offered");
  for (const auto& seconds : backported(channel, "heartbeat-period"))
    to.heartbeat_us =
        std::max(to_integer(seconds).value_or(0) * 1'000'000, rules.least_heartbeat_us);
  return {};
}

}  // namespace

std::span<const Topic> topics() {
  return offered;
}

std::string Subscription::lane() const {
  return std::string(subscription_lanes) + id;
}

void set_subscriber(const model::Definitions& definitions, Tree& tree, std::string_view client) {
  const auto& names = definitions.names();
  const auto& common = definitions.common();
  auto meta = child({&tree, tree.root()}, "meta").node;
  for (auto tag = child({&tree, meta}, "tag").node; meta != no_node && tag != no_node;) {
    const auto next = tree.next_same(tag);
    if (child_text({&tree, tag}, "system") == search::subscriber_system) tree.remove(tag);
    tag = next;
  }
  if (client.empty()) return;
  if (meta == no_node) meta = tree.add(tree.root(), names.find("meta"), common.meta);
  const auto tag = tree.add(meta, names.find("tag"), common.coding);
  tree.set(tree.add(tag, names.find("system"), common.uri), Shape::string,
           search::subscriber_system);
  tree.set(tree.add(tag, names.find("code"), common.code), Shape::string, client);
}

std::string subscribed_type(NodeRef resource) {
  const auto criteria = child_text(resource, "criteria");
  if (const auto* topic = topic_of(criteria)) return std::string(topic->type);
  return std::string(criteria.substr(0, criteria.find('?')));
}

Subscription describe_subscription(NodeRef resource) {
  Subscription made;
  made.id = child_text(resource, "id");
  made.status = child_text(resource, "status");
  const auto criteria = child_text(resource, "criteria");
  if (criteria.find("://") != std::string_view::npos) made.topic = criteria;
  const auto meta = child(resource, "meta");
  const Tree& tree = *resource.tree;
  for (auto tag = child(meta, "tag").node; tag != no_node; tag = tree.next_same(tag))
    if (child_text({&tree, tag}, "system") == search::subscriber_system)
      made.client = child_text({&tree, tag}, "code");
  made.content = content_of(child(resource, "channel"));
  return made;
}

Result<Subscription> read_subscription(const Parts& parts, NodeRef resource,
                                       const SubscriptionRules& rules) {
  auto made = describe_subscription(resource);
  LET_DONE(read_what(parts, resource, rules, made));
  if (rules.may && !rules.may(made.client, made.type))
    return no("criteria", "its client may not read and search that type");
  if (rules.sees) made.policy = rules.sees(made.client);
  LET_DONE(read_channel(child(resource, "channel"), rules, made));
  if (const auto end = child_text(resource, "end"); !end.empty()) {
    const auto time = search::date_range(end);
    if (!time) return no("end", "is no instant");
    made.end_us = time->low;
  }
  return made;
}

bool meets(const Subscription& subscription, NodeRef resource) {
  const auto values = search::index(*subscription.plan.parameters, resource);
  search::Row row;
  const auto id = child_text(resource, "id");
  row.id = id;
  row.reference =
      search::reference_hash(subscription.plan.parameters->hash_key(), subscription.type, id);
  row.values = &values;
  row.present = &values.present;
  return std::all_of(
      subscription.plan.criteria.begin(), subscription.plan.criteria.end(),
      [&](const search::Criterion& criterion) { return search::matches(criterion, row); });
}

}  // namespace fingerpost::exchange
