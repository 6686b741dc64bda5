// What codes and ids stand for, from one extract to the next: a delta brings only the rows of its
// code tables that are new.

#pragma once

#include "record/extract_stage.h"

#include <map>
#include <string>

namespace fingerpost::record {

// The rows of each table that is only looked up, of all its files, one for each key: that which
// came last. As a CSV file in the format's charset, its header the table's columns; by the table's
// name. Tables that say who shares, or list the files, are of their own extract alone.
std::map<std::string, std::string> lookups_to_keep(const ExtractPlan& plan, const Names& names,
                                                   const StagedExtract& staged);

}  // namespace fingerpost::record
