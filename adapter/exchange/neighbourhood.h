// Resources found by reference: those about to be committed first, then the store's.

#pragma once

#include "exchange/parts.h"
#include "fingerpost/tree.h"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// A local reference: "Task/1", or "urn:uuid:1" whose type only the target tells ("").
struct Place {
  std::string type;
  std::string id;
};
// A version is read as the resource it is of. Nothing of the kind, or a URL elsewhere: an empty id.
Place read_reference(std::string_view reference);

struct Resource {
  std::string type;
  std::string id;
  NodeRef node;
  std::string json;  // complete bytes
};

// For one piece of work on one thread. What find() returned lives as long as this does.
//
// A resource that the store could not read is found as absent, and then nothing that was decided
// may be done: whoever works with this ends by asking trouble().
class Neighbourhood {
 public:
  Neighbourhood(const Parts& parts, store::Reader& reader) : parts_(parts), reader_(reader) {}

  // A resource of the commit in hand. The node must outlive this.
  void add(Resource resource);
  // The same of one that only this holds.
  void keep(const std::string& type, const std::string& id, Tree tree, std::string json);
  // Null: not known here.
  const Resource* find(std::string_view reference);
  const Resource* find(std::string_view type, std::string_view id);
  const Parts& parts() const { return parts_; }
  // What was read of the store, absence too.
  const std::vector<store::ReadGuard>& reads() const { return reads_; }
  // The first failure of the store. Any other error of the work may only follow from it.
  const std::optional<Error>& trouble() const { return trouble_; }

 private:
  const Resource* load(const std::string& type, const std::string& id);

  const Parts& parts_;
  store::Reader& reader_;
  std::deque<Tree> trees_;
  std::map<std::pair<std::string, std::string>, Resource> known_;  // json empty and no node: absent
  std::vector<store::ReadGuard> reads_;
  std::optional<Error> trouble_;
};

// Whether a read's error says that there is no such resource now, and not that it could not be
// read.
inline bool is_absence(const Error& error) {
  return error.kind == Kind::not_found || error.kind == Kind::gone;
}

// The value of a child element; "" when there is none.
std::string_view child_text(NodeRef node, std::string_view name);
NodeRef child(NodeRef node, std::string_view name);
// Calls work(NodeRef) for each child of the name, in their order.
template <class Work>
void each(NodeRef node, std::string_view name, const Work& work) {
  for (auto at = child(node, name); at; at.node = at.tree->next_same(at.node)) work(at);
}
// Every Reference.reference below the node, in the tree's order, contained ones left out.
std::vector<std::string_view> references(const Parts& parts, NodeRef node);

// Whether resources of the type are entries of the directory: who is behind them is asked for.
bool is_entry(std::string_view type);
// Where a role, a service or a part stands for an organisation. The first that an entry has is
// followed and no other: an entry that stood for two would make whoever wrote it both of them.
inline constexpr std::array<std::string_view, 4> leads_on = {"organization", "healthcareService",
                                                             "providedBy", "partOf"};
// Those by whom a role or a service is there. That an organisation is a part of another one does
// not make it speak for its sisters.
inline constexpr std::array<std::string_view, 3> stands_for = {leads_on[0], leads_on[1],
                                                               leads_on[2]};

// The partner a reference leads to: by its own identifier, by the identifiers of what it names, and
// of the organisations and services behind that. Null: none the configuration knows.
const Partner* find_partner(const Parts& parts, Neighbourhood& near, NodeRef reference);

}  // namespace fingerpost::exchange
