#include "exchange/taken_along.h"

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

std::string_view reference_in(NodeRef node, std::string_view element) {
  return child_text(child(node, element), "reference");
}

// Whom a referral is about.
class Person {
 public:
  Person(Neighbourhood& near, const Resource& task)
      : near_(near),
        request_(near.find(reference_in(task.node, "focus"))),
        reference_(reference_in(task.node, "for")) {
    if (reference_.empty() && request_ != nullptr) reference_ = subject_of(request_->node).patient;
  }
  // Of his own, or of nobody's.
  bool allows(const Follow& row, const Resource& resource) {
    if (row.whose == Whose::anybody) return true;
    if (&resource == request_ && subject_of(resource.node).patient.empty()) return true;
    if (reference_.empty()) return false;
    if (resource.type == "Patient") return same_person(near_, reference_, "Patient/" + resource.id);
    return is_of(near_, resource.node, reference_);
  }

 private:
  Neighbourhood& near_;
  const Resource* request_;
  std::string_view reference_;
};

// Walks from one resource along `follows`.
class Gather {
 public:
  Gather(Neighbourhood& near, const Resource& task) : near_(near), person_(near, task) {}

  void add(const Resource& resource) {
    const auto* row = follow(resource.type);
    if (row == nullptr || pieces_.size() >= near_.parts().limits.bundle_entries) return;
    if (resource.type == "Task" && !seen_.empty()) return;
    if (!person_.allows(*row, resource)) return;
    if (!seen_.insert({resource.type, resource.id}).second) return;
    for (const auto element : row->elements) {
      if (element == "*") add_all(resource.node);
      if (element.empty() || element == "*") continue;
      each(resource.node, element, [&](NodeRef at) { add_all(at); });
    }
    pieces_.push_back(&resource);
  }
  const Pieces& pieces() const { return pieces_; }

 private:
  void add_all(NodeRef below) {
    for (const auto reference : references(near_.parts(), below))
      if (const auto* found = near_.find(reference)) add(*found);
  }

  Neighbourhood& near_;
  Person person_;
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
  Person person(near, task);
  each(task.node, "output", [&](NodeRef output) {
    for (const auto reference : references(near.parts(), output)) {
      const auto* found = near.find(reference);
      const auto* row = found == nullptr ? nullptr : follow(found->type);
      if (row == nullptr || found->type == "Task" || !person.allows(*row, *found)) continue;
      if (std::find(pieces.begin(), pieces.end(), found) == pieces.end()) pieces.push_back(found);
    }
  });
  pieces.push_back(&task);
  return pieces;
}

Result<void> check_flags(Neighbourhood& near, const Resource& task) {
  const auto* request = near.find(reference_in(task.node, "focus"));
  if (request == nullptr) return {};
  Person person(near, task);
  bool all = true;
  each(request->node, "supportingInfo", [&](NodeRef info) {
    const auto* found = near.find(child_text(info, "reference"));
    if (found != nullptr && found->type == "Flag")
      all = all && person.allows(*follow(found->type), *found);
  });
  if (all) return {};
  return Error{Kind::unsupported, "a Flag that the request refers to is not its person's",
               "ServiceRequest.supportingInfo"};
}

Pieces parties_of(Neighbourhood& near, const Resource& task, const Resource& said) {
  Gather gather(near, task);
  for (const auto* element : {"for", "requester", "owner"})
    if (const auto* party = near.find(reference_in(said.node, element))) gather.add(*party);
  return gather.pieces();
}

}  // namespace fingerpost::exchange
