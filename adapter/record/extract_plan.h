// What the files of an extract are and how their rows belong together, as mappings/<format>/
// tables.txt says it.
//
//   charset windows-1252              of every file; UTF-8 when not said
//   name schema_table                 what the parts of a file's name are; "table" when not said
//   none -1 0                         values of a key that say there is none
//   newest ProcessingId               of two rows of a key that with the higher number counts
//   manifest SRManifest FileName DateExtractTo    the table that lists the files, and its columns;
//                         IsDelta DateExtractFrom     "Y": only what changed since that time
//   retract RemovedData=1 SRGoal=Goal …    a row that a whole table no longer has was removed, as
//                         if it had come with that value; the type of what each table's rows became
//   withhold OrganisationGuid unless Agreements_SharingOrganisation IsActivated=true Disabled=false
//   table SRGoal key RowIdentifier    each row becomes a node of the tree; its columns:
//   columns RowIdentifier GoalCategory …
//   maybe RemovedData                     further columns, which a header may lack
//   look GoalCategory GoalType in SRMapping SRList    the row of that key goes under the field
//   rows SRStatus by IDReferral=RowIdentifier         the rows of SRStatus go under the row
//   rows Person by Id=Person give Secret              of those rows only these columns
//   part SRStatus key RowIdentifier   a table whose rows stand only under others
//   lookup SRMapping key RowIdentifier    a table that is only looked up;
//   give Mapping                          and what of a row then comes along
//   group Status SRStatus by IDReferral   one node for all rows of an equal key, each a child "row"
//
// Words are parted by blanks; '+' joins columns of one key; '#' starts a comment.

#pragma once

#include "fingerpost/names.h"
#include "fingerpost/result.h"
#include "wire/hl7v2_text.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::record {

using Columns = std::vector<std::string>;

struct ExtractTable {
  enum class Role { rows, part, lookup };
  struct Look {
    std::string column;
    std::vector<std::string> tables;
  };
  struct Rows {
    std::string table;
    Columns theirs, ours;
    Columns give;  // empty: all columns, and what belongs to them
  };

  std::string name;
  Role role = Role::rows;
  Columns key;
  Columns columns;  // all of them
  Columns maybe;
  Columns give;
  std::vector<Look> looks;
  std::vector<Rows> rows;
};

struct ExtractGroup {
  std::string name;
  std::string table;
  Columns by;
};

struct ExtractPlan {
  wire::Charset charset = wire::Charset::utf8;
  std::vector<std::string> name_parts{"table"};
  std::vector<std::string> none;  // values of a key that are no key
  std::string newest;             // a column; "": of two rows of a key the later counts
  std::string manifest;           // a table; "": the format has none
  std::string manifest_file, manifest_time;
  std::string manifest_delta, manifest_since;  // "": not told
  std::string withheld_by;  // the column whose value must be allowed; "": nothing is withheld
  std::string agreements;   // the table that allows: its key is that value
  std::vector<std::pair<std::string, std::string>> allowed_when;
  std::pair<std::string, std::string> removed;  // column and value; "": nothing is retracted
  std::vector<std::pair<std::string, std::string>> retracted;  // table and type
  std::vector<ExtractTable> tables;
  std::vector<ExtractGroup> groups;

  const ExtractTable* find(std::string_view table) const;
};

// Interns the names of tables, columns and groups. Kind::invalid with `where` "line N".
Result<ExtractPlan> read_extract_plan(std::string_view text, Names& names);

}  // namespace fingerpost::record
