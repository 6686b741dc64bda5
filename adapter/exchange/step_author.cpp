#include "exchange/step_author.h"

#include "care/loop.h"
#include "exchange/delivery.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace fingerpost::exchange {
namespace {

using care::Party;

constexpr std::string_view neither = ": this client speaks for neither party";

std::string_view name_of(Party party) {
  constexpr std::array<std::string_view, 3> names = {"requester", "owner",
                                                     "requester or the owner"};
  return names[static_cast<std::size_t>(party)];
}

Error refusal(std::string text, std::string where) {
  return {Kind::forbidden, std::move(text), std::move(where)};
}

bool same_reference(NodeRef a, NodeRef b) {
  const auto place = [](NodeRef reference) {
    const auto identifier = child(reference, "identifier");
    return std::array{child_text(reference, "reference"), child_text(identifier, "system"),
                      child_text(identifier, "value")};
  };
  return place(a) == place(b);
}

// Whether a reference of the type is to a person, who claims nothing.
bool is_person(std::string_view type) {
  constexpr std::array<std::string_view, 3> persons = {"Patient", "RelatedPerson", "Group"};
  return std::find(persons.begin(), persons.end(), type) != persons.end();
}

// Whom a Reference is to, known here or not.
std::string whose(const Parts& parts, Neighbourhood& where, NodeRef reference) {
  auto organisation = organisation_of(parts, where, reference);
  if (!organisation.empty()) return organisation;
  const auto place = read_reference(child_text(reference, "reference"));
  return place.id.empty() ? "" : place.type + "/" + place.id;
}

using Codes = std::set<std::pair<std::string_view, std::string_view>>;
void add_codes(NodeRef resource, std::string_view element, Codes& codes) {
  each(resource, element, [&](NodeRef concept_node) {
    each(concept_node, "coding", [&](NodeRef coding) {
      codes.emplace(child_text(coding, "system"), child_text(coding, "code"));
    });
  });
}

}  // namespace

StepAuthor::StepAuthor(const Parts& parts, Neighbourhood& near, Neighbourhood& stored,
                       const Speaker& speaker)
    : parts_(parts),
      near_(near),
      stored_(stored),
      speaker_(speaker),
      own_(speaker.anybody ? Places() : places_of(parts.partners, speaker)) {}

bool StepAuthor::speaks_for(Neighbourhood& where, NodeRef reference) {
  return speaker_.anybody || own_.count(organisation_of(parts_, where, reference)) != 0;
}

StepAuthor::Sides StepAuthor::sides_of(Neighbourhood& where, NodeRef task) {
  return {speaks_for(where, child(task, "requester")), speaks_for(where, child(task, "owner"))};
}

bool StepAuthor::has_request(NodeRef request) {
  const auto asked = places_of(parts_, stored_, child(request, "requester"));
  if (!names_organization(asked) || speaks_for(stored_, child(request, "requester"))) return true;
  bool named = false;
  each(request, "performer",
       [&](NodeRef performer) { named = named || speaks_for(stored_, performer); });
  return named;
}

Result<void> StepAuthor::check_resting(NodeRef request) {
  const auto asked = child(request, "requester");
  if (speaks_for(stored_, asked) || !names_organization(places_of(parts_, stored_, asked)))
    return {};
  return refusal("a request is changed by whoever asked, and while it is open by who has it",
                 "ServiceRequest");
}

// Who has a referral gives it to nobody else, nor makes it somebody else's: whoever asked does.
Result<void> StepAuthor::check_moved(NodeRef before, NodeRef task) {
  const auto asked = child(before, "requester"), asks = child(task, "requester");
  const auto had_asked = whose(parts_, stored_, asked);
  if (!same_reference(asked, asks) &&
      (had_asked.empty() || had_asked != whose(parts_, near_, asks)))
    return refusal("who asked for a referral is the requester's to say", "Task.requester");
  const auto had = child(before, "owner"), has = child(task, "owner");
  if (had && !has)
    return refusal(
        "who has a referral rejects it or gives it back: he does not leave it to whoever "
        "claims it",
        "Task.owner");
  if (!had || same_reference(had, has) || speaks_for(near_, has)) return {};
  return refusal("to ask another service belongs to the requester", "Task.owner");
}

Result<Party> StepAuthor::party(NodeRef before, NodeRef task, Party said, std::string_view step,
                                Party its) {
  if (anybody()) return said;
  auto sides = sides_of(stored_, before);
  LET(const auto was, status_of(before));
  const bool claims =
      care::has(care::in_asked, was) && !child(before, "owner") && child(task, "owner");
  if (claims) sides.owner = speaks_for(near_, child(task, "owner"));
  if (!sides.requester && !sides.owner)
    return refusal("\"" + std::string(step) + "\" belongs to the " + std::string(name_of(its)) +
                       std::string(neither),
                   "Task");
  const auto is = sides.requester == sides.owner ? Party::either
                  : sides.requester              ? Party::requester
                                                 : Party::owner;
  if (said != Party::either && is != Party::either && said != is)
    return refusal("it is said to be the word of the " + std::string(name_of(said)) +
                       ", whom this client does not speak for",
                   "Provenance.agent");
  if (claims && is == Party::owner) LET_DONE(check_claim(before, task));
  if (is == Party::owner) LET_DONE(check_moved(before, task));
  return is == Party::either ? said : is;
}

Result<void> StepAuthor::check_first(NodeRef task) {
  if (anybody()) return {};
  LET(const auto status, status_of(task));
  const auto its = care::writer(status);
  const auto sides = sides_of(near_, task);
  if (its == Party::requester ? sides.requester : sides.owner) return {};
  return refusal("a referral that is \"" + std::string(care::code(status)) +
                     "\" is written by its " + std::string(name_of(its)) +
                     ", whom this client does not speak for",
                 its == Party::requester ? "Task.requester" : "Task.owner");
}

Result<void> StepAuthor::check_removed(NodeRef before) {
  const auto sides = sides_of(stored_, before);
  if (sides.requester || sides.owner) return {};
  return refusal("to delete a referral belongs to the " + std::string(name_of(Party::either)) +
                     std::string(neither),
                 "Task");
}

// Those that a request names as its performers, or Task.restriction as its recipients, may claim
// it, persons apart; and an owner whose own kind is known is of Task.performerType.
Result<void> StepAuthor::check_claim(NodeRef before, NodeRef task) {
  const auto owner = whose(parts_, near_, child(task, "owner"));
  const auto* request = stored_.find(child_text(child(before, "focus"), "reference"));
  Places named;
  const auto add = [&](NodeRef reference) {
    if (!is_person(read_reference(child_text(reference, "reference")).type))
      named.insert(whose(parts_, stored_, reference));
  };
  if (request != nullptr) each(request->node, "performer", add);
  each(child(before, "restriction"), "recipient", add);
  named.erase("");
  if (!named.empty() && named.count(owner) == 0)
    return refusal("the referral names who may claim it, and the owner is none of them",
                   "Task.owner");
  Codes asked, has;
  add_codes(before, "performerType", asked);
  const auto* claimant = near_.find(child_text(child(task, "owner"), "reference"));
  if (asked.empty() || claimant == nullptr) return {};
  for (const auto* element : {"code", "type", "specialty"}) add_codes(claimant->node, element, has);
  const bool is_one = has.empty() || std::any_of(has.begin(), has.end(), [&](const auto& code) {
                        return asked.count(code) != 0;
                      });
  if (is_one) return {};
  return refusal("the referral may be claimed by another kind of service", "Task.performerType");
}

}  // namespace fingerpost::exchange
