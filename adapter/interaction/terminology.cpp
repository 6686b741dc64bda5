#include "interaction/terminology.h"

#include "base/uuid.h"
#include "model/json.h"
#include "search/search.h"
#include "store/store.h"
#include "terminology/build.h"
#include "terminology/core.h"
#include "terminology/resolve.h"

#include <deque>
#include <set>

namespace fingerpost::interaction {
namespace {

constexpr std::size_t most_url_bytes = 2000;

// Finds the stored CodeSystems, ValueSets and ConceptMaps that a request needs: those it names, and
// those that these name.
class Gatherer {
 public:
  explicit Gatherer(const Session& session)
      : session_(session),
        context_(session.context),
        all_(terminology::core(context_.definitions)) {}

  Result<terminology::Terminology> gather(const Tree& parameters, bool maps) && {
    want_from(parameters, parameters.root());
    for (std::size_t looked = 0; !wanted_.empty(); ++looked) {
      if (looked == context_.limits.included)
        return Error{Kind::too_costly, "more resources are needed than the limit included", ""};
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

  void want_from(const Tree& tree, NodeId node) {
    if (tree.has_value(node)) want(tree.text(node));
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) want_from(tree, at);
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
    // A backslash keeps what a search value would mean by these.
    std::string value;
    for (const char c : url) {
      if (c == ',' || c == '|' || c == '$' || c == '\\') value += '\\';
      value += c;
    }
    const std::vector<search::Pair> pairs{{std::string(parameter), value}, {"_count", "100"}};
    search::Query query;
    query.type = type;
    query.pairs = &pairs;
    query.base_url = context_.base_url;
    query.now_us = context_.clock.now_us();
    LET(const auto plan, search::plan(context_.parameters, query, context_.limits));
    LET(const auto page, session_.reader.search(plan));
    for (const auto& hit : page.hits) LET_DONE(take(hit.resource));
    return {};
  }

  Result<void> take(const store::Stored& stored) {
    if (!taken_.emplace(stored.type + "/" + stored.id).second) return {};
    const auto read = model::read_json(context_.definitions, stored.body, context_.limits);
    if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
    const auto& tree = read->tree;
    if (stored.type == "ConceptMap") {
      auto map = terminology::read_concept_map(context_.definitions, tree);
      if (map) all_.add(std::make_shared<const terminology::ConceptMap>(*std::move(map)));
      return {};
    }
    terminology::Builder builder(context_.definitions);
    LET_DONE(builder.add(tree, tree.root()));
    all_.add(std::move(builder).finish());
    want_from_compose(tree);
    return {};
  }

  void want_from_compose(const Tree& tree) {
    const terminology::Elements at{tree};
    at.each(tree.root(), "extension", [&](NodeId node) { want_from(tree, node); });
    at.each(tree.root(), "contained", [&](NodeId node) {
      at.each(node, "compose", [&](NodeId compose) { want_from(tree, compose); });
    });
    at.each(tree.root(), "compose", [&](NodeId node) { want_from(tree, node); });
  }

  const Session& session_;
  const Context& context_;
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
