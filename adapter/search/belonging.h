// Whose a resource is, who has a relationship with that person by it or is refused by it, and how
// it is labelled: what rules about rows go by. Taken from the resource alone; who may see what is
// store/policy.h.

#pragma once

#include "fingerpost/tree.h"
#include "search/hash.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace fingerpost::search {

class Parameters;

// Security labels (meta.security) that withhold a resource, as bits.
enum Label : std::uint64_t { restricted = 1, very_restricted = 2, no_patient = 4 };
constexpr std::uint64_t every_label = restricted | very_restricted | no_patient;
// By its code: "R", "V", "NOPAT"; 0: none of them.
std::uint64_t label_named(std::string_view code);

// In place of a Patient's hash.
constexpr std::uint64_t of_all = 0;         // nobody's: directories, definitions, terminology
constexpr std::uint64_t unplaced = 1;       // of several people, or of whom it is cannot be told
constexpr std::uint64_t not_looked_at = 2;  // stored by a program that did not ask
constexpr bool is_somebody(std::uint64_t whose) {
  return whose > not_looked_at;
}

// Lists are sorted and without repeats.
struct Belonging {
  // reference_hash of the one Patient that it is about; of a Subscription its own.
  std::uint64_t whose = unplaced;
  // Not empty: it is whose these are, by reference_hash (Provenance.target).
  std::vector<std::uint64_t> about;
  // That have a relationship with its Patient by it: reference_hash of an Organization, or
  // organisation_hash of one that is named by its code alone.
  std::vector<std::uint64_t> organisations;
  // That its Patient refuses by it, whatever relates them; everybody: all of them.
  std::vector<std::uint64_t> refused;
  static constexpr std::uint64_t everybody = 0;
  std::vector<std::uint64_t> codes;  // of an Organization: organisation_hash of its own
  std::uint64_t labels = 0;
};

// Of an ODS code; and of a client's id, which stands for its organisation where something is the
// client's own.
std::uint64_t organisation_hash(const HashKey& key, std::string_view code);
std::uint64_t client_hash(const HashKey& key, std::string_view client);

// The system of the tag that says which client a Subscription is of: the server's word.
inline constexpr std::string_view subscriber_system =
    "https://fingerpost.example/CodeSystem/subscriber";

Belonging belonging(const Parameters& parameters, NodeRef resource);

}  // namespace fingerpost::search
