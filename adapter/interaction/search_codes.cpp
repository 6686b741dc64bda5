#include "interaction/search_codes.h"

#include "interaction/commit.h"
#include "interaction/terminology.h"
#include "model/json.h"
#include "wire/json.h"

#include <string>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

using search::Concept;

// A value set of what is below or above one concept; R4 terminology's own filters say it.
std::string value_set_of(search::Relation relation, std::string_view system,
                         std::string_view code) {
  std::string out =
      R"({"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{)"
      R"("resourceType":"ValueSet","status":"active","compose":{"include":[{"system":)";
  wire::write_json_string(out, system);
  out += R"(,"filter":[{"property":"concept","op":")";
  out += relation == search::Relation::below ? "is-a" : "generalizes";
  out += R"(","value":)";
  wire::write_json_string(out, code);
  return out + "}]}]}}}]}";
}

// R4 search.html#token, :in: a reference to a value set here, "ValueSet/1", absolute or not. Empty:
// it is the url of one.
Result<std::string> stored_value_set(const Session& session, std::string_view text) {
  const std::string_view base = session.context.base_url;
  if (!base.empty() && text.starts_with(base) && text.substr(base.size()).starts_with('/'))
    text.remove_prefix(base.size() + 1);
  constexpr std::string_view type = "ValueSet/";
  if (!text.starts_with(type)) return std::string();
  LET(const auto found, session.reader.read("ValueSet", text.substr(type.size())));
  return R"({"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":)" +
         found.body + "}]}";
}

void collect(const Tree& tree, NodeId node, std::vector<Concept>& found) {
  for (NodeId at = child(tree, node, "contains"); at != no_node; at = tree.next_same(at)) {
    if (child_text(tree, at, "abstract") != "true" && !child_text(tree, at, "code").empty())
      found.push_back(
          {std::string(child_text(tree, at, "system")), std::string(child_text(tree, at, "code"))});
    collect(tree, at, found);
  }
}

Result<std::vector<Concept>> expanded(const Session& session, const OperationCall& call) {
  const auto answer = ask_terminology(session, call, "valueSet", terminology::expand);
  if (answer.failed()) {
    std::string why = "the codes cannot be told";
    if (!answer.issues.empty()) why += ": " + answer.issues[0].text;
    return Error{Kind::invalid, why, ""};
  }
  LET(const auto read, model::read_json(session.context.definitions, std::string(answer.content()),
                                        session.context.limits));
  const Tree& tree = read.tree;
  std::vector<Concept> found;
  if (const NodeId expansion = child(tree, tree.root(), "expansion"); expansion != no_node)
    collect(tree, expansion, found);
  return found;
}

}  // namespace

search::Resolve resolve_codes(const Session& session) {
  return
      [&session](search::Relation relation, std::string_view text) -> Result<std::vector<Concept>> {
        OperationCall call;
        call.type = "ValueSet";
        call.name = "expand";
        if (relation == search::Relation::in) {
          LET(auto stored, stored_value_set(session, text));
          if (stored.empty()) {
            call.pairs.emplace_back("url", text);
          } else {
            call.body = std::move(stored);
          }
          return expanded(session, call);
        }
        const auto bar = text.find('|');
        if (bar == std::string_view::npos || bar == 0 || bar + 1 == text.size())
          return Error{Kind::invalid, "the value is system|code", ""};
        call.body = value_set_of(relation, text.substr(0, bar), text.substr(bar + 1));
        auto found = expanded(session, call);
        // A code is above and below itself, whatever its code system says of it.
        if (found)
          found->push_back({std::string(text.substr(0, bar)), std::string(text.substr(bar + 1))});
        return found;
      };
}

}  // namespace fingerpost::interaction
