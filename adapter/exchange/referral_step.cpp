#include "exchange/referral_step.h"

#include "exchange/delivery.h"
#include "exchange/extension.h"
#include "exchange/speaker.h"
#include "search/range.h"

#include <array>
#include <set>
#include <string>
#include <utility>

namespace fingerpost::exchange {
namespace {

using care::Party;
using Places = std::set<std::string>;

constexpr std::string_view organization = "Organization/";
constexpr std::string_view partner_place = "partner/";

// By whom a role or a service is there. That an organisation is a part of another one does not make
// it speak for its sisters.
constexpr std::array<std::string_view, 3> speaks_for = {"organization", "healthcareService",
                                                        "providedBy"};

void add_places(const Parts& parts, Neighbourhood& near, NodeRef reference, int hops, Places& out) {
  if (!reference || hops == 0) return;
  if (const auto* partner = find_partner(parts, near, reference))
    out.insert(std::string(partner_place) + partner->id);
  const auto place = read_reference(child_text(reference, "reference"));
  if (place.id.empty()) return;
  out.insert(place.type + "/" + place.id);
  const auto* resource = near.find(place.type, place.id);
  if (resource == nullptr) return;
  const Tree& tree = *resource->node.tree;
  for (const auto name : speaks_for)
    for (auto node = child(resource->node, name).node; node != no_node; node = tree.next_same(node))
      add_places(parts, near, {&tree, node}, hops - 1, out);
}

Places places_of(const Parts& parts, Neighbourhood& near, NodeRef reference) {
  constexpr int hops = 4;
  Places places;
  add_places(parts, near, reference, hops, places);
  return places;
}

bool meet(const Places& a, const Places& b) {
  for (const auto& place : a)
    if (b.count(place) != 0) return true;
  return false;
}

bool names_organization(const Places& places) {
  for (const auto& place : places)
    if (place.starts_with(organization) || place.starts_with(partner_place)) return true;
  return false;
}

bool is_about(NodeRef provenance, std::string_view about) {
  const Tree& tree = *provenance.tree;
  for (auto target = child(provenance, "target").node; target != no_node;
       target = tree.next_same(target)) {
    const auto place = read_reference(child_text({&tree, target}, "reference"));
    if (place.type + "/" + place.id == about) return true;
  }
  return false;
}

// An agent speaks for whom it is onBehalfOf, else for itself.
Places places_of_agents(const Parts& parts, Neighbourhood& near, NodeRef provenance) {
  Places speaking;
  const Tree& tree = *provenance.tree;
  for (auto agent = child(provenance, "agent").node; agent != no_node;
       agent = tree.next_same(agent)) {
    const NodeRef at{&tree, agent};
    const auto behalf = child(at, "onBehalfOf");
    speaking.merge(places_of(parts, near, behalf ? behalf : child(at, "who")));
  }
  return speaking;
}

std::optional<std::chrono::sys_seconds> time_of(std::string_view text) {
  const auto range = search::date_range(text);
  if (!range) return {};
  return seconds_of(range->low);
}

}  // namespace

std::chrono::sys_seconds seconds_of(std::int64_t time_us) {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time_us)));
}

bool has_business_status(NodeRef task, std::string_view code) {
  const auto status = child(task, "businessStatus");
  if (!status) return false;
  const Tree& tree = *status.tree;
  for (auto coding = child(status, "coding").node; coding != no_node;
       coding = tree.next_same(coding))
    if (child_text({&tree, coding}, "system") == business_status_system &&
        child_text({&tree, coding}, "code") == code)
      return true;
  return false;
}

Result<care::Standing> standing_of(NodeRef task) {
  LET(const auto status, status_of(task));
  const bool asked = has_business_status(task, cancel_requested_code);
  return care::Standing{status, asked ? care::Withdrawal::asked : care::Withdrawal::none};
}

Result<Word> word_about(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> said,
                        std::string_view about, NodeRef task) {
  Word word;
  Places speaking;
  for (const auto provenance : said) {
    if (!is_about(provenance, about)) continue;
    word.audited = word.audited || child(provenance, "reason");
    speaking.merge(places_of_agents(parts, near, provenance));
  }
  if (speaking.empty()) return word;
  const bool requester = meet(speaking, places_of(parts, near, child(task, "requester")));
  const bool owner = meet(speaking, places_of(parts, near, child(task, "owner")));
  if (requester != owner) word.by = requester ? Party::requester : Party::owner;
  if (!requester && !owner && names_organization(speaking))
    return Error{Kind::forbidden, "the referral has another requester and another owner",
                 "Provenance.agent"};
  return word;
}

Result<void> check_speaker(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> said,
                           std::string_view about, std::span<const NodeRef> parties) {
  Places speaking, known;
  for (const auto provenance : said)
    if (is_about(provenance, about)) speaking.merge(places_of_agents(parts, near, provenance));
  for (const auto party : parties) known.merge(places_of(parts, near, party));
  if (!names_organization(speaking) || meet(speaking, known)) return {};
  return Error{Kind::forbidden, "it is not theirs to change who say that they do",
               "Provenance.agent"};
}

// Task.restriction.period is when the work is sought (R4 task.html), the window of a BaRS request
// say. That an answer is due at its end is said by our own profile, and where nothing else has a
// date.
static bool says_when_answered(NodeRef task) {
  if (claims(task, care::referral_task_profile)) return true;
  return child_text(task, "lastModified").empty() && child_text(task, "authoredOn").empty();
}

std::optional<std::chrono::sys_seconds> waiting_since(NodeRef task, care::Standing standing,
                                                      const care::Deadlines& deadlines) {
  if (care::waits_for(standing) == care::Wait::response && says_when_answered(task)) {
    const auto due = child_text(child(child(task, "restriction"), "period"), "end");
    // R4 datatypes.html#Period: a day is within to its end.
    if (const auto range = search::date_range(due))
      return seconds_of(range->high) - deadlines.response;
  }
  for (const auto text : {child_text(task, "lastModified"), child_text(task, "authoredOn"),
                          child_text(child(task, "meta"), "lastUpdated")})
    if (const auto time = time_of(text)) return time;
  return {};
}

}  // namespace fingerpost::exchange
