#include "interaction/answers.h"
#include "interaction/audit_events.h"
#include "interaction/authorise.h"
#include "interaction/interactions.h"
#include "interaction/outcome.h"
#include "interaction/own_definitions.h"
#include "interaction/query.h"
#include "interaction/search_codes.h"
#include "interaction/subset.h"
#include "store/store.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace fingerpost::interaction {
namespace {

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
  // R4 search.html#versions
  if (page.other_version)
    issues.push_back({Severity::warning, "informational", "",
                      "a reference that was followed names another version of a resource than the "
                      "current one: the current one was taken"});
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

bool refuses_total(const search::Plan& plan) {
  return std::any_of(plan.used.begin(), plan.used.end(), [](const search::Pair& pair) {
    return pair.first == "_total" && pair.second == "none";
  });
}

// Asked for, or known because all matches are here, and not unwanted.
std::optional<std::uint64_t> total_of(const search::Plan& plan, const store::Page& page,
                                      bool first) {
  if (plan.count > 0 && refuses_total(plan)) return {};
  const bool whole = plan.count > 0 && first && page.next.empty() && page.partial.empty();
  if (page.total || !whole) return page.total;
  return static_cast<std::uint64_t>(std::count_if(
      page.hits.begin(), page.hits.end(), [](const store::Hit& hit) { return !hit.included; }));
}

// `cursor`: of the request.
std::string write_searchset(const Context& context, const std::string& path,
                            const std::string& cursor, const search::Plan& plan,
                            const store::Page& page) {
  const auto issues = remarks(context, plan, page);
  std::string out = R"({"resourceType":"Bundle","type":"searchset")";
  if (const auto total = total_of(plan, page, cursor.empty()))
    out += ",\"total\":" + std::to_string(*total);
  out += ',';
  write_links(context, out, path, plan.used, cursor, page.next);
  if (!page.hits.empty() || !issues.empty()) {
    out += R"(,"entry":[)";
    for (const auto& hit : page.hits) {
      if (out.back() == '}') out += ',';
      write_entry(context, out, hit.resource, !hit.included);
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
  auto query = query_of(session.context, where.type, pairs);
  query.handling = handling;
  query.compartment = where.compartment;
  query.resolve = resolve_codes(session);
  return interaction::plan_of(session.context, query);
}

// The audit is searched by itself alone: whoever asks for it beside others is not to think that it
// is empty.
std::optional<Answer> refuse_audit(const std::vector<search::Pair>& pairs) {
  constexpr std::string_view shaping[] = {"_type", "_include", "_revinclude", "_include:iterate",
                                          "_revinclude:iterate"};
  for (const auto& [name, value] : pairs) {
    const bool names = std::find(std::begin(shaping), std::end(shaping), name) != std::end(shaping);
    const std::string& where = names ? value : name;
    if (where.find(audit_event_type) != std::string::npos)
      return failure(Error{Kind::unsupported, "AuditEvents are searched by GET AuditEvent", name});
  }
  return {};
}

Answer answer_in(const Session& session, const Where& where, const std::vector<search::Pair>& pairs,
                 search::Handling handling) {
  if (auto refused = refuse_audit(pairs)) return *std::move(refused);
  const auto& context = session.context;
  const bool with_own = OwnDefinitions::has(where.type) && !where.compartment;
  bool own = false;
  std::string cursor;
  const auto whose = where.compartment ? where.compartment->type : std::string_view();
  auto within = where.type.empty() ? within_scopes(session, pairs, whose) : pairs;
  if (!within) return failure(within.error());
  auto& asked = *within;
  for (auto& [name, value] : asked) {
    if (name != "_cursor") continue;
    cursor = value;
    if (with_own) own = take_own_mark(value);
  }
  auto plan = plan_of(session, where, asked, handling);
  if (!plan) return failure(plan.error());
  if (const auto allowed = authorise(*session.caller, *plan); !allowed)
    return failure(allowed.error());
  const auto subset = subset_of(*plan);
  if (!subset) return failure(subset.error());
  auto page = with_own ? search_with_own(session, *plan, own) : session.reader.search(*plan);
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
  answer.body = write_searchset(context, where.path(), cursor, *plan, *page);
  return answer;
}

// Of a Patient's compartment: what was done about him.
Answer search_audit_of(const Session& session, Target whose, std::vector<search::Pair> pairs,
                       search::Handling handling) {
  if (whose.type != "Patient")
    return failure(Error{Kind::unsupported, "AuditEvents are in the compartments of Patients", ""});
  pairs.emplace_back("patient", whose.id);
  return search_audit_events(session, pairs, handling);
}

}  // namespace

// R4 http.html#search
Answer search_type(const Session& session, std::string_view type,
                   const std::vector<search::Pair>& pairs, search::Handling handling) {
  if (type == audit_event_type) return search_audit_events(session, pairs, handling);
  return answer_in(session, {type, {}}, pairs, handling);
}

Answer search_system(const Session& session, const std::vector<search::Pair>& pairs,
                     search::Handling handling) {
  return answer_in(session, {}, pairs, handling);
}

Answer search_compartment(const Session& session, Target whose, std::string_view type,
                          const std::vector<search::Pair>& pairs, search::Handling handling) {
  if (type == audit_event_type) return search_audit_of(session, whose, pairs, handling);
  return answer_in(session, {type == "*" ? "" : type, search::Compartment{whose.type, whose.id}},
                   pairs, handling);
}

}  // namespace fingerpost::interaction
