// What an extract that has a table whole no longer has: rows that were removed.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "record/extract_plan.h"
#include "record/extract_stage.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace fingerpost::exchange {

// The rows that an extract has, by the identifiers of the resources that they make; and the tables
// of which a row could not be used, so that what is missing of them may be that row.
class RowsThere {
 public:
  explicit RowsThere(std::string system = "") : system_(std::move(system)) {}

  void add(const Tree& bundle, const Issues& issues);
  bool has(std::string_view system, std::string_view value) const;
  bool is_whole(std::string_view table) const { return torn_.find(table) == torn_.end(); }
  const std::set<std::string, std::less<>>& torn() const { return torn_; }

 private:
  std::string system_;
  std::unordered_set<std::uint64_t> hashes_;
  std::set<std::string, std::less<>> torn_;
};

struct Gone {
  std::map<std::string, std::string> files;  // as an extract: a table's removed rows, the manifest
  std::size_t rows = 0;
};

// The rows, by what is stored of them, that the tables which are there whole do not have, but for
// those that were removed before. Nothing is gone of a table of which a row could not be used.
// `system` begins the identifiers that rows have, and the table ends it. Kind::conflict: it would
// be most of what is stored of a table, which no day takes back; such an extract is of a part of
// the records. Memory: what is gone, and 40 bytes for each row there.
struct Retraction {
  const Parts& parts;
  store::Reader& reader;
  const record::ExtractPlan& plan;
  std::string system;    // "urn:fingerpost:tpp:north:"
  std::string time;      // of the extract
  std::size_t few = 20;  // so many may always go
};
Result<Gone> find_gone(const Retraction& retraction, const std::vector<std::string>& whole,
                       const RowsThere& there);

}  // namespace fingerpost::exchange
