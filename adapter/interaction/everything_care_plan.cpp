#include "interaction/everything.h"
#include "interaction/query.h"

#include <algorithm>
#include <array>
#include <deque>

namespace fingerpost::interaction {
namespace {

// Whose own references belong to the graph.
bool leads_on(std::string_view type) {
  constexpr std::array types = {"CarePlan", "Goal",      "ServiceRequest", "Task",
                                "CareTeam", "Condition", "RequestGroup",   "PractitionerRole"};
  return std::find(types.begin(), types.end(), type) != types.end();
}

// Resources of `type` whose `parameter` refers to one of type `of`.
struct Row {
  std::string_view of, type, parameter;
};
constexpr Row rows[] = {{"CarePlan", "ServiceRequest", "based-on"},
                        {"CarePlan", "Task", "based-on"},
                        {"CarePlan", "Task", "focus"},
                        {"CarePlan", "CarePlan", "part-of"},
                        {"ServiceRequest", "Task", "focus"},
                        {"ServiceRequest", "Task", "based-on"},
                        {"Task", "Task", "part-of"}};

// By reading and searching alone; it is gathered whole for each page, which comes by type and id.
class PlanGraph {
 public:
  explicit PlanGraph(const Session& session) : session_(session), context_(session.context) {}

  Result<std::set<Found>> gather(const std::string& id) {
    LET_DONE(add({"CarePlan", id}));
    while (!open_.empty()) {
      const auto at = std::move(open_.front());
      open_.pop_front();
      auto stored = session_.reader.read(at.first, at.second);
      if (!stored) continue;
      LET(const auto referred, referred_by(context_, *stored));
      for (const auto& one : referred)
        if (session_.reader.read(one.first, one.second)) LET_DONE(add(one));
      LET_DONE(add_referring(at));
    }
    return std::move(found_);
  }

 private:
  Result<void> add(const Found& one) {
    if (!found_.insert(one).second) return {};
    if (found_.size() > context_.limits.everything) return too_much(context_.limits);
    if (leads_on(one.first)) open_.push_back(one);
    return {};
  }

  Result<void> add_referring(const Found& at) {
    const auto reference = at.first + "/" + at.second;
    for (const auto& row : rows) {
      if (row.of != at.first) continue;
      std::vector<search::Pair> pairs{{std::string(row.parameter), reference},
                                      {"_count", std::to_string(context_.limits.page_max)}};
      for (bool more = true; more;) {
        LET(const auto plan, plan_of(context_, row.type, pairs));
        LET(const auto page, search_all(session_, plan));
        for (const auto& hit : page.hits) LET_DONE(add({hit.resource.type, hit.resource.id}));
        more = !page.next.empty();
        pairs.resize(2);
        if (more) pairs.emplace_back("_cursor", page.next);
      }
    }
    return {};
  }

  const Session& session_;
  const Context& context_;
  std::set<Found> found_;
  std::deque<Found> open_;
};

}  // namespace

// The plan comes first.
Result<EverythingPage> everything_of_care_plan(const Session& session,
                                               const EverythingAsked& asked) {
  LET(auto plan, session.reader.read("CarePlan", asked.id));
  LET(auto found, PlanGraph(session).gather(asked.id));
  found.erase({"CarePlan", asked.id});
  EverythingPage page;
  if (asked.after.empty() && asked.wants(plan)) page.resources.push_back(std::move(plan));
  Found place;
  if (asked.after.size() == 2) place = {asked.after[0], asked.after[1]};
  LET(const auto next, take_page(session, asked, found, std::move(place), page));
  if (next) page.next = {next->first, next->second};
  return page;
}

}  // namespace fingerpost::interaction
