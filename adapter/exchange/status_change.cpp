#include "exchange/status_change.h"

#include "base/uuid.h"
#include "care/names.h"
#include "care/stages.h"
#include "exchange/extension.h"
#include "exchange/made.h"
#include "exchange/quoted.h"
#include "model/json.h"
#include "search/search.h"
#include "store/body.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace fingerpost::exchange {
namespace {

// Personalised care and support plans, as their profile has them: a record's other plans are many.
constexpr std::string_view plan_category = "http://snomed.info/sct|2181441000000107";

// What tells of a change of health.
struct Tells {
  const char* type;
  const char* parameter;
  const char* values;
};
constexpr Tells tells[] = {{"Condition", "clinical-status", "active,recurrence,relapse"},
                           {"Encounter", "class", "IMP,EMER,ACUTE"}};

class Checks {
 public:
  Checks(const Parts& parts, store::Reader& reader) : parts_(parts), reader_(reader) {}

  Result<std::size_t> run();

 private:
  Result<void> look(const store::Stored& plan);
  Result<std::string> change_since(const std::string& person, std::int64_t since_us);
  Result<void> raise(NodeRef plan, const std::string& plan_id, const std::string& what);

  const Parts& parts_;
  store::Reader& reader_;
  std::size_t raised_ = 0;
};

// "Condition/1": the first that came since; "" for none.
Result<std::string> Checks::change_since(const std::string& person, std::int64_t since_us) {
  for (const auto& row : tells) {
    const std::vector<search::Pair> pairs{{"patient", person},
                                          {row.parameter, row.values},
                                          {"_lastUpdated", "gt" + store::instant(since_us)},
                                          {"_count", "1"}};
    search::Query query;
    query.type = row.type;
    query.pairs = &pairs;
    LET(const auto plan, search::plan(*parts_.parameters.now(), query, parts_.limits));
    LET(const auto page, reader_.search(plan));
    if (!page.partial.empty())
      return Error{Kind::busy, "the index is still being made of " + std::string(row.type), ""};
    if (!page.hits.empty()) return std::string(row.type) + "/" + page.hits[0].resource.id;
  }
  return std::string();
}

Result<void> Checks::raise(NodeRef plan, const std::string& plan_id, const std::string& what) {
  const auto now = parts_.clock.now_us();
  const auto within =
      std::chrono::duration_cast<std::chrono::microseconds>(parts_.policy.check_within);
  const auto id = uuid_v5({"check-status-change", plan_id, what, std::to_string(now)});
  const auto json =
      R"({"resourceType":"Task","id":)" + quoted(id) + R"(,"meta":{"profile":[)" +
      quoted(care::stage_task_profile) + R"(]},"basedOn":[{"reference":)" +
      quoted("CarePlan/" + plan_id) + "}]," +
      member_of(parts_, "groupIdentifier",
                child(extension(plan, care::thread_extension), "value")) +
      R"("status":"requested","intent":"order","code":)" +
      coded(care::task_code_system, "check-status-change") +
      R"(,"description":"The person's health has changed: look at the plan","focus":{"reference":)" +
      quoted(what) + "}," + member_of(parts_, "for", child(plan, "subject")) + R"("authoredOn":)" +
      quoted(store::instant(now)) + "," + member_of(parts_, "owner", child(plan, "author")) +
      R"("restriction":{"period":{"end":)" + quoted(store::instant(now + within.count())) + "}}}";
  Neighbourhood near(parts_, reader_);
  store::Unit unit;
  LET(const bool added, add_once(parts_, near, json, "Task", id, reader_, unit));
  if (!added) return {};
  const auto done = commit_now(parts_.store, std::move(unit));
  if (!done && done.error().kind != Kind::conflict) return done.error();
  if (done) ++raised_;
  return {};
}

Result<void> Checks::look(const store::Stored& stored) {
  LET(const auto read, model::read_json(parts_.definitions, stored.body, parts_.limits));
  const NodeRef plan{&read.tree, read.tree.root()};
  const std::string person(child_text(child(plan, "subject"), "reference"));
  if (!extension(plan, care::agreed_extension) || read_reference(person).type != "Patient")
    return {};
  auto since = stored.last_updated_us;
  LET(const auto checks,
      find_all(parts_, reader_, "Task",
               {{"based-on", "CarePlan/" + stored.id},
                {"code", std::string(care::task_code_system) + "|check-status-change"}}));
  for (const auto& id : checks.ids) {
    LET(const auto task, reader_.read("Task", id));
    LET(const auto task_read, model::read_json(parts_.definitions, task.body, parts_.limits));
    const auto status = child_text({&task_read.tree, task_read.tree.root()}, "status");
    if (care::stage_state(status) != care::StageState::ended) return {};
    since = std::max(since, task.last_updated_us);
  }
  LET(const auto what, change_since(person, since));
  return what.empty() ? Result<void>{} : raise(plan, stored.id, what);
}

Result<std::size_t> Checks::run() {
  LET_DONE(look_at_all(parts_, reader_, "CarePlan",
                       {{"status", "active"}, {"category", std::string(plan_category)}},
                       [this](const store::Stored& plan) { return look(plan); }));
  return raised_;
}

}  // namespace

Result<std::size_t> raise_checks(const Parts& parts, store::Reader& reader) {
  return Checks(parts, reader).run();
}

}  // namespace fingerpost::exchange
