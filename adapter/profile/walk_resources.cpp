// What holds for whole resources: those contained (R4 domainresource.html), narrative, the profiles
// they claim.

#include "profile/narrative.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fingerpost::profile {

using model::TypeKind;

namespace {

// R4 observation-vitalsigns.html: whoever records these conforms to their profiles.
struct VitalSign {
  std::string_view loinc, profile;
};
constexpr VitalSign vital_signs[] = {
    {"85353-1", "http://hl7.org/fhir/StructureDefinition/vitalspanel"},
    {"9279-1", "http://hl7.org/fhir/StructureDefinition/resprate"},
    {"8867-4", "http://hl7.org/fhir/StructureDefinition/heartrate"},
    {"2708-6", "http://hl7.org/fhir/StructureDefinition/oxygensat"},
    {"8310-5", "http://hl7.org/fhir/StructureDefinition/bodytemp"},
    {"8302-2", "http://hl7.org/fhir/StructureDefinition/bodyheight"},
    {"9843-4", "http://hl7.org/fhir/StructureDefinition/headcircum"},
    {"29463-7", "http://hl7.org/fhir/StructureDefinition/bodyweight"},
    {"39156-5", "http://hl7.org/fhir/StructureDefinition/bmi"},
    {"85354-9", "http://hl7.org/fhir/StructureDefinition/bp"}};

}  // namespace

void Walk::own_rules(NodeId node) {
  const TypeId type = tree_[node].type;
  const auto& common = definitions_.common();
  if (definitions_.is_a(type, common.domain_resource)) {
    contained(node);
    const NodeId text = tree_.child(node, words_.text);
    if (text == no_node && tree_[node].name != words_.contained)
      report(node, Severity::warning, "invariant",
             "dom-6: a resource should have narrative for robust management");
  }
  if (type == common.bundle) bundle(node);
  if (type == parts_.structure_definition) structure_definition(node);
  if (type == parts_.questionnaire) questionnaire(node);
  if (type == parts_.questionnaire_response) questionnaire_response(node);
}

void Walk::contained(NodeId node) {
  const NodeId first = tree_.child(node, words_.contained);
  if (first == no_node) return;
  Fragments fragments;
  look_for_fragments(node, no_node, fragments);
  Texts ids;
  for (NodeId at = first; at != no_node; at = tree_.next_same(at)) {
    if (tree_.child(at, words_.contained) != no_node)
      error(at, "invariant", "dom-2: a contained resource must not contain others");
    if (const NodeId meta = tree_.child(at, words_.meta); meta != no_node) {
      if (tree_.child(meta, words_.version_id) != no_node ||
          tree_.child(meta, words_.last_updated) != no_node)
        error(at, "invariant", "dom-4: a contained resource must not have a version or a date");
      if (tree_.child(meta, words_.security) != no_node)
        error(at, "invariant", "dom-5: a contained resource must not have a security label");
    }
    const NodeId id = tree_.child(at, words_.id);
    if (id != no_node && !ids.insert(tree_.text(id)).second)
      error(at, "structure", "another contained resource has the same id");
    const bool said = id != no_node && fragments.named.contains(tree_.text(id));
    if (options_.contained && !said && !fragments.of_container.contains(at))
      error(at, "invariant",
            "dom-3: a contained resource must be referred to, or refer to its container");
  }
}

// Every "#id" that a resource says, of its elements and of its narrative; and the contained
// resources that speak of their container ("#"). One pass, however many are contained.
void Walk::look_for_fragments(NodeId from, NodeId inner, Fragments& into) const {
  for (NodeId at = tree_.first_child(from); at != no_node; at = tree_.next(at)) {
    const auto& here = tree_[at];
    const NodeId within = here.name == words_.contained && inner == no_node ? at : inner;
    if (here.shape == Shape::string && here.text_size > 0) {
      const auto text = tree_.text(at);
      if (text == "#" && within != no_node) into.of_container.insert(within);
      if (text[0] == '#') into.named.insert(text.substr(1));
      if (here.type == definitions_.common().xhtml)
        for (auto quote = text.find("\"#"); quote != std::string_view::npos;
             quote = text.find("\"#", quote + 1))
          into.named.insert(text.substr(quote + 2, text.find('"', quote + 2) - quote - 2));
    }
    look_for_fragments(at, within, into);
  }
}

void Walk::claimed_profiles(NodeId node) {
  const NodeId meta = tree_.child(node, words_.meta);
  if (meta == no_node) return;
  Texts seen;
  for (NodeId at = tree_.child(meta, words_.profile); at != no_node; at = tree_.next_same(at)) {
    if (!tree_.has_value(at)) continue;
    const auto canonical = tree_.text(at);
    bool asked = false;  // then it is checked once, by that name
    for (const auto& other : options_.profiles) asked |= other == canonical;
    if (!seen.insert(canonical).second) continue;
    if (!asked || tree_.parent(node) != no_node) conform(node, canonical, false);
  }
}

// The profile that an Observation's code asks for, if nobody else did.
void Walk::vital_sign(NodeId node) {
  const View observation(tree_, node);
  std::string_view profile;
  observation["code"].each("coding", [&](View coding) {
    if (coding["system"].text() != "http://loinc.org") return;
    for (const auto& row : vital_signs)
      if (row.loinc == coding["code"].text()) profile = row.profile;
  });
  if (profile.empty()) return;
  bool asked = false;
  for (const auto& canonical : options_.profiles) asked |= without_version(canonical) == profile;
  observation["meta"].each("profile", [&](View claimed) {
    asked = asked || without_version(claimed.text()) == profile;
  });
  if (!asked) conform(node, profile, false);
}

void Walk::narrative(NodeId node) {
  const NodeId div = tree_.child(node, words_.div);
  if (div == no_node || !tree_.has_value(div)) return;
  for (auto& text : narrative_errors(tree_.text(div))) error(div, "invariant", std::move(text));
  narrative_links(div);
}

namespace {

// The values of an attribute, in either kind of quotes; `opening` as in ` id=`, `mark` what the
// value begins with, which is left out.
template <class Visit>
void each_value(std::string_view text, std::string_view opening, std::string_view mark,
                Visit&& visit) {
  for (auto at = text.find(opening); at != std::string_view::npos;
       at = text.find(opening, at + 1)) {
    const auto quote = at + opening.size();
    if (quote >= text.size() || (text[quote] != '"' && text[quote] != '\'')) continue;
    const auto end = text.find(text[quote], quote + 1);
    if (end == std::string_view::npos) return;
    const auto value = text.substr(quote + 1, end - quote - 1);
    if (value.starts_with(mark)) visit(value.substr(mark.size()));
  }
}

}  // namespace

// href="#x" leads to something of this narrative or this resource (R4 narrative.html#id).
void Walk::narrative_links(NodeId div) {
  const auto text = tree_.text(div);
  Texts wanted;
  each_value(text, " href=", "#", [&](std::string_view id) { wanted.insert(id); });
  wanted.erase("");
  if (wanted.empty()) return;
  Texts anchors;
  each_value(text, " id=", "", [&](std::string_view id) { anchors.insert(id); });
  each_value(text, " name=", "", [&](std::string_view name) { anchors.insert(name); });
  const auto& ids = ids_within(container_of(div));
  const bool astray = std::any_of(wanted.begin(), wanted.end(), [&](std::string_view id) {
    return !anchors.contains(id) && !ids.contains(id);
  });
  if (astray) error(div, "invalid", "a link in the narrative leads nowhere");
}

const Texts& Walk::ids_within(NodeId container) {
  const auto [ids, fresh] = ids_.try_emplace(container);
  if (fresh) collect_ids(container, ids->second);
  return ids->second;
}

void Walk::collect_ids(NodeId from, Texts& into) const {
  for (NodeId at = tree_.first_child(from); at != no_node; at = tree_.next(at)) {
    if (tree_[at].name == words_.id) into.insert(tree_.text(at));
    collect_ids(at, into);
  }
}

// What a profile asks of narrative by the extensions narrative-language-control and
// narrative-source-control.
void Walk::narrative_control(const Rule& rule, NodeId node) {
  const NodeId div = tree_.child(node, words_.div);
  if (div == no_node) return;
  const auto text = tree_.text(div);
  for (const auto& asked : rule.narrative) {
    const auto equals = asked.find('=');
    const auto value = std::string_view(asked).substr(equals + 1);
    if (asked.starts_with("narrative-language-control")) narrative_language(value, text, node);
    if (asked.starts_with("narrative-source-control")) narrative_sources(text, node);
  }
}

void Walk::narrative_language(std::string_view wanted, std::string_view div, NodeId node) {
  std::vector<std::string_view> sections;
  for (const auto& part : narrative_parts(div))
    if (part.depth == 1 && !part.language.empty()) sections.push_back(part.language);
  if (wanted == "_no") {
    if (!sections.empty())
      error(node, "business-rule", "the profile takes no sections of languages in the narrative");
    return;
  }
  if (sections.empty())
    return error(node, "business-rule",
                 "the profile asks for sections of languages in the narrative");
  if (wanted == "_yes") return;
  if (wanted == "_resource") {
    const NodeId language = tree_.child(container_of(node), words_.language);
    if (language == no_node) return;
    wanted = tree_.text(language);
  }
  if (std::find(sections.begin(), sections.end(), wanted) == sections.end())
    error(node, "business-rule", "the narrative has no section in the language asked for");
}

void Walk::narrative_sources(std::string_view div, NodeId node) {
  std::vector<bool> sourced;  // by depth: this element or one around it states its source
  for (const auto& part : narrative_parts(div)) {
    sourced.resize(static_cast<std::size_t>(part.depth));
    const auto has = [&](std::string_view name) {
      return part.classes.find(name) != std::string_view::npos;
    };
    const bool own = has("boilerplate") || has("generated") || has("original");
    sourced.push_back(own || (!sourced.empty() && sourced.back()));
    if (part.has_text && !sourced.back())
      return error(node, "business-rule", "a part of the narrative does not state its source");
  }
}

}  // namespace fingerpost::profile
