#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/query.h"
#include "interaction/search_codes.h"
#include "interaction/url.h"
#include "store/store.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

// The criteria come in the order of the query's own; those of one _filter may be several.
void write_explained(std::string& out, const store::Explained::Type& type) {
  if (out.back() == '}') out += ',';
  out += R"({"name":"type","part":[)";
  write_part(out, "type", "String", type.type);
  write_part(out, "resources", "Decimal", std::to_string(type.resources));
  write_part(out, "walks", "String", type.driver);
  write_part(out, "order", "String", type.order);
  for (const auto& criterion : type.criteria) {
    out += R"(,{"name":"criterion","part":[)";
    write_part(out, "number", "Decimal", std::to_string(criterion.number + 1));
    if (criterion.estimate >= 0)
      write_part(out, "estimate", "Decimal", std::to_string(criterion.estimate));
    write_part(out, "drives", "Boolean", criterion.drives ? "true" : "false");
    out += "]}";
  }
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

}  // namespace

// The query is in the parameter `url`: "Patient?name=x".
Answer explain(const Session& session, const std::vector<search::Pair>& pairs) {
  const auto invalid = [](std::string text) {
    return failure(Error{Kind::invalid, std::move(text), "url"});
  };
  if (pairs.size() != 1 || pairs[0].first != "url")
    return invalid("$explain takes one parameter, url: a search below the base");
  const std::string_view url = pairs[0].second;
  const auto mark = std::min(url.find('?'), url.size());
  auto query = read_query(url.substr(std::min(mark + 1, url.size())), session.context.limits);
  if (!query) return failure(query.error());
  const auto type = url.substr(0, mark);
  auto asked = query_of(session.context, type, *query);
  asked.resolve = resolve_codes(session);
  const auto plan = plan_of(session.context, asked);
  if (!plan) return failure(plan.error());
  const auto explained = session.reader.explain(*plan);
  if (!explained) return failure(explained.error());
  Answer answer;
  answer.body = R"({"resourceType":"Parameters","parameter":[)";
  for (const auto& [name, value] : plan->used)
    write_part(answer.body, "parameter", "String", name + "=" + value);
  for (const auto& one : explained->types) write_explained(answer.body, one);
  for (const auto& one : explained->partial) write_partial(answer.body, one);
  answer.body += "]}";
  return answer;
}

}  // namespace fingerpost::interaction
