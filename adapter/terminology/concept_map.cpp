#include "terminology/concept_map.h"

#include "terminology/elements.h"

#include <array>

namespace fingerpost::terminology {
namespace {

std::string key_of(std::uint32_t system, std::string_view code) {
  std::string key = std::to_string(system);
  key += '|';
  key += code;
  return key;
}

struct Named {
  std::string_view code;
  Equivalence equivalence;
};
// R4 valueset-concept-map-equivalence, then R5 valueset-concept-map-relationship.
constexpr std::array names = {
    Named{"equal", Equivalence::equal},
    Named{"equivalent", Equivalence::equivalent},
    Named{"wider", Equivalence::wider},
    Named{"subsumes", Equivalence::subsumes},
    Named{"narrower", Equivalence::narrower},
    Named{"specializes", Equivalence::specializes},
    Named{"inexact", Equivalence::inexact},
    Named{"relatedto", Equivalence::relatedto},
    Named{"unmatched", Equivalence::unmatched},
    Named{"disjoint", Equivalence::disjoint},
    Named{"related-to", Equivalence::relatedto},
    Named{"source-is-narrower-than-target", Equivalence::wider},
    Named{"source-is-broader-than-target", Equivalence::narrower},
    Named{"not-related-to", Equivalence::disjoint},
};

struct Reader : Elements {
  void group(NodeId node, ConceptMap& map) const {
    Pair pair;
    pair.source_system = text(node, "source");
    pair.target_system = text(node, "target");
    map.add_system(pair.source_system);
    each(node, "element", [&](NodeId element) {
      pair.source = text(element, "code");
      each(element, "target", [&](NodeId target) {
        pair.target = text(target, "code");
        pair.display = text(target, "display");
        auto how = text(target, "equivalence");
        if (how.empty()) how = text(target, "relationship");
        pair.equivalence = how.empty() ? Equivalence::equivalent : equivalence_named(how);
        map.add(pair);
      });
    });
    each(node, "unmapped", [&](NodeId unmapped) {
      const auto mode = text(unmapped, "mode");
      using U = ConceptMap::Unmapped;
      map.set_unmapped(
          pair.source_system, pair.target_system,
          mode == "fixed"
              ? U::fixed
              : (mode == "provided" || mode == "use-source-code" ? U::provided : U::none),
          text(unmapped, "code"), text(unmapped, "display"));
    });
  }
};

}  // namespace

Equivalence equivalence_named(std::string_view code) {
  for (const auto& name : names)
    if (name.code == code) return name.equivalence;
  return Equivalence::relatedto;
}

std::uint32_t ConceptMap::system_index(std::string_view system) {
  for (std::size_t i = 0; i < systems_.size(); ++i)
    if (systems_[i] == system) return static_cast<std::uint32_t>(i);
  systems_.emplace_back(system);
  return static_cast<std::uint32_t>(systems_.size() - 1);
}

void ConceptMap::add(const Pair& pair) {
  Target target;
  const std::uint32_t from = system_index(pair.source_system);
  target.system = system_index(pair.target_system);
  if (target_system_.empty()) target_system_ = pair.target_system;
  target.code = pair.target;
  target.display = pair.display;
  target.equivalence = pair.equivalence;
  targets_[key_of(from, pair.source)].push_back(std::move(target));
}

void ConceptMap::set_unmapped(std::string_view source_system, std::string_view target_system,
                              Unmapped mode, std::string_view code, std::string_view display) {
  Default made;
  made.source_system = system_index(source_system);
  made.target_system = system_index(target_system);
  made.mode = mode;
  made.code = code;
  made.display = display;
  defaults_.push_back(std::move(made));
}

const std::vector<ConceptMap::Target>* ConceptMap::find(std::uint32_t system,
                                                        std::string_view code) const {
  const auto found = targets_.find(key_of(system, code));
  return found == targets_.end() ? nullptr : &found->second;
}

std::vector<Match> ConceptMap::matches(const std::vector<Target>& targets) const {
  std::vector<Match> made;
  for (const auto& target : targets)
    if (target.equivalence < Equivalence::unmatched && !target.code.empty())
      made.push_back({systems_[target.system], target.code, target.display, target.equivalence});
  return made;
}

std::vector<Match> ConceptMap::translate(std::string_view system, std::string_view code) const {
  for (std::size_t i = 0; i < systems_.size(); ++i) {
    // A group that names no source system takes codes of any.
    if (!system.empty() && !systems_[i].empty() && systems_[i] != system) continue;
    if (const auto* found = find(static_cast<std::uint32_t>(i), code)) return matches(*found);
  }
  return unmapped(system, code);
}

std::vector<Match> ConceptMap::unmapped(std::string_view system, std::string_view code) const {
  for (const auto& rule : defaults_) {
    const auto& from = systems_[rule.source_system];
    if (!system.empty() && !from.empty() && from != system) continue;
    if (rule.mode == Unmapped::provided)
      return {{system.empty() ? std::string_view(from) : system, code, {}, Equivalence::relatedto}};
    if (rule.mode == Unmapped::fixed)
      return {{systems_[rule.target_system], rule.code, rule.display, Equivalence::inexact}};
  }
  return {};
}

Result<ConceptMap> read_concept_map(const model::Definitions& definitions, const Tree& tree) {
  const NodeId root = tree.root();
  if (definitions.type_name(tree[root].type) != "ConceptMap")
    return Error{Kind::invalid, "this is no ConceptMap", ""};
  const Reader reader{{tree}};
  const auto url = reader.text(root, "url");
  if (url.empty()) return Error{Kind::invalid, "a ConceptMap needs a url", "ConceptMap.url"};
  ConceptMap map{std::string(url)};
  reader.each(root, "group", [&](NodeId group) { reader.group(group, map); });
  reader.each(root, "relatedArtifact", [&](NodeId related) {
    if (reader.text(related, "type") == "predecessor")
      map.add_former_url(reader.text(related, "resource"));
  });
  return map;
}

}  // namespace fingerpost::terminology
