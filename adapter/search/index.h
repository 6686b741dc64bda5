// What a resource is found by: numbers and hashes, one row for each value of each search parameter.

#pragma once

#include "fingerpost/tree.h"
#include "search/belonging.h"
#include "search/hash.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace fingerpost::search {

class Parameters;

// One search parameter of one resource type: an index into Parameters::keys(). Good for one
// Parameters object only; a store keeps them by name ("Observation.code").
using KeyId = std::uint16_t;

// token, reference: the hash of one form of the value. An `inner` row is kept with the resource
// alone: whoever asks for it gets there by another row that the resource has in the index
// (Criterion::lead).
struct HashRow {
  KeyId key = 0;
  bool inner = false;
  std::uint64_t hash = 0;
  friend auto operator<=>(const HashRow&, const HashRow&) = default;
};

// date: first and last microsecond since 1970 that the value covers, both within it.
struct DateRow {
  KeyId key = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend auto operator<=>(const DateRow&, const DateRow&) = default;
};

// number, quantity: one row for each form of the unit; unit 0 is "whatever its unit". A position:
// its latitude and its longitude.
struct NumberRow {
  KeyId key = 0;
  std::uint64_t unit = 0;
  double low = 0;
  double high = 0;
  friend auto operator<=>(const NumberRow&, const NumberRow&) = default;
};

// string: folded text and the hash of the text as written; uri: the text as written, hash 0. Inner
// ones, which no index leads to: what tokens and references sort by, and the texts beside codes.
struct TextRow {
  KeyId key = 0;
  bool inner = false;
  std::string text;
  std::uint64_t exact = 0;
  friend auto operator<=>(const TextRow&, const TextRow&) = default;
};

// Each list sorted and without repeats.
struct ValueRows {
  std::vector<HashRow> hashes;
  std::vector<DateRow> dates;
  std::vector<NumberRow> numbers;
  std::vector<TextRow> texts;
  friend auto operator<=>(const ValueRows&, const ValueRows&) = default;

  std::size_t size() const { return hashes.size() + dates.size() + numbers.size() + texts.size(); }
  void sort();
};

// composite: what one element has for each component; the keys of these rows are the components'
// numbers, from 1.
struct CompositeRow {
  KeyId key = 0;
  ValueRows parts;
  friend auto operator<=>(const CompositeRow&, const CompositeRow&) = default;
};

struct ContainedRows;

// All rows of one resource.
struct IndexValues : ValueRows {
  const Parameters* parameters = nullptr;    // whose keys the rows carry; must outlive them, but
  std::shared_ptr<const Parameters> holder;  // where a shared_ptr holds them, this does too
  std::vector<CompositeRow> composites;
  std::vector<KeyId> present;  // the keys that the resource has a value for, sorted
  // reference_hash of the Patient in whose compartment it is; 0 when in none.
  std::uint64_t compartment = 0;
  std::vector<ContainedRows> contained;  // of the resources in it that have an id
  Belonging belonging = {};              // by index_to_store() alone
};

// What a contained resource has, for chains that lead to it (R4 search.html#contained): a store
// keeps it with the container. A row in the container that refers to it has contained_hash of its
// id.
struct ContainedRows {
  std::string type;
  std::string id;
  IndexValues values;
};

// The rows of the resource at `resource`, whose type the tree tells. Values that cannot be read
// (a date of nonsense) give no row: they are validation's to report.
IndexValues index(const Parameters& parameters, NodeRef resource);

}  // namespace fingerpost::search
