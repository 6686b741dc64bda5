#include "exchange/person.h"

#include "exchange/contained.h"
#include "exchange/referral_checks.h"
#include "exchange/whose.h"

#include <algorithm>
#include <utility>

namespace fingerpost::exchange {
namespace {

NodeRef subject_in(NodeRef resource) {
  for (const auto element : subject_elements)
    if (const auto subject = child(resource, element)) return subject;
  return {};
}

bool is_person(std::string_view type) {
  return type == "Patient" || type == "Group" || type == "RelatedPerson";
}

}  // namespace

Person::Person(Neighbourhood& near, NodeRef task)
    : near_(near), request_(near.find(reference_of(task, "focus"))) {
  if (const auto is_for = child(task, "for")) names_.push_back(named(task, is_for));
  const auto subject = request_ == nullptr ? NodeRef{} : child(request_->node, "subject");
  if (!subject) return;
  auto asked = named(request_->node, subject);
  const auto* is_for = names_.empty() ? nullptr : &names_[0];
  has_request_ = is_for == nullptr || is_for->reference.empty() ||
                 is_for->reference == asked.reference || is_merged(asked.place, is_for->place) ||
                 is_merged(is_for->place, asked.place) || are_one(is_for->numbers, asked.numbers);
  if (has_request_) names_.push_back(std::move(asked));
}

Person::Named Person::named(NodeRef holder, NodeRef reference) {
  Named made{child_text(reference, "reference"), {}, {}};
  add_numbers(reference, made.numbers);
  if (made.reference.starts_with('#')) {
    add_numbers(contained(holder, made.reference.substr(1)), made.numbers);
    made.reference = {};  // means another in another resource
    return made;
  }
  auto place = read_reference(made.reference);
  if (place.type != "Patient") return made;
  made.place = std::move(place);
  if (const auto* patient = near_.find(made.place.type, made.place.id))
    add_numbers(patient->node, made.numbers);
  return made;
}

// The same counts as merged.
bool Person::is_merged(Place one, const Place& into) {
  constexpr int most = 8;
  for (int hops = 0; hops < most && one.type == "Patient" && !one.id.empty(); ++hops) {
    if (one.id == into.id) return true;
    const auto* patient = near_.find(one.type, one.id);
    if (patient == nullptr) return false;
    one = read_reference(replaced_by(patient->node));
  }
  return false;
}

bool Person::is_his(const Place& place) {
  return std::any_of(names_.begin(), names_.end(),
                     [&](const Named& one) { return is_merged(place, one.place); });
}

Person::Says Person::says(NodeRef resource) {
  const auto subject = subject_in(resource);
  const auto reference = child_text(subject, "reference");
  if (reference.empty() && !child(subject, "identifier")) return Says::nothing;
  const auto type = read_reference(reference).type;
  return type.empty() || is_person(type) ? Says::person : Says::no_person;
}

bool Person::owns(const Resource& resource) {
  if (resource.type == "Patient") return is_his({resource.type, resource.id});
  if (&resource == request_) return has_request_;
  const auto told = says(resource.node);
  if (told != Says::person) return told == Says::no_person;
  const auto said = named(resource.node, subject_in(resource.node));
  if (!said.place.id.empty()) return is_his(said.place);
  return std::any_of(names_.begin(), names_.end(), [&](const Named& one) {
    return (!said.reference.empty() && said.reference == one.reference) ||
           are_one(one.numbers, said.numbers);
  });
}

}  // namespace fingerpost::exchange
