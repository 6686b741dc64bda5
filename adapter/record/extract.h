// The rows of an extract, joined across its files, as trees: a batch at a time, in bounded memory.
//
// A batch's root has a child for each row of a table that has rows of its own, named by the table;
// its children are the columns with a value, each a text. What a code or id stands for is a child
// of its column, named by the table it was looked up in. The rows of other tables that belong to a
// row are its children, named by theirs. mappings/tpp/README.md has a worked example.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "record/extract_plan.h"
#include "record/extract_stage.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::record {

// Some rows. Its texts are views of the files' bytes or its own.
struct ExtractBatch {
  explicit ExtractBatch(const Names& names) : tree(names) {}

  Tree tree;
  Issues issues;                               // rows that were no rows, or belong to nothing
  std::vector<std::pair<NodeId, RowAt>> rows;  // each row's node, in order
};

// One of a batch's rows, with all below it. Its texts are views of the batch's.
ExtractBatch only(const ExtractBatch& batch, NodeId row);

// Reads the files twice: whole when it is made, then batch by batch. The plan, the names and the
// files' bytes must outlive it. Memory: 24 bytes for each row of a table that others refer to, and
// one batch.
class Extract {
 public:
  // Kind::invalid with `where` the file: the extract is not complete, and none of it may be used.
  static Result<Extract> stage(const ExtractPlan& plan, const Names& names,
                               const std::vector<ExtractFile>& files);

  const Issues& issues() const;  // about the files as such
  // Which extract of its source this is, and of a delta which it follows (StagedExtract).
  const std::string& time() const;
  const std::string& since() const;
  const std::vector<std::string>& whole() const;
  // For the extracts after it: extract_kept.h.
  std::map<std::string, std::string> lookups() const;
  // The next rows; nothing after the last.
  std::optional<ExtractBatch> next();
  // "SRGoal.csv row 17 GoalCategory", rows counted as a spreadsheet does: the header is row 1.
  std::string place(const ExtractBatch& batch, NodeId node) const;
  // The same without the row.
  std::string column(const ExtractBatch& batch, NodeId node) const;

  Extract(Extract&&) noexcept;
  Extract& operator=(Extract&&) noexcept;
  ~Extract();

 private:
  class Reader;
  explicit Extract(std::unique_ptr<Reader> reader);
  std::unique_ptr<Reader> reader_;
};

}  // namespace fingerpost::record
