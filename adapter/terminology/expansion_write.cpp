// R4 valueset.html#expansion; what R5 has elements for and R4 has not goes into their extensions.

#include "model/json.h"
#include "terminology/concept_facts.h"
#include "terminology/expansion.h"
#include "terminology/expansion_parameters.h"

#include <algorithm>
#include <map>
#include <set>

namespace fingerpost::terminology {
namespace {

constexpr std::string_view property_extension =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
constexpr std::string_view contains_extension =
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
constexpr std::string_view language_system = "urn:ietf:bcp:47";
constexpr std::string_view preferred_system =
    "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra";

class ExpansionWriter {
 public:
  ExpansionWriter(const Expansion& expansion, Tree& tree)
      : expansion_(expansion),
        arguments_(expansion.request.arguments()),
        types_(expansion.request.definitions().common()),
        to_(expansion.request.definitions(), tree),
        languages_(expansion.request.languages(&expansion.set)),
        asked_(arguments_.texts("property")),
        designations_(arguments_.texts("designation")),
        with_designations_(arguments_.flag("includeDesignations").value_or(false)) {
    std::map<std::string_view, std::string_view> versions;
    for (const auto& item : expansion.items)
      if (versions.try_emplace(item.url, item.version).first->second != item.version)
        with_version_.insert(item.url);
  }

  void write() {
    node_ = to_.object(to_.tree.root(), "expansion", type("ValueSet.expansion"));
    const auto& question = expansion_.request.question();
    gather();
    for (const auto& [code, uri] : properties_) property_definition(code, uri);
    to_.text(node_, "identifier", types_.uri, question.identifier);
    to_.text(node_, "timestamp", types_.date_time, question.now);
    to_.number(node_, "total", types_.integer, expansion_.total);
    if (arguments_.has("offset")) to_.number(node_, "offset", types_.integer, expansion_.offset);
    parameters();
    std::vector<NodeId> nodes;
    for (std::size_t at = 0; at < expansion_.items.size(); ++at) {
      const auto above = expansion_.above[at];
      nodes.push_back(contains(above == no_row ? node_ : nodes[above], at));
    }
  }

 private:
  TypeId type(std::string_view name) const { return expansion_.request.definitions().find(name); }

  void gather() {
    for (const auto& item : expansion_.items) {
      facts_.push_back(facts_of(item, expansion_.request.supplements(), asked_));
      for (const auto& fact : facts_.back()) properties_.try_emplace(fact.code, fact.uri);
    }
  }

  NodeId extension(NodeId parent, std::string_view url) {
    const NodeId made = to_.object(parent, "extension", types_.extension);
    to_.text(made, "url", types_.uri, url);
    return made;
  }

  void property_definition(std::string_view code, std::string_view uri) {
    const NodeId outer = extension(node_, property_extension);
    to_.text(extension(outer, "code"), "value", types_.code, code);
    if (!uri.empty()) to_.text(extension(outer, "uri"), "value", types_.uri, uri);
  }

  NodeId parameter(std::string_view name) {
    const NodeId made = to_.object(node_, "parameter", type("ValueSet.expansion.parameter"));
    to_.text(made, "name", types_.string, name);
    return made;
  }

  void parameters() {
    const auto& tree = arguments_.tree();
    for (const auto& known : expansion_parameters) {
      if (!known.repeated) continue;
      const auto name = known.name;
      arguments_.each(name, [&](NodeId asked) {
        const NodeId value = arguments_.elements().child(asked, "value");
        if (value == no_node) return;
        const auto is = expansion_.request.definitions().type_name(tree[value].type);
        to_.valued(parameter(name), "value", is == "canonical" ? "uri" : is, tree.text(value));
      });
    }
    if (!languages_.asked.empty())
      to_.text(parameter("displayLanguage"), "value", types_.code, print(languages_));
    for (const auto& used : expansion_.used_systems)
      to_.text(parameter("used-codesystem"), "value", types_.uri, used);
    for (const auto& used : expansion_.used_value_sets)
      to_.text(parameter("used-valueset"), "value", types_.uri, used);
    for (const auto& supplement : expansion_.request.supplements())
      to_.text(parameter("used-supplement"), "value", types_.uri, supplement.canonical);
  }

  NodeId contains(NodeId parent, std::size_t at) {
    const auto& item = expansion_.items[at];
    const NodeId node = to_.object(parent, "contains", type("ValueSet.expansion.contains"));
    for (const auto& noted : notes_of(item, expansion_.request.supplements()))
      valued_extension(node, *noted.content, *noted.row);
    for (const auto& fact : facts_[at]) {
      const NodeId outer = extension(node, contains_extension);
      to_.text(extension(outer, "code"), "value", types_.code, fact.code);
      to_.valued(extension(outer, "value"), "value", fact.type, fact.value, fact.system);
    }
    to_.text(node, "system", types_.uri, item.url);
    if (item.place != no_row) {
      const auto& row = item.system.at(item.place);
      if (row.abstract) to_.flag(node, "abstract", true);
      if (row.inactive) to_.flag(node, "inactive", true);
    }
    if (with_version_.count(item.url) > 0) to_.text(node, "version", types_.string, item.version);
    to_.text(node, "code", types_.code, item.code);
    names(node, item);
    return node;
  }

  void valued_extension(NodeId node, const Content& content, const ExtensionRow& row) {
    to_.valued(extension(node, content.text(row.url)), "value", content.text(row.value.type),
               content.text(row.value.value), content.text(row.value.system));
  }

  void names(NodeId node, const Item& item) {
    const auto names = names_of(item, expansion_.request.supplements());
    const auto* display = shown(names, languages_);
    if (display) to_.text(node, "display", types_.string, display->text);
    if (!with_designations_) return;
    for (const auto& name : names)
      if (&name != display && wanted(name) && !(display && name.listed)) designation(node, name);
  }

  // R4: "designation" is a token, of a use, or of a language as urn:ietf:bcp:47|de.
  bool wanted(const Spoken& name) const {
    if (designations_.empty()) return true;
    return std::any_of(designations_.begin(), designations_.end(), [&](std::string_view token) {
      const auto [system, code] = canonical(token);
      if (system == language_system) return name.language == code;
      return name.row && name.content->text(name.row->use_system) == system &&
             name.content->text(name.row->use_code) == code;
    });
  }

  void designation(NodeId node, const Spoken& name) {
    const NodeId made =
        to_.object(node, "designation", type("ValueSet.compose.include.concept.designation"));
    if (name.row)
      for (const auto& row : Content::rows(name.content->extensions, name.row->extensions))
        valued_extension(made, *name.content, row);
    to_.text(made, "language", types_.code, name.language);
    if (!name.row) {
      coding(made, preferred_system, "preferredForLanguage", "Preferred For Language");
    } else if (name.row->use_code.size > 0) {
      coding(made, name.content->text(name.row->use_system), name.content->text(name.row->use_code),
             name.content->text(name.row->use_display));
    }
    to_.text(made, "value", types_.string, name.text);
  }

  void coding(NodeId parent, std::string_view system, std::string_view code,
              std::string_view display) {
    const NodeId use = to_.object(parent, "use", types_.coding);
    to_.text(use, "system", types_.uri, system);
    to_.text(use, "code", types_.code, code);
    to_.text(use, "display", types_.string, display);
  }

  const Expansion& expansion_;
  const Arguments& arguments_;
  const model::Definitions::Common& types_;
  Writer to_;
  Languages languages_;
  std::vector<std::string_view> asked_;
  std::vector<std::string_view> designations_;
  bool with_designations_;
  std::set<std::string_view> with_version_;  // systems of which more than one version is here
  NodeId node_ = no_node;
  std::vector<std::vector<Fact>> facts_;
  std::map<std::string_view, std::string_view> properties_;
};

}  // namespace

Found<Tree> write_expansion(const Expansion& expansion) {
  const auto& set = expansion.set;
  std::string json(set.text(set.row->header));
  if (expansion.request.arguments().flag("includeDefinition").value_or(false) &&
      set.row->compose.size > 0) {
    json.pop_back();
    ((json += R"(,"compose":)") += set.text(set.row->compose)) += '}';
  }
  auto read = model::read_json(expansion.request.definitions(), std::move(json),
                               expansion.request.question().limits);
  if (!read) return unusable("The value set cannot be read: " + read.error().text);
  Tree tree = std::move(read->tree);
  ExpansionWriter(expansion, tree).write();
  return tree;
}

}  // namespace fingerpost::terminology
