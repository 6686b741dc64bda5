#include "terminology/concept_map.h"

#include "base/text.h"
#include "terminology/elements.h"
#include "terminology/resolve.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

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
        pair.depends = asides(target, "dependsOn");
        pair.products = asides(target, "product");
        map.add(pair);
      });
    });
    each(node, "unmapped", [&](NodeId unmapped) {
      const auto mode = unmapped_named(text(unmapped, "mode"));
      auto code = text(unmapped, "code");
      if (mode == ConceptMap::Unmapped::other_map) {
        code = text(unmapped, "url");
        if (code.empty()) code = text(unmapped, "otherMap");
      }
      map.set_unmapped(pair.source_system, pair.target_system, mode, code,
                       text(unmapped, "display"));
    });
  }

  std::vector<Product> asides(NodeId target, std::string_view name) const {
    std::vector<Product> made;
    each(target, name, [&](NodeId at) {
      const NodeId value = child(at, "value");  // R5: of any type
      std::string_view code = value == no_node ? std::string_view() : tree.text(value);
      std::string_view system = text(at, "system");
      if (value != no_node && code.empty()) {
        code = text(value, "code");
        system = text(value, "system");
      }
      auto property = text(at, "property");
      if (property.empty()) property = text(at, "attribute");
      made.push_back({std::string(property), std::string(system), std::string(code),
                      std::string(text(at, "display"))});
    });
    return made;
  }

  static ConceptMap::Unmapped unmapped_named(std::string_view mode) {
    using U = ConceptMap::Unmapped;
    if (mode == "fixed") return U::fixed;
    if (mode == "provided" || mode == "use-source-code") return U::provided;
    return mode == "other-map" ? U::other_map : U::none;
  }
};

}  // namespace

Equivalence equivalence_named(std::string_view code) {
  for (const auto& name : names)
    if (name.code == code) return name.equivalence;
  return Equivalence::relatedto;
}

std::uint32_t ConceptMap::system_index(std::string_view system) {
  const auto next = static_cast<std::uint32_t>(systems_.size());
  const auto [at, fresh] = system_places_.try_emplace(std::string(system), next);
  if (fresh) systems_.emplace_back(system);
  return at->second;
}

void ConceptMap::add(const Pair& pair) {
  Target target;
  const std::uint32_t from = system_index(pair.source_system);
  target.system = system_index(pair.target_system);
  if (target_system_.empty()) target_system_ = pair.target_system;
  target.code = pair.target;
  target.display = pair.display;
  target.equivalence = pair.equivalence;
  target.depends = pair.depends;
  target.products = pair.products;
  ++size_;
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

// A group that names no source system takes codes of any; a code of no system is any group's.
const std::vector<ConceptMap::Target>* ConceptMap::find(std::string_view system,
                                                        std::string_view code) const {
  if (system.empty()) {
    for (std::size_t i = 0; i < systems_.size(); ++i)
      if (const auto* found = find(static_cast<std::uint32_t>(i), code)) return found;
    return nullptr;
  }
  const auto own = system_places_.find(std::string(system));
  const auto any = system_places_.find(std::string());
  auto first = own == system_places_.end() ? systems_.size() : own->second;
  auto second = any == system_places_.end() ? systems_.size() : any->second;
  if (second < first) std::swap(first, second);
  for (const auto place : {first, second})
    if (place < systems_.size())
      if (const auto* found = find(static_cast<std::uint32_t>(place), code)) return found;
  return nullptr;
}

namespace {

bool all_known(const std::vector<Product>& depends, std::span<const Dependency> known) {
  return std::all_of(depends.begin(), depends.end(), [&](const Product& needed) {
    return std::any_of(known.begin(), known.end(), [&](const Dependency& one) {
      return one.property == needed.property && one.value == needed.value &&
             (needed.system.empty() || one.system == needed.system);
    });
  });
}

// What the target's code is to the source's, when it is said of the source's to the target's.
Equivalence from_the_other_side(Equivalence equivalence) {
  switch (equivalence) {
    case Equivalence::wider:
      return Equivalence::narrower;
    case Equivalence::narrower:
      return Equivalence::wider;
    case Equivalence::subsumes:
      return Equivalence::specializes;
    case Equivalence::specializes:
      return Equivalence::subsumes;
    default:
      return equivalence;
  }
}

}  // namespace

std::vector<Match> ConceptMap::all_of(std::string_view system, std::string_view code,
                                      std::span<const Dependency> known) const {
  const auto* const targets = find(system, code);
  if (targets == nullptr) return unmapped(system, code);
  std::vector<Match> made;
  for (const auto& target : *targets)
    if (all_known(target.depends, known))
      made.push_back({systems_[target.system], target.code, target.display, target.equivalence,
                      target.products});
  return made;
}

std::vector<Match> ConceptMap::translate(std::string_view system, std::string_view code,
                                         std::span<const Dependency> known) const {
  auto made = all_of(system, code, known);
  std::erase_if(made, [](const Match& match) { return !match.usable(); });
  return made;
}

std::vector<Match> ConceptMap::reversed(std::string_view system, std::string_view code) const {
  std::vector<Match> made;
  for (const auto& [key, targets] : targets_)
    for (const auto& target : targets) {
      const auto& of = systems_[target.system];
      if (target.code != code || (!system.empty() && !of.empty() && of != system)) continue;
      const auto bar = key.find('|');
      const auto place = to_integer(std::string_view(key).substr(0, bar));
      made.push_back({systems_[static_cast<std::size_t>(*place)],
                      std::string_view(key).substr(bar + 1), "",
                      from_the_other_side(target.equivalence)});
    }
  // The table has no order of its own.
  std::sort(made.begin(), made.end(), [](const Match& a, const Match& b) {
    return std::tie(a.equivalence, a.system, a.code) < std::tie(b.equivalence, b.system, b.code);
  });
  return made;
}

std::string_view ConceptMap::other_map(std::string_view system) const {
  for (const auto& rule : defaults_) {
    const auto& from = systems_[rule.source_system];
    if (rule.mode == Unmapped::other_map && (system.empty() || from.empty() || from == system))
      return rule.code;
  }
  return {};
}

std::vector<std::string_view> ConceptMap::other_maps() const {
  std::vector<std::string_view> made;
  for (const auto& rule : defaults_)
    if (rule.mode == Unmapped::other_map) made.emplace_back(rule.code);
  return made;
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
  const auto scope = [&](std::string_view side, std::string_view r5) {
    const auto named = reader.text(root, side);
    return canonical(named.empty() ? reader.text(root, r5) : named).url;
  };
  map.set_scopes(scope("source", "sourceScope"), scope("target", "targetScope"));
  reader.each(root, "relatedArtifact", [&](NodeId related) {
    if (reader.text(related, "type") == "predecessor")
      map.add_former_url(reader.text(related, "resource"));
  });
  return map;
}

}  // namespace fingerpost::terminology
