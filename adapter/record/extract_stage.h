// The files of an extract, looked through whole before any of it is used: each is of a table of the
// plan, complete, of the same extract, and there once; or the extract is refused.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "record/extract_index.h"
#include "record/extract_plan.h"
#include "wire/csv.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::record {

// A file of an extract's folder. The bytes are a view: of a mapped file, say.
struct ExtractFile {
  std::string name;  // within the folder
  std::string_view bytes;
  bool kept = false;  // of earlier extracts: extract_kept.h; the name is the table's
};

struct StagedFile {
  const ExtractTable* table = nullptr;
  std::string name;  // without folders: what places say
  std::string_view bytes;
  std::vector<NameId> columns;  // by position; no_name: not one of the table's
  RowAt first;                  // after the header
  std::string ids, time;        // of the name, where the format has them there
  bool kept = false;
};

// A table and columns of it.
using KeyOf = std::pair<std::string, Columns>;

struct StagedExtract {
  std::vector<StagedFile> files;  // in the order of the plan's tables, then of their names
  std::map<KeyOf, RowIndex> indexes;
  std::map<std::string, bool, std::less<>> allowed;  // by the value of ExtractPlan::withheld_by
  std::vector<const ExtractTable*> in_files;         // tables in more files than one
  std::string time;   // which extract of its source this is: a later one has a greater text
  std::string since;  // of a delta: the time of the one that it follows; "": whole, or not said
  std::vector<std::string> whole;  // tables that are told to be no delta
  bool agreements = false;  // that table is part of the extract
  Issues issues;  // columns of the headers that are new or missing, files that are not read
};

// Kind::invalid with `where` the file: nothing of the extract may be used.
Result<StagedExtract> stage_extract(const ExtractPlan& plan, const Names& names,
                                    const std::vector<ExtractFile>& files);

// The table's index by its own key, which has every row; null: its rows cannot replace each other,
// for all come in one file.
const RowIndex* replacements_of(const StagedExtract& staged, const ExtractTable& table);

// Numbers in text as they count: 099 is before 100. Of digits alone.
std::string_view without_zeros(std::string_view text);
bool is_smaller(std::string_view a, std::string_view b);  // both without zeros

// The value of a column as the tree and the keys have it: a GUID comes without braces.
std::string_view plain_value(std::string_view text);

// Positions of columns in a file; one that is not there: columns.size().
std::vector<std::size_t> positions_of(const StagedFile& file, const Columns& columns,
                                      const Names& names);

constexpr std::size_t key_bytes = 96;  // as long as most keys are: two GUIDs

// The key of a row, "" when a part of it is none.
std::string key_of(const std::vector<wire::CsvField>& fields,
                   const std::vector<std::size_t>& positions, const ExtractPlan& plan);

// Puts a further part to a key; false: the part is empty or stands for none, so there is no key.
bool add_to_key(std::string& key, std::string_view part, const ExtractPlan& plan);

}  // namespace fingerpost::record
