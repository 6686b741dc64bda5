#include "exchange/replay.h"

#include "exchange/differences.h"
#include "exchange/json_object.h"
#include "exchange/neighbourhood.h"
#include "exchange/work.h"
#include "model/json.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

// Before the times of a row's replays, in its note.
constexpr std::string_view replayed = "applied again by other maps at ";
constexpr std::string_view between = ", ";

std::vector<std::string> marks_of(const store::InboxRow& row) {
  std::vector<std::string> marks;
  if (!row.note.starts_with(replayed)) return marks;
  auto rest = std::string_view(row.note).substr(replayed.size());
  while (!rest.empty()) {
    const auto mark = rest.substr(0, rest.find(between));
    marks.emplace_back(mark);
    rest.remove_prefix(std::min(rest.size(), mark.size() + between.size()));
  }
  return marks;
}

// When what the message made was committed, then each replay of it: the times of their Provenances,
// which are those of all that their commits wrote.
Result<std::vector<std::int64_t>> own_times(store::Reader& reader, const store::InboxRow& row) {
  auto marks = marks_of(row);
  marks.insert(marks.begin(), "");
  std::vector<std::int64_t> times;
  for (const auto& mark : marks) {
    const auto stored = reader.read("Provenance", origin_id(row, mark));
    if (!stored && !is_absence(stored.error())) return stored.error();
    if (stored) times.push_back(stored->last_updated_us);
  }
  if (times.empty()) times.push_back(row.received_us);
  return times;
}

// Decides what of a message still stands as it was written from it.
class Comparison {
 public:
  Comparison(const Parts& parts, store::Reader& reader, std::vector<std::int64_t> own_us,
             const ReplayView& view)
      : parts_(parts), reader_(reader), view_(view), own_us_(std::move(own_us)) {}

  // Leaves in the unit what may be written.
  Result<void> look(store::Unit& unit) {
    std::vector<store::Write> writes;
    bool task_stays = false;
    for (auto& write : unit.writes) {
      LET(const bool stays, look_at(write));
      task_stays |= stays && (write.type == "Task" || write.type == "ServiceRequest");
      if (!stays) writes.push_back(std::move(write));
    }
    unit.writes = std::move(writes);
    if (task_stays) unit.outbox.clear();
    return {};
  }
  const std::vector<std::string>& resources() const { return resources_; }

 private:
  // True: another has written it since.
  Result<bool> look_at(store::Write& write) {
    const auto stored = reader_.read(write.type, write.id);
    if (!stored && !is_absence(stored.error())) return stored.error();
    const bool removed = !stored && stored.error().kind == Kind::gone;
    const bool since = stored && is_since(stored->last_updated_us);
    if (stored && !write.if_version) write.if_version = stored->version;
    JsonObject out;
    out.text("resource", write.type + "/" + write.id);
    const char* change = since || removed ? "kept" : stored ? "updated" : "created";
    out.text("change", change);
    if (since) out.text("reason", "written by something else since");
    if (removed) out.text("reason", "deleted since");
    if (!removed) LET_DONE(add_differences(write, stored ? stored->body : "", out));
    resources_.push_back(out.end());
    return since || removed;
  }

  bool is_since(std::int64_t time_us) const {
    return time_us > own_us_.front() &&
           std::find(own_us_.begin(), own_us_.end(), time_us) == own_us_.end();
  }

  Result<void> add_differences(const store::Write& write, const std::string& stored,
                               JsonObject& out) {
    std::optional<Tree> before;
    if (!stored.empty()) {
      LET(auto read, model::read_json(parts_.definitions, stored, parts_.limits));
      before.emplace(std::move(read.tree));
    }
    LET(const auto after,
        model::read_json(parts_.definitions, store::complete(write.body, 1, 0), parts_.limits));
    const auto found =
        differences(parts_.definitions, before ? NodeRef{&*before, before->root()} : NodeRef{},
                    {&after.tree, after.tree.root()});
    std::vector<std::string> rows;
    for (const auto& one : found) {
      if (rows.size() >= view_.differences) break;
      JsonObject row;
      row.text("path", one.path);
      row.text("is", !one.was ? "added" : !one.will ? "removed" : "changed");
      if (view_.values && one.was) row.text("was", *one.was);
      if (view_.values && one.will) row.text("will", *one.will);
      rows.push_back(row.end());
    }
    out.list("differences", rows);
    if (rows.size() < found.size())
      out.number("more", static_cast<std::int64_t>(found.size() - rows.size()));
    return {};
  }

  const Parts& parts_;
  store::Reader& reader_;
  const ReplayView& view_;
  const std::vector<std::int64_t> own_us_;
  std::vector<std::string> resources_;
};

Result<void> may_be_replayed(const store::InboxRow& row) {
  const auto format = format_named(row.kind);
  if (!format || row.key.starts_with(reply_key))
    return Error{Kind::conflict, "what is no message of its own is not replayed", ""};
  if (is_extract(*format))
    return Error{Kind::conflict, "an extract is not replayed from here: apply it again", ""};
  if (row.status != store::InboxStatus::applied)
    return Error{Kind::conflict,
                 "only what was applied is replayed: a row that is " +
                     std::string(store::name(row.status)) + " can be tried again",
                 ""};
  return {};
}

}  // namespace

Result<Replay> replay(const Parts& parts, store::Reader& reader, const store::InboxRow& row,
                      const ReplayView& view) {
  LET_DONE(may_be_replayed(row));
  const auto now = parts.clock.now_us();
  LET(auto own_us, own_times(reader, row));
  Comparison comparison(parts, reader, std::move(own_us), view);
  LET(auto worked, work_again(parts, reader, row, store::instant(now),
                              [&](store::Unit& unit) { return comparison.look(unit); }));
  Replay made;
  made.unit = std::move(worked.applied.unit);
  made.summary = JsonObject()
                     .number("id", row.id)
                     .list("resources", comparison.resources())
                     .number("deliveries", static_cast<std::int64_t>(made.unit.outbox.size()))
                     .end();
  if (made.unit.writes.empty()) {
    made.unit = {};
    return made;
  }
  store::InboxUpdate update;
  update.id = row.id;
  update.from = row.status;
  update.status = row.status;
  update.note = marks_of(row).empty() ? std::string(replayed) : row.note + std::string(between);
  *update.note += store::instant(now);
  update.kind = row.kind;
  made.unit.inbox_updates.push_back(std::move(update));
  return made;
}

}  // namespace fingerpost::exchange
