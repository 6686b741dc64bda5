// translate(): a code by a ConceptMap, and what becomes of one that the map does not know.

#include "mapping/run.h"

namespace fingerpost::mapping {

// The codes in a value: a CodeableConcept's codings, a Coding, or a plain code of no system.
void Run::codes_of(const Value& value, std::vector<Coded>& codes) {
  if (value.none()) return;
  if (!value.is_node() || value.node().tree->has_value(value.node().node)) {
    if (const auto code = text_of(value); !code.empty()) codes.push_back({"", code, ""});
    return;
  }
  const Tree* const tree = value.node().tree;
  const NodeId node = value.node().node;
  const auto& words = program_.words;
  if (tree->child(node, words.coding) != no_node) {
    for (NodeId at = tree->child(node, words.coding); at != no_node; at = tree->next_same(at))
      codes_of(Value(NodeRef{tree, at}), codes);
    return;
  }
  const auto part = [&](NameId name) {
    const NodeId found = tree->child(node, name);
    return found == no_node ? std::string_view() : text_of(Value(NodeRef{tree, found}));
  };
  Coded coded;
  coded.code = part(words.code);
  coded.system = part(words.system);
  coded.display = part(words.display);
  if (!coded.code.empty()) codes.push_back(coded);
  if (coded.code.empty())
    if (const auto text = part(words.text); !text.empty()) codes.push_back({"", "", text});
}

namespace {

// By the map, or by the one that it names for what it does not map.
std::vector<terminology::Match> matches_by(const Translation& translation,
                                           const terminology::ConceptMap* map,
                                           std::string_view system, std::string_view code) {
  for (std::size_t hops = 0; map != nullptr && hops <= translation.others.size(); ++hops) {
    auto found = map->all_of(system, code);
    if (!found.empty()) {
      std::erase_if(found, [](const auto& match) { return !match.usable(); });
      return found;
    }
    const auto other = translation.others.find(map->other_map(system));
    map = other == translation.others.end() ? nullptr : other->second;
  }
  return {};
}

}  // namespace

// The partner's own map first, then the general one.
std::vector<terminology::Match> Run::matches(const Target& target, const Coded& coded) const {
  const auto& translation = program_.translations[target.translation];
  if (!translation.by_partner.empty()) {
    const auto own = translation.by_partner.find(std::string(options_.partner));
    if (own != translation.by_partner.end())
      if (auto found = matches_by(translation, own->second, coded.system, coded.code);
          !found.empty())
        return found;
  }
  return matches_by(translation, translation.general, coded.system, coded.code);
}

bool Run::translated(const Target& target, Translated& out) {
  if (++translations_ > options_.translations)
    return fail(Kind::too_costly, "translate() is called more often than allowed");
  Value value;
  if (!argument(program_.arguments[target.arguments.first], value)) return false;
  codes_.clear();
  codes_of(value, codes_);
  if (codes_.empty()) return true;
  for (const auto& coded : codes_) {
    const auto found = matches(target, coded);
    if (found.empty()) continue;
    out.found = true;
    out.coded = {found[0].system, found[0].code, found[0].display};
    if (found.size() > 1)
      find(Severity::information, "multiple-matches",
           "the concept map gives several codes; the first is taken");
    return true;
  }
  return unmapped(target, codes_, out);
}

bool Run::unmapped(const Target& target, const std::vector<Coded>& codes, Translated& out) {
  if (target.unmapped == Unmapped::empty) return true;
  const std::string where = " by " + program_.translations[target.translation].url;
  switch (target.unmapped) {
    case Unmapped::empty:
      return true;
    case Unmapped::error:
      return fail(Kind::invalid, "a code is not mapped" + where);
    case Unmapped::drop:
      find(Severity::warning, "code-invalid", "a code is not mapped" + where + "; left out");
      return true;
    case Unmapped::provided:
      find(Severity::warning, "code-invalid", "a code is not mapped" + where + "; kept as it is");
      out.coded = codes[0];
      break;
    case Unmapped::fixed: {
      find(Severity::warning, "code-invalid",
           "a code is not mapped" + where + "; " + std::string(target.fixed) + " instead");
      out.coded = {program_.translations[target.translation].target_system(), target.fixed, ""};
      break;
    }
    case Unmapped::text:
      find(Severity::warning, "code-invalid", "a code is not mapped" + where + "; kept as text");
      out.coded = codes[0];
      out.as_text = true;
      break;
  }
  out.found = true;
  return true;
}

}  // namespace fingerpost::mapping
