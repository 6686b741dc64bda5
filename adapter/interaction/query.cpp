#include "interaction/query.h"

#include "search/live_parameters.h"

namespace fingerpost::interaction {

search::Query query_of(const Context& context, std::string_view type,
                       const std::vector<search::Pair>& pairs) {
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  query.base_url = context.base_url;
  query.now_us = context.clock.now_us();
  return query;
}

Result<search::Plan> plan_of(const Context& context, const search::Query& query) {
  return search::plan(*context.parameters.now(), query, context.limits);
}

Result<search::Plan> plan_of(const Context& context, std::string_view type,
                             const std::vector<search::Pair>& pairs) {
  return plan_of(context, query_of(context, type, pairs));
}

Result<store::Page> search_all(const Session& session, const search::Plan& plan) {
  LET(auto page, session.reader.search(plan));
  if (!page.partial.empty())
    return Error{Kind::busy, "the index of a parameter that this depends on is still being made",
                 page.partial[0].parameter};
  return page;
}

}  // namespace fingerpost::interaction
