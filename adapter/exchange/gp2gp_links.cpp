#include "exchange/gp2gp_links.h"

#include "base/text.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view scheme = "node/";

class Links {
 public:
  Links(const model::Definitions& definitions, const Tree& bundle)
      : definitions_(definitions), bundle_(bundle), made_(definitions.names()) {}

  Tree run() {
    each_entry([this](NodeId entry, NodeId resource) { index(entry, resource); });
    each_entry([this](NodeId, NodeId resource) {
      if (is_written(resource)) visits_[visit_of(resource)].push_back(resource);
    });
    each_entry([this](NodeId, NodeId resource) {
      if (is(resource, "Encounter") && visits_.count(resource) != 0) visit(resource);
    });
    for (const auto statement : visits_[no_node]) add_statement(made_.root(), statement);
    name_agents();
    each_entry([this](NodeId, NodeId resource) { add_agent(resource); });
    return std::move(made_);
  }

 private:
  template <class Work>
  void each_entry(Work work) const {
    for (auto entry = child(bundle_.root(), "entry"); entry != no_node;
         entry = bundle_.next_same(entry))
      if (const auto resource = child(entry, "resource"); resource != no_node)
        work(entry, resource);
  }

  NodeId child(NodeId node, std::string_view name) const {
    return node == no_node ? no_node : bundle_.child(node, bundle_.names().find(name));
  }
  std::string_view text(NodeId node) const {
    return node == no_node ? std::string_view() : bundle_.text(node);
  }
  bool is(NodeId resource, std::string_view type) const {
    return resource != no_node && definitions_.type_name(bundle_[resource].type) == type;
  }

  // By fullUrl, and Type/id; the first of each.
  void index(NodeId entry, NodeId resource) {
    if (const auto url = text(child(entry, "fullUrl")); !url.empty())
      by_url_.emplace(url, resource);
    if (const auto id = text(child(resource, "id")); !id.empty())
      by_url_.emplace(
          std::string(definitions_.type_name(bundle_[resource].type)) + "/" + std::string(id),
          resource);
  }

  NodeId target(NodeId reference) const {
    const auto found = by_url_.find(std::string(text(child(reference, "reference"))));
    return found == by_url_.end() ? no_node : found->second;
  }

  NodeId visit_of(NodeId request) const {
    const auto found = target(child(request, "encounter"));
    return is(found, "Encounter") ? found : no_node;
  }

  // What becomes a statement.
  bool is_written(NodeId resource) const {
    return is(resource, "ServiceRequest") || is(resource, "Immunization");
  }

  bool is_patients(NodeId resource) const {
    const auto* whose = is(resource, "Immunization") ? "patient" : "subject";
    return is(target(child(resource, whose)), "Patient");
  }

  // Who did it, of all who are said to have.
  NodeId performer_of(NodeId performer) const {
    const auto actor = child(performer, "actor");
    return actor == no_node ? performer : actor;
  }

  // Whoever an Agent can be.
  NodeId agent_of(NodeId reference) const {
    const auto found = target(reference);
    const bool known =
        is(found, "PractitionerRole") || is(found, "Practitioner") || is(found, "Organization");
    return known ? found : no_node;
  }

  NodeId add(NodeId parent, std::string_view name) {
    const auto known = made_.names().find(name);
    return made_.add(parent, known != no_name ? known : made_.local_name(name), no_type);
  }
  void say(NodeId parent, std::string_view name, std::string_view text) {
    made_.set(add(parent, name), Shape::string, text);
  }
  void link(NodeId parent, std::string_view name, NodeId to) {
    if (to != no_node) say(parent, name, std::string(scheme) + std::to_string(to));
  }

  void visit(NodeId resource) {
    const auto made = add(made_.root(), "visit");
    link(made, "resource", resource);
    link(made, "author", target(child(child(resource, "participant"), "individual")));
    for (const auto statement : visits_[resource]) add_statement(made, statement);
  }

  void add_statement(NodeId parent, NodeId statement) {
    const auto made = add(parent, is(statement, "Immunization") ? "given" : "request");
    link(made, "resource", statement);
    const auto visit = visit_of(statement);
    if (is_patients(statement)) say(made, "mine", "true");
    if (child(visit, "subject") != no_node && !is_patients(visit)) say(made, "elsewhere", "true");
    const auto requester = child(statement, "requester");
    link(made, "requester", agent_of(requester));
    link(made, "performer", agent_of(performer_of(child(statement, "performer"))));
    if (is(target(requester), "Patient")) say(made, "asked", "patient");
  }

  void name_agents() {
    each_entry([this](NodeId, NodeId resource) {
      if (is_written(resource)) {
        named_.insert(target(child(resource, "requester")));
        for (auto at = child(resource, "performer"); at != no_node; at = bundle_.next_same(at))
          named_.insert(target(performer_of(at)));
      }
      if (!is(resource, "Encounter")) return;
      for (auto at = child(resource, "participant"); at != no_node; at = bundle_.next_same(at))
        named_.insert(target(child(at, "individual")));
    });
  }

  void add_agent(NodeId resource) {
    const bool role = is(resource, "PractitionerRole");
    if (!role && (named_.count(resource) == 0 ||
                  !(is(resource, "Practitioner") || is(resource, "Organization"))))
      return;
    const auto made = add(made_.root(), "agent");
    link(made, "resource", resource);
    if (!role) return;
    link(made, "person", target(child(resource, "practitioner")));
    link(made, "place", target(child(resource, "organization")));
  }

  const model::Definitions& definitions_;
  const Tree& bundle_;
  Tree made_;
  std::unordered_map<std::string, NodeId> by_url_;
  std::unordered_map<NodeId, std::vector<NodeId>> visits_;  // no_node: of none
  std::unordered_set<NodeId> named_;
};

}  // namespace

Tree gp2gp_links(const model::Definitions& definitions, const Tree& bundle) {
  return Links(definitions, bundle).run();
}

NodeRef linked_node(const Tree& bundle, std::string_view reference) {
  if (!reference.starts_with(scheme)) return {};
  const auto number = to_integer(reference.substr(scheme.size()));
  if (!number || *number < 1 || static_cast<std::size_t>(*number) > bundle.size()) return {};
  return {&bundle, static_cast<NodeId>(*number)};
}

}  // namespace fingerpost::exchange
