#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/outcome.h"
#include "interaction/subset.h"
#include "search/search.h"
#include "store/store.h"

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
  return issues;
}

void write_remarks(std::string& out, const Issues& issues) {
  out += R"({"resource":)";
  write_outcome(issues, out);
  out += R"(,"search":{"mode":"outcome"}})";
}

std::string write_searchset(const Context& context, const search::Plan& plan,
                            const store::Page& page) {
  const auto issues = remarks(context, plan, page);
  std::string out = R"({"resourceType":"Bundle","type":"searchset")";
  if (page.total) out += ",\"total\":" + std::to_string(*page.total);
  out += R"(,"link":[)";
  write_link(out, "self", url_of(context, plan.type, plan.used));
  if (!page.next.empty()) {
    auto pairs = plan.used;
    pairs.emplace_back("_cursor", page.next);
    out += ',';
    write_link(out, "next", url_of(context, plan.type, pairs));
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

}  // namespace

// R4 http.html#search
Answer search_type(const Session& session, std::string_view type,
                   const std::vector<search::Pair>& pairs, search::Handling handling) {
  const auto& context = session.context;
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  query.handling = handling;
  query.base_url = context.base_url;
  query.now_us = context.clock.now_us();
  const auto plan = search::plan(context.parameters, query, context.limits);
  if (!plan) {
    if (plan.error().kind == Kind::unsupported) return failure(Status::bad_request, plan.error());
    return failure(plan.error());
  }
  const auto subset = subset_of(*plan);
  if (!subset) return failure(subset.error());
  auto page = session.reader.search(*plan);
  if (!page) return failure(page.error());
  if (!subset->whole())
    for (auto& hit : page->hits) {
      auto body = cut_down(context, *subset, std::move(hit.resource.body));
      if (!body) return failure(Error{Kind::fault, "a stored resource cannot be read", ""});
      hit.resource.body = *std::move(body);
    }
  Answer answer;
  answer.body = write_searchset(context, *plan, *page);
  return answer;
}

}  // namespace fingerpost::interaction
