// What holds for a Bundle as a whole (R4 bundle.html).

#include "base/text.h"
#include "model/primitives.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <set>
#include <string>
#include <vector>

namespace fingerpost::profile {

void Walk::bundle(NodeId node) {
  const NodeId type = tree_.child(node, words_.type);
  const auto kind = type == no_node ? std::string_view() : tree_.text(type);
  full_urls(node, kind);
  if (kind == "document") document_links(node);
}

void Walk::full_urls(NodeId node, std::string_view kind) {
  const bool optional = kind == "transaction" || kind == "transaction-response" ||
                        kind == "batch" || kind == "batch-response";
  for (NodeId entry = tree_.child(node, words_.entry); entry != no_node;
       entry = tree_.next_same(entry)) {
    const NodeId resource = tree_.child(entry, words_.resource);
    if (resource == no_node) continue;
    if (tree_.child(entry, words_.full_url) != no_node) {
      full_url(entry, resource, kind);
    } else if (!optional && tree_[resource].type != parts_.operation_outcome) {
      error(entry, "invalid", "an entry needs a fullUrl, except in transactions and batches");
    }
  }
}

void Walk::full_url(NodeId entry, NodeId resource, std::string_view kind) {
  const auto url = tree_.text(tree_.child(entry, words_.full_url));
  const auto colon = url.find(':');
  if (colon == std::string_view::npos)
    return error(entry, "invalid", "a fullUrl must be absolute", "fullUrl");
  if (!url.starts_with("http://") && !url.starts_with("https://")) return;
  const NodeId id = tree_.child(resource, words_.id);
  const auto type = definitions_.type_name(tree_[resource].type);
  const auto slash = url.rfind('/');
  const auto before = url.substr(0, slash);
  const bool restful = before.size() > type.size() && before.ends_with(type) &&
                       before[before.size() - type.size() - 1] == '/';
  if (!restful) return;
  if (id == no_node) {
    if (kind != "transaction" && kind != "batch")
      error(entry, "invalid", "the fullUrl is a server's, and the resource has no id");
    return;
  }
  if (tree_.text(id) != url.substr(slash + 1))
    error(entry, "invalid", "the fullUrl is not that of the resource's id");
}

// A document's references lead to its own entries, and from its Composition to all of them
// (documents.html#content).
void Walk::document_links(NodeId node) {
  std::vector<NodeId> resources;
  for (NodeId entry = tree_.child(node, words_.entry); entry != no_node;
       entry = tree_.next_same(entry))
    if (const NodeId at = tree_.child(entry, words_.resource); at != no_node)
      resources.push_back(at);
  if (resources.empty()) return;
  std::unordered_map<NodeId, std::vector<NodeId>> links;  // both ways
  const auto look = [&](auto&& self, NodeId root, NodeId from) -> void {
    for (NodeId at = tree_.first_child(from); at != no_node; at = tree_.next(at)) {
      if (tree_[at].type == definitions_.common().reference) {
        const NodeId literal = tree_.child(at, words_.reference);
        const auto text = literal == no_node ? std::string_view() : tree_.text(literal);
        if (!text.empty() && text[0] != '#') {
          if (const NodeId to = entry_named(node, at, text); to != no_node) {
            links[root].push_back(to);
            links[to].push_back(root);
          } else if (root == resources[0] && tree_.parent(at) == root) {
            unresolved(at, text);
          }
        }
      }
      self(self, root, at);
    }
  };
  for (const NodeId at : resources) look(look, at, at);
  std::set<NodeId> reached{resources[0]};
  std::vector<NodeId> waiting{resources[0]};
  while (!waiting.empty()) {
    const NodeId at = waiting.back();
    waiting.pop_back();
    for (const NodeId to : links[at])
      if (reached.insert(to).second) waiting.push_back(to);
  }
  for (const NodeId at : resources)
    if (!reached.contains(at))
      error(tree_.parent(at), "business-rule", "no reference leads here from the Composition");
}

void Walk::unresolved(NodeId reference, std::string_view text) {
  const bool relative = text.find(':') == std::string_view::npos;
  report(reference, relative || text.starts_with("urn:") ? Severity::error : Severity::warning,
         "not-found", "names no entry of the document");
}

}  // namespace fingerpost::profile
