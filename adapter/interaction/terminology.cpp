#include "interaction/terminology.h"

#include "base/uuid.h"
#include "interaction/canonical.h"
#include "model/json.h"
#include "store/store.h"
#include "terminology/build.h"
#include "terminology/core.h"
#include "terminology/resolve.h"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr std::size_t most_url_bytes = 2000;

// What is kept of a stored CodeSystem or ValueSet.
struct Tables {
  std::shared_ptr<const terminology::Content> content;
  std::vector<std::string> needs;  // the code systems and value sets that it names
};

// Parameters of a URL, where every value is a text, that name a resource.
bool names_resource(std::string_view parameter) {
  constexpr std::string_view names[] = {"url",
                                        "system",
                                        "source",
                                        "target",
                                        "targetsystem",
                                        "targetSystem",
                                        "useSupplement",
                                        "system-version",
                                        "check-system-version",
                                        "force-system-version"};
  return std::find(std::begin(names), std::end(names), parameter) != std::end(names);
}

// What may name a code system, a value set or a concept map: elements of type uri and canonical,
// but for the urls of extensions and the systems of identifiers.
class Canonicals {
 public:
  explicit Canonicals(const model::Definitions& definitions)
      : extension_(definitions.common().extension),
        identifier_(definitions.common().identifier),
        types_{definitions.common().uri, definitions.common().canonical, definitions.find("url")},
        string_(definitions.common().string) {}

  template <class Use>
  void each(const Tree& tree, NodeId node, Use&& use) const {
    const auto type = tree[node].type;
    if (type == identifier_) return;
    if (tree.has_value(node) && names(tree, node, type)) use(tree.text(node));
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
      if (type != extension_ || tree.name_text(at) != "url") each(tree, at, use);
  }

 private:
  bool names(const Tree& tree, NodeId node, TypeId type) const {
    if (std::find(types_.begin(), types_.end(), type) != types_.end()) return true;
    if (type != string_) return false;
    const terminology::Elements at{tree};
    const NodeId parent = tree.parent(node);
    return tree.name_text(parent) == "parameter" && names_resource(at.text(parent, "name"));
  }

  TypeId extension_, identifier_;
  std::array<TypeId, 3> types_;
  TypeId string_;
};

// Finds the stored CodeSystems, ValueSets and ConceptMaps that a request needs: those it names, and
// those that these name.
class Gatherer {
 public:
  explicit Gatherer(const Session& session)
      : session_(session),
        context_(session.context),
        canonicals_(context_.definitions),
        all_(terminology::core(context_.definitions)) {}

  Result<terminology::Terminology> gather(const Tree& parameters, bool maps) && {
    canonicals_.each(parameters, parameters.root(), [&](std::string_view text) { want(text); });
    for (std::size_t looked = 0; !wanted_.empty(); ++looked) {
      if (looked == context_.limits.included)
        return Error{Kind::too_costly,
                     "more resources are needed than the limit included of " +
                         std::to_string(context_.limits.included),
                     ""};
      const auto url = std::move(wanted_.front());
      wanted_.pop_front();
      want_from_core(url);
      LET_DONE(add("CodeSystem", "url", url));
      LET_DONE(add("ValueSet", "url", url));
      if (!maps) continue;
      LET_DONE(add("ConceptMap", "url", url));
      LET_DONE(add("ConceptMap", "source-system", url));
    }
    return std::move(all_);
  }

 private:
  // A text that may name a resource.
  void want(std::string_view text) {
    const auto url = terminology::canonical(text).url;
    if (url.size() > most_url_bytes || url.find(':') == std::string_view::npos) return;
    if (url.find(' ') != std::string_view::npos || url.starts_with("urn:uuid:")) return;
    if (seen_.emplace(url).second) wanted_.emplace_back(url);
  }

  // R4's own value sets take codes from systems that may be stored here.
  void want_from_core(std::string_view url) {
    for (const auto& content : all_.contents())
      content->each_value_set(url, [&](const terminology::ValueSetRow& row) {
        const terminology::ValueSet set{content.get(), &row, nullptr};
        for (const auto rows : {set.includes(), set.excludes()})
          for (const auto& include : rows) {
            want(set.text(include.system));
            for (const auto reference : set.value_sets(include)) want(set.text(reference));
          }
      });
  }

  Result<void> add(std::string_view type, std::string_view parameter, const std::string& url) {
    LET(const auto found, stored_with_uri(session_, type, parameter, url));
    for (const auto& stored : found) LET_DONE(take(stored));
    return {};
  }

  Result<void> take(const store::Stored& stored) {
    if (!taken_.emplace(stored.type + "/" + stored.id).second) return {};
    if (stored.type == "ConceptMap") {
      LET(auto map, stored_concept_map(context_, stored));
      if (!map) return {};
      for (const auto url : map->other_maps()) want(url);
      all_.add(std::move(map));
      return {};
    }
    auto tables = context_.compiled->find<Tables>(stored);
    if (!tables) {
      LET(tables, compile(stored));
      context_.compiled->keep<Tables>(stored, tables);
    }
    all_.add(tables->content);
    for (const auto& url : tables->needs) want(url);
    return {};
  }

  Result<std::shared_ptr<const Tables>> compile(const store::Stored& stored) const {
    const auto read = model::read_json(context_.definitions, stored.body, context_.limits);
    if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
    const auto& tree = read->tree;
    terminology::Builder builder(context_.definitions);
    LET_DONE(builder.add(tree, tree.root()));
    const auto made = std::make_shared<Tables>();
    made->content = std::move(builder).finish();
    const auto need = [&](NodeId node) {
      canonicals_.each(tree, node, [&](std::string_view url) { made->needs.emplace_back(url); });
    };
    const terminology::Elements at{tree};
    at.each(tree.root(), "extension", need);
    at.each(tree.root(), "contained",
            [&](NodeId contained) { at.each(contained, "compose", need); });
    at.each(tree.root(), "compose", need);
    std::sort(made->needs.begin(), made->needs.end());
    made->needs.erase(std::unique(made->needs.begin(), made->needs.end()), made->needs.end());
    return std::shared_ptr<const Tables>(made);
  }

  const Session& session_;
  const Context& context_;
  Canonicals canonicals_;
  terminology::Terminology all_;
  std::deque<std::string> wanted_;
  std::set<std::string, std::less<>> seen_;
  std::set<std::string> taken_;
};

// The issues of an OperationOutcome, for a Bundle's entry.
Issues issues_of(const Tree& outcome) {
  Issues made;
  const terminology::Elements at{outcome};
  at.each(outcome.root(), "issue", [&](NodeId issue) {
    const NodeId details = at.child(issue, "details");
    made.push_back({Severity::error, std::string(at.text(issue, "code")), "",
                    std::string(details == no_node ? "" : at.text(details, "text"))});
  });
  return made;
}

}  // namespace

Answer ask_terminology(const Session& session, const OperationCall& call, std::string_view resource,
                       terminology::Reply (*operation)(const terminology::Question& question)) {
  const auto& context = session.context;
  const auto parameters = parameters_of(session, call, resource);
  if (!parameters) return failure(parameters.error());
  const auto all = Gatherer(session).gather(*parameters, call.type == "ConceptMap");
  if (!all) return failure(all.error());
  const auto identifier = "urn:uuid:" + uuid_v4(context.random);
  const auto reply =
      operation({context.definitions, *all, context.limits, *parameters, call.accept_language,
                 store::instant(context.clock.now_us()), identifier});
  Answer answer;
  if (reply.failed) {
    answer.status = status_of(*reply.failed);
    answer.issues = issues_of(reply.tree);
  }
  model::write_json(context.definitions, reply.tree, reply.tree.root(), answer.body);
  return answer;
}

}  // namespace fingerpost::interaction
