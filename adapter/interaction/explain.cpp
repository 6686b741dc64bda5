#include "interaction/authorise.h"
#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "interaction/parameters.h"
#include "interaction/query.h"
#include "interaction/search_codes.h"
#include "interaction/url.h"
#include "search/search.h"
#include "store/store.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

using search::Criterion;

// The search that is to be explained.
struct Asked {
  std::string type;  // "" for all types
  std::vector<search::Pair> pairs;
};

// A search below the base: "Patient?name=x", "/Patient?name=x", or as a self link has it.
Result<Asked> read_url(const Context& context, std::string_view url) {
  if (url.starts_with(context.base_url)) url.remove_prefix(context.base_url.size());
  const auto mark = std::min(url.find('?'), url.size());
  const auto path = Path::read(url.substr(0, mark));
  const bool searched =
      path && (path->size() < 2 || (path->size() == 2 && (*path)[1] == "_search"));
  if (!searched || url.substr(0, mark).find("://") != std::string_view::npos)
    return Error{Kind::invalid, "the parameter url is a search below the base", "url"};
  Asked asked;
  if (path->size() > 0 && (*path)[0] != "_search") asked.type = (*path)[0];
  LET(asked.pairs, read_query(url.substr(std::min(mark + 1, url.size())), context.limits));
  return asked;
}

// [base]/$explain?url=…, or the search's own parameters: [base]/$explain?…, [base]/Type/$explain?…
Result<Asked> asked_of(const Context& context, const OperationCall& call) {
  LET(auto pairs, pairs_of(context, call));
  const auto url = std::find_if(pairs.begin(), pairs.end(),
                                [](const search::Pair& pair) { return pair.first == "url"; });
  if (!call.type.empty() || url == pairs.end()) return Asked{std::string(call.type), pairs};
  LET(const auto taken, take_parameters(pairs, "url", call.handling));
  LET_DONE(refuse_repeated(taken));
  return read_url(context, url->second);
}

// The store's table (store/TABLES.md) that leads to what passes; "" when none does.
std::string_view table_of(const Criterion& criterion) {
  switch (criterion.test) {
    case Criterion::Test::hash:
    case Criterion::Test::composite:
    case Criterion::Test::has:
    case Criterion::Test::chain:
      return "by_hash";
    case Criterion::Test::date:
      return "by_date";
    case Criterion::Test::number:
    case Criterion::Test::near:
      return "by_number";
    case Criterion::Test::text:
      return "by_text";
    case Criterion::Test::missing:
      return "shape";
    case Criterion::Test::id:
    case Criterion::Test::last_updated:
      return "resource";
    case Criterion::Test::words:
      return "words";
    case Criterion::Test::all:
    case Criterion::Test::any:
      return "";
  }
  return "";
}

void write_criterion(std::string& out, const search::Plan& plan,
                     const store::Explained::Criterion& one) {
  out += R"(,{"name":"criterion","part":[)";
  write_part(out, "number", "Decimal", std::to_string(one.number + 1));
  if (one.number < plan.criteria.size()) {
    const auto& criterion = plan.criteria[one.number];
    if (const auto table = table_of(criterion); !table.empty())
      write_part(out, "table", "String", table);
    if (criterion.key != 0)
      write_part(out, "index", "String", plan.parameters->key(criterion.key).name);
  }
  if (one.estimate >= 0) write_part(out, "estimate", "Decimal", std::to_string(one.estimate));
  write_part(out, "drives", "Boolean", one.drives ? "true" : "false");
  out += "]}";
}

// As far as was counted: those the driving index gives, or all there are.
std::int64_t rows_of(const store::Explained::Type& type) {
  for (const auto& criterion : type.criteria)
    if (criterion.drives && criterion.estimate >= 0) return criterion.estimate;
  return type.resources;
}

// The criteria come in the order of the query's own; those of one _filter may be several.
void write_explained(std::string& out, const search::Plan& plan,
                     const store::Explained::Type& type) {
  if (out.back() == '}') out += ',';
  out += R"({"name":"type","part":[)";
  write_part(out, "type", "String", type.type);
  write_part(out, "resources", "Decimal", std::to_string(type.resources));
  write_part(out, "walks", "String", type.driver);
  write_part(out, "rows", "Decimal", std::to_string(rows_of(type)));
  write_part(out, "order", "String", type.order);
  for (const auto& criterion : type.criteria) write_criterion(out, plan, criterion);
  out += "]}";
}

// A parameter whose index is still being made.
void write_partial(std::string& out, const store::Coverage& one) {
  if (out.back() == '}') out += ',';
  out += R"({"name":"partial","part":[)";
  write_part(out, "parameter", "String", one.parameter);
  write_part(out, "indexed", "Decimal", std::to_string(one.indexed));
  write_part(out, "resources", "Decimal", std::to_string(one.resources));
  out += "]}";
}

const search::Plan& plan_for(const search::Plan& plan, std::string_view type) {
  for (const auto& other : plan.others)
    if (other.type == type) return other;
  return plan;
}

Result<std::string> explained(const Session& session, const OperationCall& call) {
  LET(const auto asked, asked_of(session.context, call));
  auto query = query_of(session.context, asked.type, asked.pairs);
  query.handling = call.handling;
  query.resolve = resolve_codes(session);
  LET(auto plan, plan_of(session.context, query));
  LET_DONE(authorise(*session.caller, plan));
  LET(const auto found, session.reader.explain(plan));
  std::string out = R"({"resourceType":"Parameters","parameter":[)";
  for (const auto& [name, value] : plan.used)
    write_part(out, "parameter", "String", name + "=" + value);
  for (const auto& issue : plan.ignored) write_part(out, "ignored", "String", issue.expression);
  for (const auto& one : found.types) write_explained(out, plan_for(plan, one.type), one);
  for (const auto& one : found.partial) write_partial(out, one);
  return out + "]}";
}

}  // namespace

// How a search would be done: what is walked, and how many resources each criterion gives.
Answer explain(const Session& session, const OperationCall& call) {
  auto body = explained(session, call);
  if (!body) return failure(body.error());
  Answer answer;
  answer.body = *std::move(body);
  return answer;
}

}  // namespace fingerpost::interaction
