#include "interaction/references.h"

#include "interaction/commit.h"
#include "interaction/interactions.h"
#include "model/json.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

// "http://host/fhir" of "http://host/fhir/Patient/1"; empty for a urn.
std::string_view root_of(std::string_view full_url) {
  if (!full_url.starts_with("http")) return {};
  for (int segments = 0; segments < 2; ++segments) {
    const auto slash = full_url.rfind('/');
    if (slash == std::string_view::npos) return {};
    full_url = full_url.substr(0, slash);
  }
  return full_url;
}

// "Practitioner?identifier=…"
bool is_conditional(std::string_view reference) {
  const auto mark = reference.find('?');
  return mark != std::string_view::npos && reference.find(':') >= mark;
}

class Resolver {
 public:
  Resolver(const Context& context, const Links& links, Tree& tree)
      : definitions_(context.definitions),
        links_(links),
        root_(root_of(links.full_url)),
        tree_(tree) {
    for (const char* name : {"uri", "url", "oid", "uuid"})
      link_types_.push_back(definitions_.find(name));
  }

  Result<void> all() {
    const auto& common = definitions_.common();
    const auto size = static_cast<NodeId>(tree_.size());
    for (NodeId node = 1; node <= size; ++node) {
      const auto type = tree_[node].type;
      if (type == common.reference) {
        if (auto done = reference(child(tree_, node, "reference")); !done) return done;
      } else if (type == common.xhtml) {
        narrative(node);
      } else if (tree_.has_value(node) && is_link(type)) {
        if (const auto* place = find(tree_.text(node))) tree_.set(node, Shape::string, place->name);
      }
    }
    return {};
  }

 private:
  bool is_link(TypeId type) const {
    return std::find(link_types_.begin(), link_types_.end(), type) != link_types_.end();
  }

  const Linked* find(std::string_view text) const {
    const auto found = links_.places.find(std::string(text));
    return found == links_.places.end() ? nullptr : &found->second;
  }

  const Linked* find_reference(std::string_view text) const {
    const auto* place = find(text);
    if (place != nullptr || root_.empty()) return place;
    return find(std::string(root_) + "/" + std::string(text));
  }

  Error error(Kind kind, std::string text, NodeId node) const {
    return {kind, std::move(text), model::location(definitions_, tree_, node)};
  }

  Result<void> reference(NodeId node) {
    if (node == no_node) return {};
    const auto text = tree_.text(node);
    if (const auto* place = find_reference(text)) {
      tree_.set(node, Shape::string, place->name);
      return {};
    }
    if (const auto mark = text.find("/_history/"); mark != std::string_view::npos)
      return versioned(node, text.substr(0, mark), text.substr(mark + 10));
    if (text.starts_with("urn:uuid:"))
      return error(Kind::invalid, "refers to no entry of the Bundle", node);
    if (!is_conditional(text)) return {};
    auto found = links_.condition(text);
    if (!found) return error(found.error().kind, found.error().text, node);
    tree_.set(node, Shape::string, *found);
    return {};
  }

  Result<void> versioned(NodeId node, std::string_view text, std::string_view version) {
    const auto* place = find_reference(text);
    if (place == nullptr) return {};
    const auto& sent = place->sent_version;
    if (sent.empty() ? place->name == text : sent != version) return {};
    auto found = links_.version(place->name);
    if (!found) return error(found.error().kind, found.error().text, node);
    tree_.set(node, Shape::string, place->name + "/_history/" + std::to_string(*found));
    return {};
  }

  // href="…" and src="…" of the narrative.
  void narrative(NodeId node) {
    std::string text(tree_.text(node));
    bool changed = false;
    for (const std::string_view mark : {"href=\"", "src=\""}) {
      for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        const auto begin = at + mark.size();
        const auto end = text.find('"', begin);
        if (end == std::string::npos) break;
        const auto* place = find(std::string_view(text).substr(begin, end - begin));
        if (place == nullptr) continue;
        text.replace(begin, end - begin, place->name);
        changed = true;
      }
    }
    if (changed) tree_.set(node, Shape::string, text);
  }

  const model::Definitions& definitions_;
  const Links& links_;
  std::string_view root_;
  Tree& tree_;
  std::vector<TypeId> link_types_;
};

}  // namespace

Result<void> resolve(const Context& context, const Links& links, Tree& resource) {
  return Resolver(context, links, resource).all();
}

Result<void> make_local(const Context& context, Tree& resource) {
  const auto base = context.base_url + "/";
  const auto type = context.definitions.common().reference;
  const auto bundle = context.definitions.common().bundle;
  const auto size = static_cast<NodeId>(resource.size());
  Result<void> done;
  for (NodeId node = 1; node <= size; ++node) {
    if (resource[node].type != type) continue;
    const auto reference = child(resource, node, "reference");
    const auto text = reference == no_node ? std::string_view() : resource.text(reference);
    if (done && is_conditional(text) && resource[resource.root()].type != bundle)
      done = Error{Kind::invalid, "a conditional reference is for transactions alone",
                   model::location(context.definitions, resource, reference)};
    if (!text.starts_with(base)) continue;
    const auto local = text.substr(base.size());
    if (is_resource_type(context, local.substr(0, local.find('/'))))
      resource.set_view(reference, Shape::string, local);
  }
  return done;
}

}  // namespace fingerpost::interaction
