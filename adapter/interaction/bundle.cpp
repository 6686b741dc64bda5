#include "interaction/bundle.h"

#include "base/text.h"
#include "interaction/answers.h"
#include "interaction/content.h"
#include "interaction/noting.h"
#include "interaction/operations.h"
#include "interaction/outcome.h"
#include "interaction/refused.h"
#include "model/xml.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

bool is_type(const Session& session, const Entry& entry) {
  return entry.path.size() > 0 && is_resource_type(session.context, entry.path[0]);
}

// Where in its entry an issue lies that says where it lies in the request.
std::string part_of(Verb verb, std::string_view expression) {
  const bool writes = verb != Verb::get;
  if (expression == "If-Match") return ".request.ifMatch";
  if (expression == "If-None-Match") return ".request.ifNoneMatch";
  const bool in_resource = !expression.empty() && is_upper(expression[0]);
  if (in_resource) {
    const auto dot = std::min(expression.find('.'), expression.size());
    return ".resource" + std::string(expression.substr(dot));
  }
  if (writes && expression.empty()) return "";
  return verb == Verb::post ? ".request.ifNoneExist" : ".request.url";
}

Answer nothing_there() {
  return failure(Error{Kind::not_found, "nothing has this URL", ""});
}

Target history_of(const Path& path) {
  const auto size = path.size();
  return {size > 1 ? path[0] : std::string_view(), size > 2 ? path[1] : std::string_view()};
}

// By the table that GET over HTTP goes by. What is no resource has no place in a Bundle.
Answer found(const Session& session, const Entry& entry, search::Handling handling) {
  const auto& context = session.context;
  const auto& path = entry.path;
  const auto place = place_of(path);
  const auto* const offer = find_offer(place, Verb::get);
  if (offer == nullptr || (is_typed(place) && !is_resource_type(context, path[0])))
    return nothing_there();
  switch (offer->interaction) {
    case Interaction::search_system:
      return search_system(session, entry.query, handling);
    case Interaction::search_type:
      return search_type(session, path[0], entry.query, handling);
    case Interaction::search_compartment:
      if (path[2] != "*" && !is_resource_type(context, path[2])) return nothing_there();
      return search_compartment(session, entry.target(), path[2], entry.query, handling);
    case Interaction::history:
      return history(session, history_of(path), entry.query, handling);
    case Interaction::read:
      return read(session, entry.target(), entry.query, handling);
    case Interaction::vread:
      return vread(session, entry.target(), path[3], entry.query, handling);
    case Interaction::operation:
      return operate(session, entry.operation(handling));
    case Interaction::metadata: {
      Answer answer;
      answer.body = capabilities(context);
      return answer;
    }
    default:
      return nothing_there();
  }
}

}  // namespace

Answer unless_known(Answer answer, const Versions& if_none_match,
                    std::optional<std::int64_t> if_modified_since_us) {
  if (answer.version == 0 || answer.failed()) return answer;
  const bool known = !if_none_match.empty()
                         ? if_none_match.has(answer.version)
                         : if_modified_since_us && answer.last_updated_us <= *if_modified_since_us;
  if (!known) return answer;
  answer.status = Status::not_modified;
  answer.body.clear();
  return answer;
}

OperationCall Entry::operation(search::Handling handling) const {
  auto call = call_of(path);
  call.handling = handling;
  call.pairs = query;
  call.body = body;
  return call;
}

Answer placed(Answer answer, std::size_t entry, Verb verb) {
  const auto place = place_of(entry);
  if (!answer.failed()) return answer;
  for (auto& issue : answer.issues) {
    if (issue.expression == "X-Provenance") continue;  // of the request, not of the entry
    if (!issue.expression.starts_with(place))
      issue.expression = place + part_of(verb, issue.expression);
  }
  return answer;
}

Answer get(const Session& session, const Entry& entry, search::Handling handling) {
  const HandingOut reads;
  auto answer = unless_known(found(session, entry, handling), entry.if_none_match,
                             entry.if_modified_since_us);
  if (entry.head && !answer.failed()) answer.body.clear();  // R4 http.html#head
  return placed(std::move(answer), entry);
}

void get(const Session& session, const Entry& entry, search::Handling handling, Done done) {
  if (!is_type(session, entry) || !entry.is_operation()) return done(get(session, entry, handling));
  const HandingOut reads;
  const auto ask_for = entry.body ? static_cast<decltype(&ask)>(operate) : ask;
  ask_for(session, entry.operation(handling), std::move(done));
}

Answer shown_in_bundle(Answer answer, Return back) {
  if (back != Return::outcome || answer.failed()) return answer;
  answer.body.clear();
  if (answer.issues.empty())
    answer.issues.push_back({Severity::information, "informational", "", "All is well."});
  return answer;
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
  auto read = model::read_resource(context.definitions, std::move(body), context.limits);
  if (!read) return done(failure(read.error()));
  SentBundle sent{std::move(read->tree), std::move(read->issues)};
  const auto& tree = sent.tree;
  if (tree[tree.root()].type != context.definitions.common().bundle)
    return done(failure(Error{Kind::invalid, "only a Bundle is taken here", "resourceType"}));
  auto found = content_issues(session, tree);
  sent.issues.insert(sent.issues.end(), std::make_move_iterator(found.begin()),
                     std::make_move_iterator(found.end()));
  std::size_t count = 0;
  for (auto node = child(tree, tree.root(), "entry"); node != no_node; node = tree.next_same(node))
    if (++count > context.limits.bundle_entries)
      return done(failure(Error{Kind::invalid,
                                "more entries than the limit bundle_entries of " +
                                    std::to_string(context.limits.bundle_entries),
                                "Bundle.entry"}));
  const auto type = child_text(tree, tree.root(), "type");
  if (type == "batch") return batch(session, std::move(sent), std::move(options), std::move(done));
  if (type == "transaction")
    return transaction(session, std::move(sent), std::move(raw), std::move(options),
                       std::move(done));
  // R4 http.html#other-bundles leaves the others to the server.
  done(failure(Error{Kind::unsupported,
                     "a Bundle of type batch or transaction is taken here, and no other",
                     "Bundle.type"}));
}

}  // namespace fingerpost::interaction
