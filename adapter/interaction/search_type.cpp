#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/outcome.h"
#include "interaction/search_codes.h"
#include "interaction/subset.h"
#include "interaction/url.h"
#include "search/search.h"
#include "store/store.h"
#include "wire/json.h"

#include <algorithm>
#include <optional>

namespace fingerpost::interaction {
namespace {

void write_entry(const Context& context, std::string& out, const store::Hit& hit) {
  out += '{';
  write_member(out, "fullUrl", context.base_url + "/" + hit.resource.type + "/" + hit.resource.id);
  out += R"(,"resource":)";
  out += hit.resource.body;
  out += hit.included ? R"(,"search":{"mode":"include"}})" : R"(,"search":{"mode":"match"}})";
}

// What lenient handling dropped and what the limits cut off is told inside the answer, never kept
// quiet.
Issues remarks(const Context& context, const search::Plan& plan, const store::Page& page) {
  auto issues = plan.ignored;
  if (page.cut)
    issues.push_back({Severity::warning, "too-costly", "",
                      "more resources to include than the limit included allows: only " +
                          std::to_string(context.limits.included) + " of them are here"});
  if (page.cut_rounds)
    issues.push_back({Severity::warning, "too-costly", "",
                      "more rounds of :iterate than the limit include_rounds allows: only " +
                          std::to_string(context.limits.include_rounds) + " were made"});
  for (const auto& one : page.partial)
    issues.push_back({Severity::warning, "incomplete", one.parameter,
                      "the index of this parameter is being made: it covers " +
                          std::to_string(one.indexed) + " of " + std::to_string(one.resources) +
                          " resources, and matches may be missing"});
  return issues;
}

void write_remarks(std::string& out, const Issues& issues) {
  out += R"({"resource":)";
  write_outcome(issues, out);
  out += R"(,"search":{"mode":"outcome"}})";
}

// Asked for, or known because all matches are here.
std::optional<std::uint64_t> total_of(const search::Plan& plan, const store::Page& page) {
  const bool whole = plan.count > 0 && !plan.after && page.next.empty() && page.partial.empty();
  if (page.total || !whole) return page.total;
  return static_cast<std::uint64_t>(std::count_if(
      page.hits.begin(), page.hits.end(), [](const store::Hit& hit) { return !hit.included; }));
}

std::string write_searchset(const Context& context, const std::string& path,
                            const search::Plan& plan, const store::Page& page) {
  const auto issues = remarks(context, plan, page);
  std::string out = R"({"resourceType":"Bundle","type":"searchset")";
  if (const auto total = total_of(plan, page)) out += ",\"total\":" + std::to_string(*total);
  out += R"(,"link":[)";
  write_link(out, "self", url_of(context, path, plan.used));
  if (!page.next.empty()) {
    auto pairs = plan.used;
    pairs.emplace_back("_cursor", page.next);
    out += ',';
    write_link(out, "next", url_of(context, path, pairs));
  }
  out += ']';
  if (!page.hits.empty() || !issues.empty()) {
    out += R"(,"entry":[)";
    for (const auto& hit : page.hits) {
      if (out.back() == '}') out += ',';
      write_entry(context, out, hit);
    }
    if (!issues.empty()) {
      if (out.back() == '}') out += ',';
      write_remarks(out, issues);
    }
    out += ']';
  }
  out += '}';
  return out;
}

// Where a search looks: a type, everything, or somebody's compartment.
struct Where {
  std::string_view type;  // "": all types
  std::optional<search::Compartment> compartment;

  std::string path() const {
    if (!compartment) return std::string(type);
    return std::string(compartment->type) + "/" + std::string(compartment->id) + "/" +
           (type.empty() ? "*" : std::string(type));
  }
};

Result<search::Plan> plan_of(const Session& session, const Where& where,
                             const std::vector<search::Pair>& pairs, search::Handling handling) {
  const auto& context = session.context;
  search::Query query;
  query.type = where.type;
  query.pairs = &pairs;
  query.handling = handling;
  query.base_url = context.base_url;
  query.now_us = context.clock.now_us();
  query.compartment = where.compartment;
  query.resolve = resolve_codes(session);
  return search::plan(context.parameters, query, context.limits);
}

Answer refused(const Error& error) {
  if (error.kind == Kind::unsupported) return failure(Status::bad_request, error);
  return failure(error);
}

Answer answer_in(const Session& session, const Where& where, const std::vector<search::Pair>& pairs,
                 search::Handling handling) {
  const auto& context = session.context;
  const auto plan = plan_of(session, where, pairs, handling);
  if (!plan) return refused(plan.error());
  const auto subset = subset_of(*plan);
  if (!subset) return failure(subset.error());
  auto page = session.reader.search(*plan);
  if (!page) return failure(page.error());
  if (!subset->whole())
    for (auto& hit : page->hits) {
      // R4 search.html#elements: the list does not apply to included resources.
      if (hit.included && !plan->elements.empty()) continue;
      auto body = cut_down(context, *subset, std::move(hit.resource.body));
      if (!body) return failure(Error{Kind::fault, "a stored resource cannot be read", ""});
      hit.resource.body = *std::move(body);
    }
  Answer answer;
  answer.body = write_searchset(context, where.path(), *plan, *page);
  return answer;
}

void write_part(std::string& out, std::string_view name, std::string_view kind,
                const std::string& value) {
  if (out.back() == '}') out += ',';
  out += '{';
  write_member(out, "name", name);
  out += ",\"value";
  out += kind;
  out += "\":";
  if (kind == "String") {
    wire::write_json_string(out, value);
  } else {
    out += value;
  }
  out += '}';
}

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

}  // namespace

// R4 http.html#search
Answer search_type(const Session& session, std::string_view type,
                   const std::vector<search::Pair>& pairs, search::Handling handling) {
  return answer_in(session, {type, {}}, pairs, handling);
}

Answer search_system(const Session& session, const std::vector<search::Pair>& pairs,
                     search::Handling handling) {
  return answer_in(session, {}, pairs, handling);
}

Answer search_compartment(const Session& session, Target whose, std::string_view type,
                          const std::vector<search::Pair>& pairs, search::Handling handling) {
  return answer_in(session, {type == "*" ? "" : type, search::Compartment{whose.type, whose.id}},
                   pairs, handling);
}

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
  const auto plan = plan_of(session, {type, {}}, *query, search::Handling::strict);
  if (!plan) return refused(plan.error());
  const auto explained = session.reader.explain(*plan);
  if (!explained) return failure(explained.error());
  Answer answer;
  answer.body = R"({"resourceType":"Parameters","parameter":[)";
  for (const auto& [name, value] : plan->used)
    write_part(answer.body, "parameter", "String", name + "=" + value);
  for (const auto& one : explained->types) write_explained(answer.body, one);
  answer.body += "]}";
  return answer;
}

}  // namespace fingerpost::interaction
