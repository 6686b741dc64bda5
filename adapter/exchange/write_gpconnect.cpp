#include "exchange/write_gpconnect.h"

#include "exchange/translate_hl7v2.h"
#include "exchange/translate_steps.h"
#include "model/xml.h"

#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view gpconnect_send =
    "https://fingerpost.example/StructureMap/gpconnect-send";

// The resources of a Bundle, by fullUrl and by Type/id; the first of each.
std::unordered_map<std::string, NodeId> entries_of(const model::Definitions& definitions,
                                                   const Tree& tree) {
  const auto& names = definitions.names();
  const auto text = [&](NodeId node, std::string_view name) {
    const auto child = tree.child(node, names.find(name));
    return child == no_node ? std::string() : std::string(tree.text(child));
  };
  std::unordered_map<std::string, NodeId> found;
  for (auto entry = tree.child(tree.root(), names.find("entry")); entry != no_node;
       entry = tree.next_same(entry)) {
    const auto resource = tree.child(entry, names.find("resource"));
    if (resource == no_node) continue;
    found.emplace(text(entry, "fullUrl"), resource);
    found.emplace(
        std::string(definitions.type_name(tree[resource].type)) + "/" + text(resource, "id"),
        resource);
  }
  found.erase("");
  return found;
}

}  // namespace

Result<Translation> write_gpconnect(const model::Definitions& definitions,
                                    const mapping::Maps& maps, std::string bytes,
                                    const TranslateOptions& options) {
  LET(auto read, model::read_resource(definitions, std::move(bytes), options.limits));
  if (read.tree[read.tree.root()].type != definitions.common().bundle)
    return Error{Kind::invalid, "what becomes a GP Connect record is a Bundle", ""};
  drop_bad_values(definitions, read.tree, read.issues);
  const auto source = std::make_shared<const Tree>(std::move(read.tree));
  Translation made{Tree(definitions.names()), std::move(read.issues), {}, {}};
  made.bundle.keep(source);
  const auto entries = entries_of(definitions, *source);
  MapRun how(options.key_prefix, options);
  how.options.resolve = [&](std::string_view reference) -> NodeRef {
    const auto found = entries.find(std::string(reference));
    if (found == entries.end()) return {};
    return {source.get(), found->second};
  };
  const NodeRef root{source.get(), source->root()};
  LET(const auto run,
      mapping::transform(maps, gpconnect_send, {&root, 1}, made.bundle, how.options));
  add_report(maps, run, {}, options.trace, made);
  return made;
}

}  // namespace fingerpost::exchange
