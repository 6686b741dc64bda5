#include "exchange/admin.h"

#include "base/text.h"
#include "exchange/json_object.h"
#include "exchange/replay.h"
#include "exchange/unwritten.h"
#include "exchange/work.h"
#include "fingerpost/translate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

using store::InboxStatus;
using store::OutboxStatus;

constexpr int most_rows = 1'000;
constexpr int most_replayed = 100;  // of one request: other requests wait for it

// Bytes of any kind as text: what is not UTF-8 is read as Latin-1, so that it can be seen.
std::string readable(const std::string& bytes) {
  if (is_utf8(bytes)) return bytes;
  std::string out;
  for (const char c : bytes) append_utf8(out, static_cast<unsigned char>(c));
  return out;
}

JsonObject object(const store::InboxRow& row) {
  JsonObject out;
  out.number("id", row.id).text("status", store::name(row.status)).text("source", row.source);
  out.text("kind", row.kind).text("digest", row.digest).text("note", row.note);
  out.number("attempts", row.attempts).time("received", row.received_us).time("due", row.due_us);
  return out;
}

// What a worker would not read keeps the reason it was refused for.
Result<void> may_be_tried_again(const store::InboxRow& row) {
  const auto format = format_named(row.kind);
  const bool refused = row.status == InboxStatus::refused;
  if (!format && row.kind != unreadable_kind)
    return Error{Kind::conflict, "a request body is not tried again: it is to be sent again", ""};
  if (!format) return Error{Kind::conflict, "what is no message is not tried again", ""};
  if (refused && is_extract(*format))
    return Error{Kind::conflict, "an extract is not tried again from here: apply it again", ""};
  return {};
}

JsonObject object(const store::OutboxRow& row) {
  JsonObject out;
  out.number("id", row.id).text("status", store::name(row.status)).text("lane", row.lane);
  out.text("kind", row.kind).text("idempotencyKey", row.idempotency_key).text("note", row.note);
  out.number("attempts", row.attempts).time("created", row.created_us).time("due", row.due_us);
  return out;
}

template <class Row>
std::vector<std::string> list_of(const std::vector<Row>& rows) {
  std::vector<std::string> list;
  for (const auto& row : rows) list.push_back(object(row).end());
  return list;
}

// {"rows":[…]}; `next`: where more may stand, 0 for nowhere.
std::string page_of(const std::vector<std::string>& rows, std::int64_t next) {
  JsonObject out;
  out.list("rows", rows);
  if (next != 0) out.number("next", next);
  return out.end();
}

template <class Row>
std::string page(const std::vector<Row>& rows, int limit) {
  const bool full = rows.size() == static_cast<std::size_t>(limit);
  return page_of(list_of(rows), full ? rows.back().id : 0);
}

std::string value(const Admin::Query& query, std::string_view name) {
  for (const auto& [key, text] : query)
    if (key == name) return text;
  return "";
}

Result<std::int64_t> number(const Admin::Query& query, std::string_view name, std::int64_t absent) {
  const auto text = value(query, name);
  if (text.empty()) return absent;
  const auto found = to_integer(text);
  if (!found || *found < 0)
    return Error{Kind::invalid, "a whole number is needed", std::string(name)};
  return *found;
}

template <class Filter>
Result<void> read_place(const Admin::Query& query, Filter& filter) {
  LET(filter.after, number(query, "after", 0));
  LET(const auto limit, number(query, "limit", filter.limit));
  filter.limit = static_cast<int>(std::clamp<std::int64_t>(limit, 1, most_rows));
  const auto order = value(query, "order");
  if (!order.empty() && order != "newest" && order != "oldest")
    return Error{Kind::invalid, "newest or oldest", "order"};
  filter.newest_first = order == "newest";
  return {};
}

Error no_such() {
  return {Kind::not_found, "there is nothing of this name", ""};
}
Error not_so(std::string_view status) {
  return {Kind::conflict, "a row that is " + std::string(status) + " cannot be changed so", ""};
}

// What could not be written is written now, by `parts`; null: there are no maps here.
Result<store::OutboxUpdate> tried_again(const Parts* parts, store::Reader& reader,
                                        const store::OutboxRow& row, std::int64_t now_us) {
  store::OutboxUpdate update;
  update.id = row.id;
  update.status = OutboxStatus::waiting;
  update.due_us = now_us;
  update.attempts = 0;
  update.note = "sent again by an operator";
  if (!is_unwritten(row)) return update;
  if (parts == nullptr)
    return Error{Kind::unsupported, "only a running gateway has the maps to write it by", ""};
  auto message = write_anew(*parts, reader, row);
  if (!message) {
    const auto& error = message.error();
    if (error.kind == Kind::fault || error.kind == Kind::busy || error.kind == Kind::conflict)
      return error;
    return Error{Kind::conflict, not_written(error), ""};
  }
  update.body = std::move(*message);
  update.note = "written anew and sent by an operator";
  return update;
}

// Which rows of the outbox have gone, or are going, by lane and order key: an older row of the same
// must not follow them, for what it says would stand where newer things were said.
class Overtakers {
 public:
  // Of rows behind `after`; lane "": of all.
  static Result<Overtakers> of(store::Reader& reader, const std::string& lane, std::int64_t after) {
    Overtakers found;
    store::OutboxFilter filter;
    filter.lane = lane;
    filter.after = after;
    filter.limit = most_rows;
    for (bool more = true; more;) {
      LET(const auto rows, reader.outbox(filter));
      more = rows.size() == static_cast<std::size_t>(filter.limit);
      for (const auto& row : rows) {
        filter.after = row.id;
        const bool gone =
            row.status == OutboxStatus::delivered || row.status == OutboxStatus::sending;
        if (gone && !row.order_key.empty()) found.last_[{row.lane, row.order_key}] = row.id;
      }
    }
    return found;
  }
  bool passed(const store::OutboxRow& row) const {
    const auto last = last_.find({row.lane, row.order_key});
    return last != last_.end() && last->second > row.id;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::int64_t> last_;
};

// "outbox/7/retry" as an event: by whoever may read the word of the operators' door.
store::AuditNote note_of(std::string_view path) {
  const auto last = path.substr(path.rfind('/') + 1);
  store::AuditNote note;
  note.did = to_integer(last) ? "show" : std::string(last);
  note.from = "operator";
  note.asked = path;
  return note;
}

}  // namespace

Result<std::string> Admin::list_inbox(const Query& query) {
  store::InboxFilter filter;
  filter.source = value(query, "source");
  if (const auto status = value(query, "status"); !status.empty()) {
    filter.status = store::inbox_status(status);
    if (!filter.status) return Error{Kind::invalid, "no status of an inbox row", "status"};
  }
  const auto placed = read_place(query, filter);
  if (!placed) return placed.error();
  LET(const auto reader, store_.reader());
  LET(const auto rows, reader->inbox(filter));
  return page(rows, filter.limit);
}

Result<std::string> Admin::list_outbox(const Query& query) {
  store::OutboxFilter filter;
  filter.lane = value(query, "lane");
  if (const auto status = value(query, "status"); !status.empty()) {
    filter.status = store::outbox_status(status);
    if (!filter.status) return Error{Kind::invalid, "no status of an outbox row", "status"};
  }
  const auto placed = read_place(query, filter);
  if (!placed) return placed.error();
  LET(const auto reader, store_.reader());
  LET(const auto rows, reader->outbox(filter));
  return page(rows, filter.limit);
}

Result<std::string> Admin::list_lanes() {
  LET(const auto reader, store_.reader());
  LET(auto lanes, reader->lanes());
  const auto is_there = [&lanes](const std::string& id) {
    return std::any_of(lanes.begin(), lanes.end(), [&](const auto& one) { return one.lane == id; });
  };
  if (partners_ != nullptr)
    for (const auto& partner : partners_->list)
      if (!is_there(partner.id)) lanes.push_back({partner.id});
  std::vector<std::string> list;
  for (const auto& lane : lanes) {
    JsonObject out;
    out.text("lane", lane.lane).raw("held", lane.held ? "true" : "false");
    out.number("open", lane.open).number("dead", lane.dead).time("oldest", lane.oldest_us);
    list.push_back(out.end());
  }
  return JsonObject().list("rows", list).end();
}

Result<std::string> Admin::show(std::string_view box, std::int64_t id) {
  LET(const auto reader, store_.reader());
  if (box == "inbox") {
    LET(const auto row, reader->inbox_row(id));
    return object(row)
        .text("answer", readable(row.answer))
        .text("message", readable(row.raw))
        .end();
  }
  LET(const auto row, reader->outbox_row(id));
  return object(row).text("orderKey", row.order_key).text("message", readable(row.body)).end();
}

Result<store::Unit> Admin::act_on_outbox(std::int64_t id, std::string_view action) {
  LET(const auto reader, store_.reader());
  LET(const auto row, reader->outbox_row(id));
  store::OutboxUpdate update;
  update.id = id;
  const bool idle = row.status == OutboxStatus::waiting || row.status == OutboxStatus::held;
  bool allowed = false;
  if (action == "retry" || action == "force") {
    LET(const auto overtakers, Overtakers::of(*reader, row.lane, row.id));
    if (action == "retry" && overtakers.passed(row))
      return Error{Kind::conflict,
                   "what was said later of the same person was delivered since: this would undo it "
                   "there; force sends it all the same",
                   ""};
    allowed = (idle || row.status == OutboxStatus::dead) && !row.body.empty();
    if (allowed) {
      LET(update, tried_again(parts_, *reader, row, clock_.now_us()));
    }
  } else if (action == "hold") {
    allowed = row.status == OutboxStatus::waiting;
    update.status = OutboxStatus::held;
  } else if (action == "release") {
    allowed = row.status == OutboxStatus::held;
    update.status = OutboxStatus::waiting;
  } else if (action == "cancel") {
    allowed = idle || row.status == OutboxStatus::dead;
    update.status = OutboxStatus::cancelled;
  } else {
    return no_such();
  }
  if (!allowed) return not_so(store::name(row.status));
  store::Unit unit;
  unit.outbox_updates.push_back(std::move(update));
  return unit;
}

Result<store::Unit> Admin::act_on_lane(std::string_view lane, std::string_view action) {
  if (action != "hold" && action != "release") return no_such();
  bool known = partners_ != nullptr && partners_->find(lane) != nullptr;
  if (!known) {
    LET(const auto reader, store_.reader());
    LET(const auto lanes, reader->lanes());
    known = std::any_of(lanes.begin(), lanes.end(),
                        [&](const store::LaneState& one) { return one.lane == lane; });
  }
  if (!known)
    return Error{Kind::not_found,
                 "there is no lane of this name: a lane is named by its partner's id",
                 std::string(lane)};
  store::Unit unit;
  unit.lanes.push_back({std::string(lane), action == "hold"});
  return unit;
}

Result<store::Unit> Admin::act(std::string_view box, std::string_view name,
                               std::string_view action) {
  if (box == "lanes") return act_on_lane(name, action);
  store::Unit unit;
  const auto id = to_integer(name);
  if (!id) return no_such();
  if (box == "outbox") return act_on_outbox(*id, action);
  if (box != "inbox" || action != "retry") return no_such();
  LET(const auto reader, store_.reader());
  LET(const auto row, reader->inbox_row(*id));
  if (row.status != InboxStatus::refused && row.status != InboxStatus::quarantined)
    return not_so(store::name(row.status));
  LET_DONE(may_be_tried_again(row));
  store::InboxUpdate update;
  update.id = *id;
  update.status = InboxStatus::received;
  update.note = "applied again by an operator";
  update.attempts = 0;
  update.due_us = clock_.now_us();
  unit.inbox_updates.push_back(std::move(update));
  return unit;
}

// A commit for each page: what one of them did stands when the next fails.
Result<std::string> Admin::retry_dead(const Query& query) {
  LET(const auto reader, store_.reader());
  store::OutboxFilter filter;
  filter.lane = value(query, "lane");
  LET(const auto overtakers, Overtakers::of(*reader, filter.lane, 0));
  filter.status = OutboxStatus::dead;
  filter.limit = most_rows;
  std::int64_t count = 0, overtaken = 0, not_written = 0;
  for (bool more = true; more;) {
    LET(const auto rows, reader->outbox(filter));
    more = rows.size() == static_cast<std::size_t>(filter.limit);
    store::Unit unit;
    for (const auto& listed : rows) {
      filter.after = listed.id;
      LET(const auto row, reader->outbox_row(listed.id));
      if (row.body.empty()) continue;  // there is nothing to send
      if (overtakers.passed(row)) {
        ++overtaken;
        continue;
      }
      auto update = tried_again(parts_, *reader, row, clock_.now_us());
      if (!update && update.error().kind == Kind::fault) return update.error();
      ++(update ? count : not_written);
      if (update) unit.outbox_updates.push_back(std::move(*update));
    }
    if (!unit.outbox_updates.empty()) LET_DONE(commit_now(store_, std::move(unit)));
  }
  return JsonObject()
      .number("retried", count)
      .number("overtaken", overtaken)
      .number("notWritten", not_written)
      .end();
}

Result<std::string> Admin::replay_one(AdminMethod method, std::int64_t id, bool values) {
  if (parts_ == nullptr)
    return Error{Kind::unsupported, "only a running gateway has the maps to replay by", ""};
  LET(const auto reader, store_.reader());
  LET(const auto row, reader->inbox_row(id));
  ReplayView view;
  view.values = values;
  LET(auto made, replay(*parts_, *reader, row, view));
  if (method == AdminMethod::post && !made.unit.writes.empty())
    LET_DONE(commit_now(parts_->store, std::move(made.unit)));
  return std::move(made.summary);
}

Result<std::string> Admin::replay_many(AdminMethod method, const Query& query) {
  store::InboxFilter filter;
  filter.status = InboxStatus::applied;
  filter.source = value(query, "source");
  if (filter.source.empty()) return Error{Kind::invalid, "whose messages?", "source"};
  LET_DONE(read_place(query, filter));
  filter.newest_first = false;
  filter.limit = std::min(filter.limit, most_replayed);
  LET(const auto reader, store_.reader());
  LET(const auto rows, reader->inbox(filter));
  std::vector<std::string> replayed;
  for (const auto& row : rows) {
    auto done = replay_one(method, row.id, value(query, "values") == "true");
    if (!done && done.error().kind == Kind::fault) return done.error();
    replayed.push_back(
        done ? *std::move(done)
             : JsonObject().number("id", row.id).text("refused", done.error().text).end());
  }
  const bool more = rows.size() == static_cast<std::size_t>(filter.limit);
  return page_of(replayed, more ? rows.back().id : 0);
}

// The audit has it before it is done, or it is not done.
Result<std::string> Admin::noted(std::string_view path,
                                 const std::function<Result<std::string>()>& work) {
  store::Unit unit;
  unit.audit.push_back(note_of(path));
  LET_DONE(commit_now(store_, std::move(unit)));
  return work();
}

Result<std::string> Admin::answer_replay(AdminMethod method, std::string_view path,
                                         std::string_view which, const Query& query) {
  const bool values = value(query, "values") == "true";
  const auto work = [&]() -> Result<std::string> {
    if (which.empty()) return replay_many(method, query);
    const auto id = to_integer(which);
    return id ? replay_one(method, *id, values) : no_such();
  };
  return method == AdminMethod::post || values ? noted(path, work) : work();
}

Result<std::string> Admin::answer_get(std::string_view path, std::string_view box,
                                      std::string_view rest, const Query& query) {
  if (box == "lanes" && rest.empty()) return list_lanes();
  if (box != "inbox" && box != "outbox") return no_such();
  if (rest.empty()) return box == "inbox" ? list_inbox(query) : list_outbox(query);
  const auto id = to_integer(rest);
  if (!id) return no_such();
  return noted(path, [&] { return show(box, *id); });
}

void Admin::answer(AdminMethod method, std::string_view path, const Query& query, Done done) {
  const auto slash = path.find('/');
  const auto box = path.substr(0, slash);
  const auto rest = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  constexpr std::string_view replay = "/replay";
  if (box == "inbox" && rest == replay.substr(1))
    return done(answer_replay(method, path, "", query));
  if (box == "inbox" && rest.ends_with(replay))
    return done(answer_replay(method, path, rest.substr(0, rest.size() - replay.size()), query));
  if (method == AdminMethod::get) return done(answer_get(path, box, rest, query));
  if (box == "outbox" && rest == "retry")
    return done(noted(path, [&] { return retry_dead(query); }));
  const auto last = rest.rfind('/');
  if (last == std::string_view::npos) return done(no_such());
  auto unit = act(box, rest.substr(0, last), rest.substr(last + 1));
  if (!unit) return done(unit.error());
  unit->audit.push_back(note_of(path));
  store_.commit(std::move(*unit),
                [done = std::move(done)](const Result<store::UnitOutcome>& outcome) {
                  if (!outcome) return done(outcome.error());
                  done(std::string(R"({"done":true})"));
                });
}

}  // namespace fingerpost::exchange
