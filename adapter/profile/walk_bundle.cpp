// What holds for a Bundle as a whole (R4 bundle.html).

#include "base/text.h"
#include "model/primitives.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <iterator>
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
    if (kind == "transaction" || kind == "batch") requested(entry, resource);
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

// What a create or an update asks for is what its entry holds (R4 http.html#create, #update).
void Walk::requested(NodeId entry, NodeId resource) {
  const NodeId request = tree_.child(entry, words_.request);
  if (request == no_node) return;
  const auto text = [&](NameId name) {
    const NodeId at = tree_.child(request, name);
    return at == no_node ? std::string_view() : tree_.text(at);
  };
  const bool update = text(words_.method) == "PUT";
  if (!update && text(words_.method) != "POST") return;
  auto place = text(words_.url);
  place = place.substr(0, place.find('?'));
  if (place.starts_with('/')) place.remove_prefix(1);
  const auto slash = std::min(place.find('/'), place.size());
  const auto named = place.substr(0, slash);
  const TypeId asked = definitions_.find(named);
  if (!update && slash < place.size()) return;  // an operation's
  if (definitions_.type(asked).kind != model::TypeKind::resource) return;
  if (asked != tree_[resource].type)
    return error(request, "invalid", "asks for another type than the resource is of", "url");
  if (!update || slash == place.size()) return;
  const NodeId id = tree_.child(resource, words_.id);
  if (id == no_node || tree_.text(id) != place.substr(slash + 1))
    error(request, "invalid", "asks for another id than the resource has", "url");
}

// From a document's Composition references lead to all of its entries (documents.html#content).
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

namespace {

// What a Bundle must hold (R4 documents.html#content, messageheader-definitions.html
// #MessageHeader.focus): what these resources, its first, refer to by an element; "" by any of
// their own, but that which speaks of other documents.
struct Held {
  std::string_view bundle, resource, element;
};
constexpr Held held[] = {{"document", "Composition", ""}, {"message", "MessageHeader", "focus"}};

}  // namespace

bool Walk::must_have_entry(NodeId reference, NodeId bundle) {
  const auto& entries = entries_of(bundle);
  const NodeId root = entries.first;
  if (root == no_node) return false;
  const auto* const row = std::find_if(std::begin(held), std::end(held), [&](const Held& one) {
    return one.bundle == entries.kind && one.resource == definitions_.type_name(tree_[root].type);
  });
  if (row == std::end(held)) return false;
  if (!row->element.empty())
    return tree_.parent(reference) == root && tree_.name_text(reference) == row->element;
  for (NodeId at = reference; at != root; at = tree_.parent(at)) {
    const NameId name = tree_[at].name;
    if (at == bundle || name == words_.contained || name == words_.extension ||
        tree_.name_text(at) == "relatesTo")
      return false;
  }
  return true;
}

// A reference within a Bundle names no entry of it: where there must be one, or by a URN, which
// nothing else can know.
void Walk::no_entry(NodeId reference, NodeId bundle) {
  const auto text = tree_.text(tree_.child(reference, words_.reference));
  const bool urn = text.starts_with("urn:");
  const bool must = must_have_entry(reference, bundle);
  if (!urn && !must) return;
  const bool relative = text.find(':') == std::string_view::npos;
  report(reference, must && (relative || urn) ? Severity::error : Severity::warning, "not-found",
         "names no entry of the Bundle");
}

}  // namespace fingerpost::profile
