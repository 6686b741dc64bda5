#include "interaction/references.h"

#include "interaction/commit.h"
#include "interaction/interactions.h"
#include "model/json.h"

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
  Resolver(const Context& context, const Places& places, std::string_view full_url,
           const ResolveCondition& condition, Tree& tree)
      : definitions_(context.definitions),
        places_(places),
        root_(root_of(full_url)),
        condition_(condition),
        tree_(tree) {
    for (const char* name : {"uri", "url", "oid", "uuid", "canonical"})
      links_.push_back(definitions_.find(name));
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
        if (const auto* place = find(tree_.text(node))) tree_.set(node, Shape::string, *place);
      }
    }
    return {};
  }

 private:
  bool is_link(TypeId type) const {
    for (const auto link : links_)
      if (type == link) return true;
    return false;
  }

  const std::string* find(std::string_view text) const {
    const auto found = places_.find(std::string(text));
    return found == places_.end() ? nullptr : &found->second;
  }

  Error error(Kind kind, std::string text, NodeId node) const {
    return {kind, std::move(text), model::location(definitions_, tree_, node)};
  }

  Result<void> reference(NodeId node) {
    if (node == no_node) return {};
    const auto text = tree_.text(node);
    const auto* place = find(text);
    if (place == nullptr && !root_.empty())
      place = find(std::string(root_) + "/" + std::string(text));
    if (place != nullptr) {
      tree_.set(node, Shape::string, *place);
      return {};
    }
    if (text.starts_with("urn:uuid:"))
      return error(Kind::invalid, "refers to no entry of the Bundle", node);
    if (!is_conditional(text)) return {};
    auto found = condition_(text);
    if (!found) return error(found.error().kind, found.error().text, node);
    tree_.set(node, Shape::string, *found);
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
        text.replace(begin, end - begin, *place);
        changed = true;
      }
    }
    if (changed) tree_.set(node, Shape::string, text);
  }

  const model::Definitions& definitions_;
  const Places& places_;
  std::string_view root_;
  const ResolveCondition& condition_;
  Tree& tree_;
  std::vector<TypeId> links_;
};

}  // namespace

Result<void> resolve(const Context& context, const Places& places, std::string_view full_url,
                     const ResolveCondition& condition, Tree& resource) {
  return Resolver(context, places, full_url, condition, resource).all();
}

Result<void> make_local(const Context& context, Tree& resource) {
  const auto base = context.base_url + "/";
  const auto type = context.definitions.common().reference;
  const auto bundle = context.definitions.common().bundle;
  const auto size = static_cast<NodeId>(resource.size());
  for (NodeId node = 1; node <= size; ++node) {
    if (resource[node].type != type) continue;
    const auto reference = child(resource, node, "reference");
    const auto text = reference == no_node ? std::string_view() : resource.text(reference);
    if (is_conditional(text) && resource[resource.root()].type != bundle)
      return Error{Kind::invalid, "a conditional reference is for transactions alone",
                   model::location(context.definitions, resource, reference)};
    if (!text.starts_with(base)) continue;
    const auto local = text.substr(base.size());
    if (is_resource_type(context, local.substr(0, local.find('/'))))
      resource.set_view(reference, Shape::string, local);
  }
  return {};
}

}  // namespace fingerpost::interaction
