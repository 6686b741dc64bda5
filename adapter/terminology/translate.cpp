// R4 conceptmap-operation-translate.html, for one map or for all that are at hand.

#include "terminology/request.h"

#include <algorithm>
#include <array>
#include <string>

namespace fingerpost::terminology {
namespace {

constexpr std::array equivalences = {"equal",     "equivalent",  "wider",   "subsumes",
                                     "narrower",  "specializes", "inexact", "relatedto",
                                     "unmatched", "disjoint"};

struct Answered {
  Match match;
  std::string_view map;
};

// The map that came as a parameter.
Found<std::optional<ConceptMap>> sent_map(const Request& request) {
  const auto& tree = request.arguments().tree();
  const NodeId node = request.arguments().resource("conceptMap");
  if (node == no_node) return std::optional<ConceptMap>();
  Tree alone(tree.names());
  alone.set_type(alone.root(), tree[node].type);
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
    alone.copy(tree, at, alone.root());
  auto map = read_concept_map(request.definitions(), alone);
  if (!map) return bad_request("The parameter 'conceptMap': " + map.error().text);
  return std::optional<ConceptMap>(*std::move(map));
}

// The maps to be asked: the one sent, that of `url`, or each one.
Found<std::vector<const ConceptMap*>> maps_of(const Request& request,
                                              const std::optional<ConceptMap>& sent) {
  const auto url = request.arguments().text("url");
  std::vector<const ConceptMap*> made;
  if (sent) {
    made.push_back(&*sent);
    return made;
  }
  if (url.empty()) {
    for (const auto& map : request.terminology().concept_maps()) made.push_back(map.get());
    return made;
  }
  if (const auto* map = request.terminology().concept_map(url)) {
    made.push_back(map);
    return made;
  }
  return Finding{Severity::error,
                 "not-found",
                 "not-found",
                 "",
                 "A definition for the ConceptMap '" + std::string(url) + "' could not be found",
                 "url"};
}

// The dependencies of the request: each coding of each, and a text.
std::vector<Dependency> dependencies(const Arguments& arguments) {
  std::vector<Dependency> made;
  const auto& at = arguments.elements();
  arguments.each("dependency", [&](NodeId parameter) {
    Dependency one;
    const auto add_coding = [&](NodeId coding) {
      one.system = at.text(coding, "system");
      one.value = at.text(coding, "code");
      made.push_back(one);
    };
    NodeId meant = no_node;
    at.each(parameter, "part", [&](NodeId part) {
      const NodeId value = at.child(part, "value");
      if (value == no_node) return;
      if (at.text(part, "name") == "element") one.property = at.tree.text(value);
      if (at.text(part, "name") == "concept") meant = value;
    });
    if (meant == no_node) return;
    at.each(meant, "coding", add_coding);
    if (const auto text = at.text(meant, "text"); !text.empty())
      made.push_back({one.property, "", text, ""});
  });
  return made;
}

// One translation: the codes asked about, by the maps that are meant.
class Translation {
 public:
  explicit Translation(const Request& request)
      : request_(request),
        arguments_(request.arguments()),
        composer_(request.composer()),
        known_(dependencies(arguments_)),
        reverse_(arguments_.flag("reverse").value_or(false)),
        target_system_(arguments_.text("targetsystem")),
        target_(canonical(arguments_.text("target")).url),
        source_(canonical(arguments_.text("source")).url) {
    if (target_system_.empty()) target_system_ = arguments_.text("targetSystem");
  }

  Found<void> ask(const std::vector<const ConceptMap*>& maps, const std::vector<AskedCode>& codes) {
    std::uint64_t steps = 0;
    for (const auto* map : maps) steps += (reverse_ ? map->size() : 1) + known_.size();
    if (steps * codes.size() > request_.question().limits.value_set_steps)
      return too_costly("The translation takes more than the limit value_set_steps");
    for (const auto& asked : codes)
      for (const auto* map : maps)
        if (in_scope(*map)) look(*map, asked.system, asked.code, 0);
    return {};
  }

  const std::vector<Answered>& answers() const { return answers_; }
  const std::string& trouble() const { return trouble_; }  // what could not be looked into

 private:
  const std::string& from(const ConceptMap& map) const {
    return reverse_ ? map.target_scope() : map.source_scope();
  }
  const std::string& to(const ConceptMap& map) const {
    return reverse_ ? map.source_scope() : map.target_scope();
  }
  // A map that does not say between which value sets it maps may be meant.
  bool in_scope(const ConceptMap& map) const {
    return (source_.empty() || from(map).empty() || from(map) == source_) &&
           (target_.empty() || to(map).empty() || to(map) == target_);
  }

  void look(const ConceptMap& map, std::string_view system, std::string_view code, int depth) {
    const auto found = reverse_ ? map.reversed(system, code) : map.all_of(system, code, known_);
    for (const auto& match : found)
      if (is_wanted(map, match)) answers_.push_back({match, map.url()});
    if (!found.empty() || reverse_) return;
    const auto other = map.other_map(system);
    if (other.empty()) return;
    const auto* const next = request_.terminology().concept_map(other);
    if (next == nullptr)
      trouble_ = "The concept map '" + std::string(other) + "' of unmapped codes is not at hand";
    else if (depth < request_.question().limits.value_set_depth)
      look(*next, system, code, depth + 1);
    else
      trouble_ = "Concept maps name each other deeper than the limit value_set_depth";
  }

  // In the code system and the value set that are asked for, as far as that can be told.
  bool is_wanted(const ConceptMap& map, const Match& match) {
    if (match.code.empty()) return true;  // it says that there is none
    if (!target_system_.empty() && match.system != target_system_) return false;
    if (target_.empty() || to(map) == target_) return true;
    const auto set = find_value_set(request_.terminology(), canonical(target_));
    if (!set) return true;
    const auto item = composer_.item(match.system, {}, match.code);
    if (!item) return true;
    const auto in = composer_.contains(set, *item);
    return !in || *in;
  }

  const Request& request_;
  const Arguments& arguments_;
  Composer composer_;
  std::vector<Dependency> known_;
  bool reverse_;
  std::string_view target_system_, target_, source_;
  std::vector<Answered> answers_;
  std::string trouble_;
};

void write_coding(const Writer& to, NodeId part, std::string_view system, std::string_view code,
                  std::string_view display) {
  const auto& types = to.definitions.common();
  const NodeId coding = to.object(part, "value", types.coding);
  to.text(coding, "system", types.uri, system);
  to.text(coding, "code", types.code, code);
  to.text(coding, "display", types.string, display);
}

void write_match(const Writer& to, NodeId root, const Answered& one) {
  const auto& types = to.definitions.common();
  const auto& match = one.match;
  const NodeId part = to.part(root, "match");
  to.part(part, "equivalence", types.code,
          equivalences[static_cast<std::size_t>(match.equivalence)]);
  if (!match.code.empty())
    write_coding(to, to.part(part, "concept"), match.system, match.code, match.display);
  for (const auto& product : match.products) {
    const NodeId aside = to.part(part, "product");
    to.part(aside, "element", types.uri, product.property);
    write_coding(to, to.part(aside, "concept"), product.system, product.value, product.display);
  }
  to.part(part, "source", types.uri, one.map);
}

Tree written(const Request& request, const Translation& translation, bool any_map) {
  Tree tree = make_resource(request.definitions(), "Parameters");
  const Writer to(request.definitions(), tree);
  const auto& answers = translation.answers();
  const bool good = std::any_of(answers.begin(), answers.end(),
                                [](const Answered& one) { return one.match.usable(); });
  to.part(tree.root(), "result", good);
  if (!good) {
    const auto message = !any_map                        ? "No concept map is at hand"
                         : translation.trouble().empty() ? "No match was found"
                                                         : translation.trouble();
    to.part(tree.root(), "message", request.definitions().common().string, message);
  }
  for (const auto& one : answers) write_match(to, tree.root(), one);
  return tree;
}

Found<Tree> translated(Request& request) {
  const auto& arguments = request.arguments();
  LET_DONE(request.prepare());
  LET(const auto sent, sent_map(request));
  LET(const auto maps, maps_of(request, sent));
  LET(auto codes, request.codes("system"));
  if (codes[0].place.empty()) codes[0].version = arguments.text("version");
  Translation translation(request);
  LET_DONE(translation.ask(maps, codes));
  return written(request, translation, !maps.empty());
}

}  // namespace

Reply translate(const Question& question) {
  Request request(question);
  return reply(question, translated(request));
}

}  // namespace fingerpost::terminology
