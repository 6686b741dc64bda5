#include "record/bars_header.h"

#include "model/xml.h"

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::record {
namespace {

constexpr std::string_view uuid_scheme = "urn:uuid:";

class Envelope {
 public:
  Envelope(const model::Definitions& definitions, const Tree& tree)
      : definitions_(definitions), tree_(tree) {}

  Result<BarsHeader> read() const;

 private:
  NodeId at(NodeId node, std::initializer_list<std::string_view> way) const {
    for (const auto name : way)
      if (node != no_node) node = tree_.child(node, definitions_.names().find(name));
    return node;
  }
  std::string text(NodeId node, std::initializer_list<std::string_view> way) const {
    const auto found = at(node, way);
    return found == no_node ? std::string() : std::string(tree_.text(found));
  }
  NodeId resource_of(std::string_view reference) const;
  void add_sender(NodeId sender, BarsHeader& header) const;

  const model::Definitions& definitions_;
  const Tree& tree_;
};

// The resource of the entry that a reference means: by its fullUrl, or by the id at its end.
NodeId Envelope::resource_of(std::string_view reference) const {
  const auto last = [](std::string_view text) { return text.substr(text.find_last_of("/:") + 1); };
  const auto id = last(reference);
  if (id.empty()) return no_node;
  for (auto entry = at(tree_.root(), {"entry"}); entry != no_node; entry = tree_.next_same(entry))
    if (last(text(entry, {"fullUrl"})) == id || text(entry, {"resource", "id"}) == id)
      return at(entry, {"resource"});
  return no_node;
}

void Envelope::add_sender(NodeId sender, BarsHeader& header) const {
  if (sender == no_node) return;
  auto identifier = at(sender, {"identifier"});
  if (identifier == no_node)
    identifier = at(resource_of(text(sender, {"reference"})), {"identifier"});
  header.sender_system = canonical_system(text(identifier, {"system"}));
  header.sender = text(identifier, {"value"});
}

Result<BarsHeader> Envelope::read() const {
  if (tree_[tree_.root()].type != definitions_.common().bundle ||
      text(tree_.root(), {"type"}) != "message")
    return Error{Kind::invalid, "the body is no Bundle of type message", "Bundle.type"};
  std::vector<NodeId> entries;
  for (auto entry = at(tree_.root(), {"entry"}); entry != no_node; entry = tree_.next_same(entry))
    if (const auto found = at(entry, {"resource"});
        found != no_node && definitions_.type_name(tree_[found].type) == "MessageHeader")
      entries.push_back(entry);
  if (entries.size() != 1)
    return Error{Kind::invalid, "a message has one MessageHeader", "Bundle.entry"};
  const auto node = at(entries[0], {"resource"});
  BarsHeader header;
  header.id = text(node, {"id"});
  if (const auto url = text(entries[0], {"fullUrl"}); header.id.empty())
    header.id = url.starts_with(uuid_scheme) ? url.substr(uuid_scheme.size()) : url;
  header.event_system = text(node, {"event", "system"});
  header.event = text(node, {"event", "code"});
  header.reason = text(node, {"reason", "coding", "code"});
  header.time = text(tree_.root(), {"timestamp"});
  header.source = canonical_system(text(node, {"source", "endpoint"}));
  header.source_name = text(node, {"source", "name"});
  header.destination = canonical_system(text(node, {"destination", "endpoint"}));
  add_sender(at(node, {"sender"}), header);
  return header;
}

}  // namespace

std::string canonical_system(std::string system) {
  if (system.starts_with("http://fhir.nhs.uk/"))
    system = std::string("https").append(system, 4, std::string::npos);
  constexpr std::string_view lower = "https://fhir.nhs.uk/id/";
  if (system.starts_with(lower)) system[lower.size() - 3] = 'I';
  return system;
}

Result<BarsHeader> read_bars_header(const model::Definitions& definitions, std::string bytes,
                                    const Limits& limits) {
  LET(const auto read, model::read_resource(definitions, std::move(bytes), limits));
  return Envelope(definitions, read.tree).read();
}

}  // namespace fingerpost::record
