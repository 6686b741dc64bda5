#include "exchange/taken_along.h"

#include "exchange/person.h"
#include "exchange/referral_checks.h"
#include "exchange/whose.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace fingerpost::exchange {
namespace {

enum class Whose { person, anybody };

// What a referral may take along of each type, and whose it is.
struct Follow {
  std::string_view type;
  Whose whose;
  std::array<std::string_view, 4> elements;  // "*" stands for every reference
};
constexpr Follow follows[] = {
    {"Task", Whose::anybody, {"*"}},
    {"ServiceRequest", Whose::person, {"*"}},
    {"Patient", Whose::person, {"managingOrganization", "generalPractitioner"}},
    {"PractitionerRole",
     Whose::anybody,
     {"practitioner", "organization", "healthcareService", "location"}},
    {"HealthcareService", Whose::anybody, {"providedBy", "location"}},
    {"Organization", Whose::anybody, {"partOf"}},
    {"Location", Whose::anybody, {"managingOrganization"}},
    {"CarePlan", Whose::person, {}},
    {"Condition", Whose::person, {}},
    {"DocumentReference", Whose::person, {}},
    {"Encounter", Whose::person, {}},
    {"Flag", Whose::person, {}},
    {"Goal", Whose::person, {}},
    {"Observation", Whose::person, {}},
    {"Practitioner", Whose::anybody, {}},
    {"Procedure", Whose::person, {}},
    {"QuestionnaireResponse", Whose::person, {}},
    {"RelatedPerson", Whose::person, {}},
};

const Follow* follow(std::string_view type) {
  for (const auto& row : follows)
    if (row.type == type) return &row;
  return nullptr;
}

// Of the person, or of nobody.
bool allows(Person& person, const Follow& row, const Resource& resource) {
  return row.whose == Whose::anybody || person.owns(resource);
}

// An outcome is the owner's own word, about him whom the Task is for.
bool is_unsaid(const Resource& resource) {
  return resource.type != "Patient" && Person::says(resource.node) == Person::Says::nothing;
}

// Walks from one resource along `follows`.
class Gather {
 public:
  Gather(Neighbourhood& near, const Resource& task) : near_(near), person_(near, task.node) {}

  void add(const Resource& resource) {
    const auto* row = follow(resource.type);
    if (row == nullptr || depth_ == most_hops) return;
    if (seen_.size() >= near_.parts().limits.bundle_entries) return;
    if (resource.type == "Task" && !seen_.empty()) return;
    if (!allows(person_, *row, resource)) return;
    if (!seen_.insert({resource.type, resource.id}).second) return;
    ++depth_;
    for (const auto element : row->elements) {
      if (element == "*") add_all(resource.node);
      if (element.empty() || element == "*") continue;
      each(resource.node, element, [&](NodeRef at) { add_all(at); });
    }
    --depth_;
    pieces_.push_back(&resource);
  }
  const Pieces& pieces() const { return pieces_; }

 private:
  void add_all(NodeRef below) {
    for (const auto reference : references(near_.parts(), below))
      if (const auto* found = near_.find(reference)) add(*found);
  }

  // From the Task along a request, the requests that it is based on, and roles to organisations and
  // those that they are part of: what is further away helps nobody to act.
  static constexpr int most_hops = 16;
  Neighbourhood& near_;
  Person person_;
  int depth_ = 0;
  std::set<std::pair<std::string_view, std::string_view>> seen_;
  Pieces pieces_;
};

}  // namespace

Pieces taken_along(Neighbourhood& near, const Resource& task, care::Party told) {
  if (told == care::Party::owner) {
    Gather gather(near, task);
    gather.add(task);
    return gather.pieces();
  }
  Pieces pieces;
  Person person(near, task.node);
  each(task.node, "output", [&](NodeRef output) {
    for (const auto reference : references(near.parts(), output)) {
      const auto* found = near.find(reference);
      const auto* row = found == nullptr ? nullptr : follow(found->type);
      if (row == nullptr || found->type == "Task") continue;
      if (!allows(person, *row, *found) && !is_unsaid(*found)) continue;
      if (std::find(pieces.begin(), pieces.end(), found) == pieces.end()) pieces.push_back(found);
    }
  });
  pieces.push_back(&task);
  return pieces;
}

void leave_others(Neighbourhood& near, Pieces& pieces) {
  const auto task = std::find_if(pieces.begin(), pieces.end(),
                                 [](const Resource* piece) { return piece->type == "Task"; });
  if (task == pieces.end()) return;
  Person person(near, (*task)->node);
  std::erase_if(pieces, [&](const Resource* piece) {
    const auto* row = follow(piece->type);
    return row != nullptr && !allows(person, *row, *piece) && !is_unsaid(*piece);
  });
}

Result<void> check_request(Neighbourhood& near, NodeRef task) {
  if (Person(near, task).has_request()) return {};
  return Error{Kind::unsupported, "a referral is about whom its request is about", "Task.for"};
}

Result<void> check_flags(Neighbourhood& near, const Partner& partner, NodeRef task) {
  const auto* request = near.find(reference_of(task, "focus"));
  if (request == nullptr) return {};
  const bool literally = language(partner) == Language::bars;
  const auto subject = subject_of(request->node).patient;
  Person person(near, task);
  bool all = true;
  each(request->node, "supportingInfo", [&](NodeRef info) {
    const auto* found = near.find(child_text(info, "reference"));
    if (found == nullptr || found->type != "Flag") return;
    if (child_text(found->node, "status") == "entered-in-error") return;
    all = all && person.owns(*found) && !(literally && subject_of(found->node).patient != subject);
  });
  if (all) return {};
  return Error{Kind::unsupported, "a Flag that the request refers to is not its person's",
               "ServiceRequest.supportingInfo"};
}

Pieces parties_of(Neighbourhood& near, const Resource& task, const Resource& said) {
  Gather gather(near, task);
  for (const auto* element : {"for", "requester", "owner"})
    if (const auto* party = near.find(reference_of(said.node, element))) gather.add(*party);
  return gather.pieces();
}

}  // namespace fingerpost::exchange
