#include "exchange/whose.h"

#include "exchange/neighbourhood.h"
#include "exchange/numbers.h"
#include "model/json.h"

#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

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

}  // namespace

Subject subject_of(NodeRef resource) {
  for (const auto element : subject_elements) {
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
  if (known && replaced_by(ref(known)) == said_reference) return true;
  if (other && replaced_by(ref(other)) == stored_reference) return true;
  if (!known) return false;
  Numbers before, now;
  add_numbers(ref(known), before);
  if (other) add_numbers(ref(other), now);
  if (said) add_numbers(said, now);
  return are_one(before, now);
}

}  // namespace fingerpost::exchange
