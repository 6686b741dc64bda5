// R4 conceptmap-operation-translate.html, for one map or for all that are at hand.

#include "terminology/request.h"

#include <array>

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

void write_match(const Writer& to, NodeId root, const Answered& one) {
  const auto& types = to.definitions.common();
  const NodeId part = to.part(root, "match");
  to.part(part, "equivalence", types.code,
          equivalences[static_cast<std::size_t>(one.match.equivalence)]);
  const NodeId coding = to.object(to.part(part, "concept"), "value", types.coding);
  to.text(coding, "system", types.uri, one.match.system);
  to.text(coding, "code", types.code, one.match.code);
  to.text(coding, "display", types.string, one.match.display);
  to.part(part, "source", types.uri, one.map);
}

Found<Tree> translated(Request& request) {
  const auto& arguments = request.arguments();
  if (arguments.flag("reverse").value_or(false))
    return Finding{Severity::error, "not-supported", "", "", "'reverse' is not supported", ""};
  LET_DONE(request.prepare());
  LET(const auto sent, sent_map(request));
  LET(const auto maps, maps_of(request, sent));
  LET(auto codes, request.codes("system"));
  if (codes[0].place.empty()) codes[0].version = arguments.text("version");
  auto target = arguments.text("targetsystem");
  if (target.empty()) target = arguments.text("targetSystem");
  std::vector<Answered> answers;
  for (const auto& asked : codes)
    for (const auto* map : maps)
      for (const auto& match : map->translate(asked.system, asked.code))
        if (target.empty() || match.system == target) answers.push_back({match, map->url()});
  Tree tree = make_resource(request.definitions(), "Parameters");
  const Writer to(request.definitions(), tree);
  to.part(tree.root(), "result", !answers.empty());
  if (answers.empty())
    to.part(tree.root(), "message", request.definitions().common().string,
            maps.empty() ? "No concept map is at hand" : "No match was found");
  for (const auto& one : answers) write_match(to, tree.root(), one);
  return tree;
}

}  // namespace

Reply translate(const Question& question) {
  Request request(question);
  return reply(question, translated(request));
}

}  // namespace fingerpost::terminology
