// A GP2GP record (HL7 v3 RCMR_IN030000UK06 or UK07, EhrExtract) as a tree.
//
// The root is the EhrExtract, wherever it stands in the document. An element is a node of its local
// name; its attributes are children of theirs, but for @value, which is the element's own value, as
// is its text. What the schema fixes for each element is left out: @moodCode, @determinerCode,
// @contextControlCode, @contextConductionInd, @inversionInd, @classCode but on CompoundStatement,
// and @typeCode but on a Participant or a responsibleParty. xsi:type is the child "type".
//
// Links are joined: what a LinkSet names has a child "namedBy", what it holds a child "linkedBy",
// what an ehrSupplyDiscontinue ends a child "endedBy", each with the id of that statement. The
// LinkSet has a child "names": what kind of statement it is. A confidentialityCode holds for all that
// is below it: each statement, supply and specimen there has a copy. mappings/gp2gp/README.md has a worked
// example.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/names.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::record {

struct Gp2gpRecord {
  Tree tree;
  std::string owner;  // ODS code of the practice that sent it; may be empty
  Issues issues;
  // Agents, compositions, statements and documents by the root of their first id, in small letters;
  // the first of each.
  std::unordered_map<std::string_view, NodeId> by_id;
};

// Kind::invalid: no well-formed XML, a DOCTYPE, a limit, or no EhrExtract in it.
Result<Gp2gpRecord> read_gp2gp(const Names& names, std::string bytes, const Limits& limits);

// What an id (in either case) names, or no node.
NodeRef resolve(const Gp2gpRecord& record, std::string_view id);

// Where nodes stand: "RequestStatement[2]/priorityCode". Statements are numbered through the record
// by their kind, in its order; a first one has no number. What is in no statement is named from its
// composition, its Agent, or the EhrExtract. The tree must outlive it.
class Gp2gpPlaces {
 public:
  explicit Gp2gpPlaces(const Tree& tree) : tree_(tree) {}
  std::string place(NodeRef node);

 private:
  void count();

  const Tree& tree_;
  std::vector<std::uint32_t> before_;  // of the same kind, by node; counted at the first question
};

}  // namespace fingerpost::record
