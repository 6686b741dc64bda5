#include "interaction/bundle.h"

#include "interaction/answers.h"
#include "interaction/outcome.h"
#include "interaction/refused.h"
#include "model/json.h"
#include "profile/validate.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

Answer refused(const Entry& entry, Kind kind, std::string text, std::string_view below = "") {
  return failure(Error{kind, std::move(text), place_of(entry.index) + std::string(below)});
}

std::optional<Verb> verb_of(std::string_view method) {
  if (method == "GET") return Verb::get;
  if (method == "POST") return Verb::post;
  if (method == "PUT") return Verb::put;
  if (method == "DELETE") return Verb::remove;
  return {};
}

// R4 bundle.html: a URL below the base, or absolute with the base in front.
std::optional<Answer> read_url(const Context& context, std::string_view url, Entry& entry) {
  if (url.starts_with(context.base_url)) url.remove_prefix(context.base_url.size());
  const auto mark = url.find('?');
  auto path = Path::read(url.substr(0, mark));
  if (!path) return refused(entry, path.error().kind, path.error().text, ".request.url");
  entry.path = std::move(*path);
  if (mark == std::string_view::npos) return {};
  auto query = read_query(url.substr(mark + 1), context.limits);
  if (!query) return refused(entry, query.error().kind, query.error().text, ".request.url");
  entry.query = std::move(*query);
  return {};
}

std::optional<Answer> check_target(const Context& context, const Entry& entry) {
  const auto size = entry.path.size();
  if (entry.verb == Verb::get) return {};
  if (size == 0 || !is_resource_type(context, entry.path[0]))
    return refused(entry, Kind::not_found, "the URL names no type of resource", ".request.url");
  if (!entry.query.empty())
    return refused(entry, Kind::unsupported, "conditional requests are not offered",
                   ".request.url");
  if (size != (entry.verb == Verb::post ? 1u : 2u))
    return refused(entry, Kind::invalid, "the URL does not fit the method", ".request.url");
  if (entry.verb != Verb::remove && entry.resource == no_node)
    return refused(entry, Kind::invalid, "the entry needs a resource");
  return {};
}

std::optional<Answer> read_request(const Context& context, const Tree& tree, NodeId node,
                                   Entry& entry) {
  const auto request = child(tree, node, "request");
  if (request == no_node) return refused(entry, Kind::invalid, "the entry needs a request");
  const auto verb = verb_of(child_text(tree, request, "method"));
  if (!verb)
    return refused(entry, Kind::unsupported, "the method is not offered in a Bundle",
                   ".request.method");
  entry.verb = *verb;
  for (const std::string_view condition : {"ifNoneExist", "ifNoneMatch", "ifModifiedSince"})
    if (child(tree, request, condition) != no_node)
      return refused(entry, Kind::unsupported, "conditional requests are not offered",
                     "." + ("request." + std::string(condition)));
  if (const auto tag = child_text(tree, request, "ifMatch"); !tag.empty()) {
    const auto version = read_etag(tag);
    if (!version) return refused(entry, Kind::invalid, version.error().text, ".request.ifMatch");
    entry.if_match = *version;
  }
  if (auto answer = read_url(context, child_text(tree, request, "url"), entry)) return answer;
  return check_target(context, entry);
}

// Takes the issues that lie in the entry out of the list.
Issues taken(Issues& issues, std::size_t entry) {
  const auto place = place_of(entry);
  const auto first = std::stable_partition(issues.begin(), issues.end(), [&](const Issue& issue) {
    return !issue.expression.starts_with(place);
  });
  Issues of_entry(std::make_move_iterator(first), std::make_move_iterator(issues.end()));
  issues.erase(first, issues.end());
  return of_entry;
}

}  // namespace

std::string place_of(std::size_t entry) {
  return "Bundle.entry[" + std::to_string(entry) + "]";
}

std::vector<Entry> read_entries(const Context& context, const Tree& bundle, Issues& issues) {
  std::vector<Entry> entries;
  for (auto node = child(bundle, bundle.root(), "entry"); node != no_node;
       node = bundle.next_same(node)) {
    auto& entry = entries.emplace_back();
    entry.index = entries.size() - 1;
    entry.full_url = child_text(bundle, node, "fullUrl");
    entry.resource = child(bundle, node, "resource");
    if (!issues.empty()) {
      auto own = taken(issues, entry.index);
      if (has_errors(own)) entry.refused = failure(Status::unprocessable, std::move(own));
    }
    if (!entry.refused) entry.refused = read_request(context, bundle, node, entry);
  }
  return entries;
}

Tree resource_of(const Context& context, const Tree& bundle, NodeId resource) {
  Tree tree(context.definitions.names());
  tree.set_type(tree.root(), bundle[resource].type);
  for (auto node = bundle.first_child(resource); node != no_node; node = bundle.next(node))
    tree.copy(bundle, node, tree.root());
  return tree;
}

Answer get(const Session& session, const Entry& entry, search::Handling handling) {
  const auto& path = entry.path;
  if (path.size() == 1 && path[0] == "metadata") {
    Answer answer;
    answer.body = capabilities(session.context);
    return answer;
  }
  if (path.size() > 0 && is_resource_type(session.context, path[0])) {
    if (path.size() == 1) return search_type(session, path[0], entry.query, handling);
    if (path.size() == 2) return read(session, entry.target(), entry.query);
    if (path.size() == 3 && path[2] == "_history")
      return history_instance(session, entry.target(), entry.query);
    if (path.size() == 4 && path[2] == "_history")
      return vread(session, entry.target(), path[3], entry.query);
  }
  return failure(Error{Kind::not_found, "nothing has this URL", place_of(entry.index)});
}

std::string write_bundle(const Context& context, std::string_view type,
                         const std::vector<Answer>& answers) {
  std::string out = R"({"resourceType":"Bundle",)";
  write_member(out, "type", type);
  if (!answers.empty()) {
    out += R"(,"entry":[)";
    for (const auto& answer : answers) {
      if (out.back() == '}') out += ',';
      out += '{';
      if (!answer.content().empty()) {
        out += R"("resource":)";
        out += answer.content();
        out += ',';
      }
      write_response(context, out, answer);
      out += '}';
    }
    out += ']';
  }
  out += '}';
  return out;
}

// R4 http.html#transaction
void bundle(const Session& session, std::string body, BundleOptions options, Done done) {
  const auto& context = session.context;
  done = keeping_refused(session, "fhir-bundle", body, std::move(done));
  std::string raw = options.idempotency_key.empty() ? std::string() : body;
  auto read = model::read_json(context.definitions, std::move(body), context.limits);
  if (!read) return done(failure(read.error()));
  SentBundle sent{std::move(read->tree), std::move(read->issues)};
  const auto& tree = sent.tree;
  if (tree[tree.root()].type != context.definitions.common().bundle)
    return done(failure(Error{Kind::invalid, "only a Bundle is taken here", "resourceType"}));
  auto found = profile::validate(context.definitions, tree, tree.root(), context.limits);
  sent.issues.insert(sent.issues.end(), std::make_move_iterator(found.begin()),
                     std::make_move_iterator(found.end()));
  std::size_t count = 0;
  for (auto node = child(tree, tree.root(), "entry"); node != no_node; node = tree.next_same(node))
    if (++count > context.limits.bundle_entries)
      return done(failure(Error{Kind::invalid, "more entries than the limit bundle_entries allows",
                                "Bundle.entry"}));
  const auto type = child_text(tree, tree.root(), "type");
  if (type == "batch") return batch(session, std::move(sent), std::move(options), std::move(done));
  if (type == "transaction")
    return transaction(session, std::move(sent), std::move(raw), std::move(options),
                       std::move(done));
  done(failure(Error{Kind::invalid, "the Bundle must be a batch or a transaction", "Bundle.type"}));
}

}  // namespace fingerpost::interaction
