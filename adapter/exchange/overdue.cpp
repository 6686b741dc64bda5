#include "exchange/overdue.h"

#include "base/uuid.h"
#include "exchange/delivery.h"
#include "exchange/extension.h"
#include "exchange/made.h"
#include "exchange/quoted.h"
#include "exchange/referral_step.h"
#include "exchange/status_change.h"
#include "exchange/waiting.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "store/body.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view open_statuses = "requested,received,accepted,in-progress,on-hold";

// What whoever asked is told, by care::Wait.
struct Words {
  std::string_view code;
  std::string_view description;
};
constexpr Words words[] = {
    {"nothing", ""},
    {"response", "No answer came in time: ask the service, or route the request to another"},
    {"begin", "The referral was accepted and has not begun: ask the service"},
    {"news", "Nothing was heard of the referral for long: ask the service"},
    {"cancellation", "The cancellation was not answered: it may be forced now"},
};
const Words& words_of(care::Wait wait) {
  return words[static_cast<std::size_t>(wait)];
}

std::string instant_of(std::chrono::sys_seconds time) {
  return store::instant(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

// One look at all of them.
class Sweep {
 public:
  Sweep(const Parts& parts, Watch& watch, store::Reader& reader)
      : parts_(parts), watch_(watch), reader_(reader), now_(seconds_of(parts.clock.now_us())) {}

  Result<OverdueCounts> run();

 private:
  // One referral, as it is stored.
  struct Referral {
    const store::Stored& stored;
    NodeRef task;
    care::Standing standing;
    std::chrono::sys_seconds since;
  };
  // A unit in the making, as the watch is to see it.
  struct Making {
    store::Unit unit;
    std::deque<Tree> trees;
    std::deque<std::string> befores;
  };

  bool is_ours(Neighbourhood& near, NodeRef task) const;
  bool may_expire(const Referral& referral) const;
  std::string with_business_status(NodeRef task, std::string_view code) const;
  Result<void> look(const store::Stored& stored);
  Result<void> remind(const Referral& referral);
  Result<void> raise(const Referral& referral, const care::Overdue& overdue);
  Result<void> add_changed(const Referral& referral, const std::string& changes, Making& making);
  Result<void> add_task(const Referral& referral, const std::string& id, care::Wait wait,
                        Making& making);
  void add(Tree tree, const std::string& id, std::string_view before, std::int64_t version,
           Making& making);
  Result<bool> commit(Making making);

  const Parts& parts_;
  Watch& watch_;
  store::Reader& reader_;
  const std::chrono::sys_seconds now_;
  OverdueCounts counts_;
};

void Sweep::add(Tree tree, const std::string& id, std::string_view before, std::int64_t version,
                Making& making) {
  auto& write = making.unit.writes.emplace_back();
  write.type = "Task";
  write.id = id;
  if (version == 0) write.must_be_new = true;
  if (version != 0) write.if_version = version;
  making.befores.emplace_back(before);
  auto& kept = making.trees.emplace_back(std::move(tree));
  write.index = search::index_to_store(*parts_.parameters.now(), {&kept, kept.root()});
  write.body = store::prepare_body(parts_.definitions, kept, id);
}

// The Task with the members of a JSON text in place of its own.
Result<void> Sweep::add_changed(const Referral& referral, const std::string& changes,
                                Making& making) {
  LET(auto tree, with_members(parts_, referral.stored.body, "Task", changes));
  add(std::move(tree), referral.stored.id, referral.stored.body, referral.stored.version, making);
  return {};
}

// Task `chase-response` of fhir-profiles/: for whoever asked, about the referral.
Result<void> Sweep::add_task(const Referral& referral, const std::string& id, care::Wait wait,
                             Making& making) {
  const auto json = R"({"resourceType":"Task","id":)" + quoted(id) + R"(,"meta":{"profile":[)" +
                    quoted(care::stage_task_profile) + "]}," +
                    member_of(parts_, "groupIdentifier", child(referral.task, "groupIdentifier")) +
                    R"("status":"requested","intent":"order","code":)" +
                    coded(care::task_code_system, "chase-response") + R"(,"description":)" +
                    quoted(words_of(wait).description) + R"(,"focus":{"reference":)" +
                    quoted("Task/" + referral.stored.id) + "}," +
                    member_of(parts_, "for", child(referral.task, "for")) + R"("authoredOn":)" +
                    quoted(instant_of(now_)) + "," +
                    member_of(parts_, "owner", child(referral.task, "requester")) +
                    R"("restriction":{"period":{"end":)" +
                    quoted(instant_of(now_ + parts_.policy.act_within)) + "}}}";
  LET(auto read, model::read_json(parts_.definitions, json, parts_.limits));
  add(std::move(read.tree), id, "", 0, making);
  return {};
}

// False: somebody else changed it first.
Result<bool> Sweep::commit(Making making) {
  std::vector<Written> written;
  for (std::size_t i = 0; i < making.trees.size(); ++i)
    written.push_back({"Task", making.unit.writes[i].id, making.befores[i], &making.trees[i]});
  const auto agreed = watch_.before_commit(making.unit, written, anybody());
  if (!agreed) return agreed.error();
  const auto done = commit_now(parts_.store, std::move(making.unit));
  if (done) return true;
  if (done.error().kind == Kind::conflict) return false;
  return done.error();
}

// What it waits from must stay: the Task says when it is due, and is not called modified.
Result<void> Sweep::remind(const Referral& referral) {
  if (has_business_status(referral.task, reminded_code)) return {};
  auto changes = R"("businessStatus":)" + with_business_status(referral.task, reminded_code);
  if (!child(referral.task, "restriction"))
    changes += R"(,"restriction":{"period":{"end":)" +
               quoted(instant_of(referral.since + parts_.policy.deadlines.response)) + "}}";
  Making making;
  LET_DONE(add_changed(referral, changes, making));
  LET(const bool done, commit(std::move(making)));
  if (done) ++counts_.reminded;
  return {};
}

Result<void> Sweep::raise(const Referral& referral, const care::Overdue& overdue) {
  const auto since = std::to_string(referral.since.time_since_epoch().count());
  const auto id = uuid_v5({"overdue", referral.stored.id, words_of(overdue.wait).code, since});
  const auto raised = reader_.read("Task", id);
  if (!raised && !is_absence(raised.error())) return raised.error();
  const bool known = raised || raised.error().kind == Kind::gone;
  const bool unanswered = overdue.then == care::Event::expire;
  const bool unaware = unanswered && !has_business_status(referral.task, reminded_code);
  const auto told = unaware ? remind(referral) : Result<void>{};
  const bool expires = unanswered && may_expire(referral);
  if (known && !expires) return told;
  Making making;
  // Somebody may have gone on with it meanwhile.
  if (!expires && !unaware)
    making.unit.reads.push_back({"Task", referral.stored.id, referral.stored.version});
  if (expires)
    LET_DONE(add_changed(referral,
                         R"("status":"cancelled","statusReason":)" +
                             coded(care::status_reason_system, "no-response",
                                   R"(,"text":"No answer came in time")") +
                             R"(,"businessStatus":)" +
                             with_business_status(referral.task, response_overdue_code) +
                             R"(,"lastModified":)" + quoted(instant_of(now_)),
                         making));
  if (!known) LET_DONE(add_task(referral, id, overdue.wait, making));
  LET(const bool done, commit(std::move(making)));
  if (done && expires) ++counts_.expired;
  if (done && !known) ++counts_.raised;
  return told;
}

// A referral that a record tells of is nobody's here to act upon: it says that it is a referral
// Task (fhir-profiles/), or one of its parties is a partner.
bool Sweep::is_ours(Neighbourhood& near, NodeRef task) const {
  if (!child(task, "requester") || !is_referral(near, task)) return false;
  if (claims(task, care::referral_task_profile)) return true;
  return find_partner(parts_, near, child(task, "owner")) != nullptr ||
         find_partner(parts_, near, child(task, "requester")) != nullptr;
}

// However late it is when it is seen here first: who was asked is reminded, and has time then.
bool Sweep::may_expire(const Referral& referral) const {
  return has_business_status(referral.task, reminded_code) &&
         now_ - seconds_of(referral.stored.last_updated_us) >= parts_.policy.act_within;
}

// What others say of it in their own codes stays beside ours.
std::string Sweep::with_business_status(NodeRef task, std::string_view code) const {
  std::string list =
      R"({"system":)" + quoted(business_status_system) + R"(,"code":)" + quoted(code) + "}";
  const auto status = child(task, "businessStatus");
  const Tree& tree = *task.tree;
  for (auto node = child(status, "coding").node; node != no_node; node = tree.next_same(node))
    if (child_text({&tree, node}, "system") != business_status_system)
      list += "," + json_of(parts_, {&tree, node});
  const auto text = child_text(status, "text");
  return R"({"coding":[)" + list + "]" + (text.empty() ? "" : R"(,"text":)" + quoted(text)) + "}";
}

Result<void> Sweep::look(const store::Stored& stored) {
  LET(const auto read, model::read_json(parts_.definitions, stored.body, parts_.limits));
  const NodeRef task{&read.tree, read.tree.root()};
  Neighbourhood near(parts_, reader_);
  if (!is_ours(near, task)) return {};
  LET(const auto standing, standing_of(task));
  const auto& deadlines = parts_.policy.deadlines;
  const Past past{parts_.definitions, parts_.limits, reader_};
  LET(const auto since, waiting_since(past, stored.id, task, standing, deadlines));
  ++counts_.open;
  const Referral referral{stored, task, standing, since};
  if (const auto late = care::overdue(standing, since, now_, deadlines))
    return raise(referral, *late);
  if (care::nudge_due(standing, since, now_, deadlines)) return remind(referral);
  return {};
}

Result<OverdueCounts> Sweep::run() {
  LET(counts_.stuck, look_at_all(parts_, reader_, "Task", {{"status", std::string(open_statuses)}},
                                 [this](const store::Stored& task) { return look(task); }));
  return counts_;
}

}  // namespace

Result<OverdueCounts> raise_overdue(const Parts& parts, Watch& watch) {
  LET(const auto reader, parts.store.reader());
  LET(auto counts, Sweep(parts, watch, *reader).run());
  LET(counts.checks, raise_checks(parts, *reader));
  return counts;
}

OverdueWorker::OverdueWorker(const Parts& parts, Watch& watch, OverdueTold told)
    : parts_(parts), watch_(watch), told_(std::move(told)), thread_([this] { run(); }) {}

OverdueWorker::~OverdueWorker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void OverdueWorker::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    const auto counts = raise_overdue(parts_, watch_);
    if (told_) told_(counts);
    lock.lock();
    changed_.wait_for(lock, parts_.policy.look_every, [this] { return stop_; });
  }
}

}  // namespace fingerpost::exchange
