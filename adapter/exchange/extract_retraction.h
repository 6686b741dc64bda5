// What an extract that has a table whole no longer has: rows that were removed.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "record/extract_plan.h"
#include "record/extract_stage.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace fingerpost::exchange {

// The resources that an extract makes, by the hash of their ids.
class MadeIds {
 public:
  void add(const Tree& bundle);
  bool has(std::string_view id) const;

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

struct Gone {
  std::map<std::string, std::string> files;  // as an extract: a table's removed rows, the manifest
  std::size_t rows = 0;
};

// The resources stored of the tables that are there whole which the extract does not make, but for
// those that were removed before. `system` begins the identifiers that rows have, and the table
// ends it. Kind::conflict: it would be most of what is stored of a table, which no day takes back;
// such an extract is of a part of the records. Memory: what is gone, and 40 bytes for each made.
struct Retraction {
  const Parts& parts;
  store::Reader& reader;
  const record::ExtractPlan& plan;
  std::string system;    // "urn:fingerpost:tpp:north:"
  std::string time;      // of the extract
  std::size_t few = 20;  // so many may always go
};
Result<Gone> find_gone(const Retraction& retraction, const std::vector<std::string>& whole,
                       const MadeIds& made);

}  // namespace fingerpost::exchange
