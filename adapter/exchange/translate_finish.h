// What every translated Bundle gets after its map: what no map can know while it runs, because it
// is about the result as a whole.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::exchange {

// A resource of the source that does not come along, as far as a reference can still name it.
struct Unmapped {
  std::string type;    // "Observation"; empty: not known
  std::string system;  // of its first identifier
  std::string value;
};

// Asked for a reference (a node of the result) that leads nowhere.
using FindUnmapped = std::function<Unmapped(NodeId reference)>;

// Takes a node out of its parent; `before` is the sibling before it, no_node for the first.
// Tree::remove looks for that sibling, which takes long where there are many.
void remove_after(Tree& tree, NodeId before, NodeId node);

class Finish {
 public:
  Finish(const model::Definitions& definitions, Tree& bundle, Severity nhs_number_check,
         FindUnmapped find_unmapped);

  // In this order: one entry for each resource; no empty texts (R4 forbids them), nor elements left
  // with nothing; each reference leads to an entry, or is a logical one (type and identifier) that
  // says what it meant; NHS numbers are plain digits and checked.
  void run();

  bool open = false;  // references may lead out of the Bundle, to another of the same source
  Issues issues;
  std::map<std::string, std::size_t> unlinked;  // type of what a reference meant -> how many

 private:
  void one_entry_each();
  bool is_first(NodeId entry);
  bool tidy(NodeId node);  // false: nothing is left of it
  void tidy_reference(NodeId reference);
  void tidy_identifier(NodeId identifier);
  void report(Severity severity, const char* code, NodeId at, const char* text);
  std::string_view text_of(NodeId node, NameId child) const;

  const model::Definitions& definitions_;
  Tree& tree_;
  Severity nhs_number_check_;
  FindUnmapped find_unmapped_;
  NameId entry_, full_url_, resource_, reference_, type_, identifier_, system_, value_;
  std::unordered_map<std::string_view, NodeId> entries_;  // by fullUrl
};

}  // namespace fingerpost::exchange
