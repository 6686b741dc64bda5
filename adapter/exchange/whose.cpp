#include "exchange/whose.h"

#include "exchange/contained.h"
#include "exchange/neighbourhood.h"
#include "model/json.h"
#include "record/nhs_number.h"

#include <array>
#include <optional>
#include <set>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::array<std::string_view, 4> subjects = {"subject", "patient", "for", "beneficiary"};

// Where the stored Patient was merged into another, that one's reference; "" else.
std::string replaced_by(NodeRef patient) {
  const Tree& tree = *patient.tree;
  for (auto link = child(patient, "link").node; link != no_node; link = tree.next_same(link))
    if (child_text({&tree, link}, "type") == "replaced-by")
      return std::string(child_text(child({&tree, link}, "other"), "reference"));
  return "";
}

// {} for one that is not stored.
Result<std::optional<Tree>> read_patient(const Parts& parts, store::Reader& reader,
                                         std::string_view reference) {
  const auto place = read_reference(reference);
  const auto stored = reader.read("Patient", place.id);
  if (!stored && is_absence(stored.error())) return std::optional<Tree>();
  if (!stored) return stored.error();
  LET(auto read, model::read_json(parts.definitions, stored->body, parts.limits));
  return std::optional<Tree>(std::move(read.tree));
}

struct Numbers {
  std::set<std::string> nhs;
  std::set<std::string> all;  // system and value
};

// Of a Patient, or of a Reference.
void add_numbers(NodeRef node, Numbers& numbers) {
  each(node, "identifier", [&](NodeRef identifier) {
    const auto system = child_text(identifier, "system");
    const auto value = child_text(identifier, "value");
    if (system.empty() || value.empty()) return;
    if (record::is_nhs_number_system(system)) numbers.nhs.emplace(value);
    numbers.all.insert(std::string(system) + "|" + std::string(value));
  });
}

bool meet(const std::set<std::string>& left, const std::set<std::string>& right) {
  for (const auto& one : left)
    if (right.count(one) > 0) return true;
  return false;
}

bool are_one(const Numbers& left, const Numbers& right) {
  if (!left.nhs.empty() && !right.nhs.empty()) return meet(left.nhs, right.nhs);
  return meet(left.all, right.all);
}

// `said` is what a message brings of the other one.
bool are_one(NodeRef known, NodeRef other, NodeRef said, std::string_view known_reference,
             std::string_view other_reference) {
  if (known && replaced_by(known) == other_reference) return true;
  if (other && replaced_by(other) == known_reference) return true;
  if (!known) return false;
  Numbers before, now;
  add_numbers(known, before);
  if (other) add_numbers(other, now);
  if (said) add_numbers(said, now);
  return are_one(before, now);
}

}  // namespace

Subject subject_of(NodeRef resource) {
  for (const auto element : subjects) {
    const auto reference = child_text(child(resource, element), "reference");
    if (read_reference(reference).type == "Patient") return {element, reference};
  }
  return {};
}

Result<bool> same_person(const Parts& parts, store::Reader& reader, NodeRef said,
                         std::string_view said_reference, std::string_view stored_reference) {
  if (said_reference == stored_reference) return true;
  LET(const auto known, read_patient(parts, reader, stored_reference));
  LET(const auto other, read_patient(parts, reader, said_reference));
  const auto ref = [](const std::optional<Tree>& tree) {
    return tree ? NodeRef{&*tree, tree->root()} : NodeRef{};
  };
  return are_one(ref(known), ref(other), said, stored_reference, said_reference);
}

bool same_person(Neighbourhood& near, std::string_view one, std::string_view other) {
  const auto left = read_reference(one), right = read_reference(other);
  if (left.type != "Patient" || right.type != "Patient") return false;
  if (left.id == right.id) return true;
  const auto node = [&](const Place& place) {
    const auto* found = near.find(place.type, place.id);
    return found == nullptr ? NodeRef{} : found->node;
  };
  return are_one(node(left), node(right), {}, one, other);
}

bool is_of(Neighbourhood& near, NodeRef resource, std::string_view person) {
  if (const auto patient = subject_of(resource).patient; !patient.empty())
    return same_person(near, person, patient);
  Numbers said, known;
  for (const auto element : subjects) {
    const auto subject = child(resource, element);
    add_numbers(subject, said);
    const auto reference = child_text(subject, "reference");
    if (reference.starts_with('#')) add_numbers(contained(resource, reference.substr(1)), said);
  }
  if (const auto* patient = near.find(person)) add_numbers(patient->node, known);
  return are_one(known, said);
}

}  // namespace fingerpost::exchange
