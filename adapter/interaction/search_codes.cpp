#include "interaction/search_codes.h"

#include "interaction/commit.h"
#include "interaction/terminology.h"
#include "model/json.h"
#include "wire/json.h"

#include <map>
#include <memory>
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

// What is abstract is no member of a value set, but a concept like others among its like.
void collect(const Tree& tree, NodeId node, bool abstract_too, std::vector<Concept>& found) {
  for (NodeId at = child(tree, node, "contains"); at != no_node; at = tree.next_same(at)) {
    const bool taken = abstract_too || child_text(tree, at, "abstract") != "true";
    if (taken && !child_text(tree, at, "code").empty())
      found.push_back(
          {std::string(child_text(tree, at, "system")), std::string(child_text(tree, at, "code"))});
    collect(tree, at, abstract_too, found);
  }
}

Result<std::vector<Concept>> expanded(const Session& session, const OperationCall& call,
                                      bool abstract_too) {
  const auto answer = ask_terminology(session, call, "valueSet", terminology::expand);
  if (answer.failed()) {
    std::string why = "the codes cannot be told";
    if (!answer.issues.empty()) why += ": " + answer.issues[0].text;
    return Error{answer.status == status_of(Kind::too_costly) ? Kind::too_costly : Kind::invalid,
                 why, ""};
  }
  LET(const auto read, model::read_json(session.context.definitions, std::string(answer.content()),
                                        session.context.limits));
  const Tree& tree = read.tree;
  std::vector<Concept> found;
  if (const NodeId expansion = child(tree, tree.root(), "expansion"); expansion != no_node)
    collect(tree, expansion, abstract_too, found);
  return found;
}

// The concepts that one text names.
Result<std::vector<Concept>> concepts_of(const Session& session, search::Relation relation,
                                         std::string_view text) {
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
    return expanded(session, call, false);
  }
  const auto bar = text.find('|');
  if (bar == std::string_view::npos || bar == 0 || bar + 1 == text.size())
    return Error{Kind::invalid, "the value is system|code", ""};
  call.body = value_set_of(relation, text.substr(0, bar), text.substr(bar + 1));
  auto found = expanded(session, call, true);
  // A code is above and below itself, whatever its code system says of it.
  if (found)
    found->push_back({std::string(text.substr(0, bar)), std::string(text.substr(bar + 1))});
  return found;
}

// Each text is asked for once in a search: over several types, or along a chain, it comes again.
class SearchCodes {
 public:
  SearchCodes(const Session& session, const CodeLimits& limits)
      : session_(session),
        limits_(limits),
        end_us_(session.context.clock.monotonic_us() + limits.code_seconds * 1'000'000) {}

  Result<std::vector<Concept>> find(search::Relation relation, std::string_view text) {
    const std::pair asked{relation, std::string(text)};
    auto at = known_.find(asked);
    if (at == known_.end()) {
      if (known_.size() >= limits_.code_sets) return over("code_sets", limits_.code_sets);
      if (session_.context.clock.monotonic_us() > end_us_)
        return over("code_seconds", static_cast<std::size_t>(limits_.code_seconds));
      LET(auto found, concepts_of(session_, relation, text));
      at = known_.emplace(asked, std::move(found)).first;
    }
    codes_ += at->second.size();
    if (codes_ > limits_.codes) return over("codes", limits_.codes);
    return at->second;
  }

 private:
  static Error over(std::string_view limit, std::size_t most) {
    return {Kind::too_costly,
            "the codes that the search names are more than the limit " + std::string(limit) +
                " of " + std::to_string(most),
            ""};
  }

  const Session& session_;
  const CodeLimits limits_;
  const std::int64_t end_us_;
  std::map<std::pair<search::Relation, std::string>, std::vector<Concept>> known_;
  std::size_t codes_ = 0;
};

}  // namespace

search::Resolve resolve_codes(const Session& session, const CodeLimits& limits) {
  return
      [codes = std::make_shared<SearchCodes>(session, limits)](
          search::Relation relation, std::string_view text) { return codes->find(relation, text); };
}

}  // namespace fingerpost::interaction
