// The second half of an accepted message, and records.

#include "exchange/delivery.h"
#include "exchange/intake.h"
#include "exchange/work.h"
#include "record/hl7v2_header.h"

#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

store::OutboxRow answer_row(const Partner& partner, std::string key, std::string message) {
  store::OutboxRow row;
  row.lane = partner.id;
  row.receiver = partner.id;
  row.idempotency_key = std::move(key);
  row.kind = hl7v2_answer_kind;
  row.body = std::move(message);
  return row;
}

std::string record_answer(const Worked& worked) {
  return R"({"resources":)" + worked.resources + R"(,"report":)" + worked.report + "}";
}

}  // namespace

struct Intake::Finished {
  store::Unit unit;    // its first inbox update closes the row
  std::string direct;  // the application answer, when it cannot go by the outbox
};

Result<Intake::Finished> Intake::finished(const store::InboxRow& row) {
  LET(const auto reader, readers_.lend());
  auto worked = work(parts_, *reader, row);
  if (!worked && transient(worked.error())) return worked.error();
  store::InboxUpdate update;
  update.id = row.id;
  update.from = store::InboxStatus::received;
  update.kind = row.kind;
  Finished made;
  if (worked) {
    if (row.kind == name(Format::bars))
      update.answer = bars_answer(parts_, row);
    else if (row.kind != name(Format::hl7v2))
      update.answer = record_answer(*worked);
    made.unit = std::move(worked->applied.unit);
    update.status = store::InboxStatus::applied;
    update.note = note(worked->applied.issues);
  } else {
    update.status = store::InboxStatus::refused;
    update.note = reason(worked.error());
  }
  made.unit.inbox_updates.push_back(std::move(update));
  std::optional<Error> refused;
  if (!worked) refused = worked.error();
  tell(row, {refused ? &*refused : nullptr, worked ? &worked->applied.issues : nullptr}, made);
  return made;
}

// The application answer, in the commit of what it tells: to the partner's own listener where it
// has one, else kept with the row, so that a repeat gets it when the connection had gone.
void Intake::tell(const store::InboxRow& row, Outcome outcome, Finished& made) const {
  if (row.kind != name(Format::hl7v2) || row.key.starts_with(reply_key)) return;
  const auto header = record::read_hl7v2_header(row.raw);
  if (!header) return;
  auto answer = application_answer(parts_, *header, row, outcome);
  const auto* partner = parts_.partners.find(row.source);
  const bool own_road = partner != nullptr && language(*partner) == Language::hl7v2;
  const bool only_answer = !accepts_first(record::answers_wanted(*header));
  if (only_answer || (!own_road && !answer.message.empty()))
    made.unit.inbox_updates.front().answer = answer.message;
  if (answer.message.empty()) return;
  if (own_road)
    made.unit.outbox.push_back(
        answer_row(*partner, std::move(answer.key), std::move(answer.message)));
  else
    made.direct = std::move(answer.message);
}

void Intake::finish(store::InboxRow row, std::function<void(Result<std::string>)> done) {
  auto made = finished(row);
  if (!made) return done(made.error());
  close(std::move(*made), std::move(done));
}

void Intake::quarantine(const store::InboxRow& row, std::function<void(Result<std::string>)> done) {
  store::InboxUpdate update;
  update.id = row.id;
  update.kind = row.kind;
  update.from = store::InboxStatus::received;
  update.status = store::InboxStatus::quarantined;
  update.note = "not applied in " + std::to_string(row.attempts) + " goes";
  Finished made;
  made.unit.inbox_updates.push_back(std::move(update));
  const Error error{Kind::fault, "the message could not be applied: a person must look at it", ""};
  tell(row, {&error}, made);
  close(std::move(made), std::move(done));
}

void Intake::close(Finished made, std::function<void(Result<std::string>)> done) {
  const bool refused = made.unit.inbox_updates.front().status == store::InboxStatus::refused;
  parts_.store.commit(std::move(made.unit), [counts = counts_, refused, done = std::move(done),
                                             direct = std::move(made.direct)](const auto& outcome) {
    if (!outcome) return done(outcome.error());
    if (refused) ++counts->refused;
    done(direct);
  });
}

void Intake::take_record(Format format, std::string bytes, std::string source,
                         std::function<void(Result<TakenRecord>)> done) {
  ++counts_->received;
  auto row = inbox_row(std::move(source), name(format), "", std::move(bytes));
  row.key = row.kind + ":" + row.digest;  // one format's answer says nothing in another
  auto reader = readers_.lend();
  if (!reader) return done(reader.error());
  const auto before = (*reader)->inbox_row(row.source, row.key);
  if (!before && before.error().kind != Kind::not_found) return done(before.error());
  if (before && before->status == store::InboxStatus::applied) {
    ++counts_->duplicates;
    return done(TakenRecord{true, before->answer});
  }
  auto worked = work(parts_, **reader, row);
  if (!worked && transient(worked.error())) return done(worked.error());
  store::Unit unit;
  if (worked) {
    row.answer = record_answer(*worked);
    unit = std::move(worked->applied.unit);
    row.status = store::InboxStatus::applied;
    row.note = note(worked->applied.issues);
  } else {
    ++counts_->refused;
    row.status = store::InboxStatus::refused;
    row.note = reason(worked.error());
  }
  std::optional<Error> refused;
  if (!worked) refused = worked.error();
  keep_record(std::move(row), before ? &*before : nullptr, std::move(unit), std::move(refused),
              std::move(done));
}

// A row that was refused before is brought up to date: what was wrong may have been mended.
void Intake::keep_record(store::InboxRow row, const store::InboxRow* before, store::Unit unit,
                         std::optional<Error> refused,
                         std::function<void(Result<TakenRecord>)> done) {
  const auto answer = row.answer;
  if (before == nullptr) {
    unit.inbox = std::move(row);
  } else {
    store::InboxUpdate update;
    update.id = before->id;
    update.from = before->status;
    update.status = row.status;
    update.answer = answer;
    update.note = row.note;
    update.kind = row.kind;
    unit.inbox_updates.push_back(std::move(update));
  }
  parts_.store.commit(
      std::move(unit), [counts = counts_, done = std::move(done), answer,
                        refused = std::move(refused)](const Result<store::UnitOutcome>& outcome) {
        if (!outcome && outcome.error().where == "status")
          return done(Error{Kind::busy, "the same record is being taken; send it again", ""});
        if (!outcome) return done(outcome.error());
        if (refused) return done(*refused);
        // Taken twice at once: the other one's answer holds, if it was not refused.
        if (outcome->duplicate && outcome->inbox_status != store::InboxStatus::applied)
          return done(Error{Kind::busy, "the same record is being taken; send it again", ""});
        ++(outcome->duplicate ? counts->duplicates : counts->accepted);
        done(TakenRecord{outcome->duplicate, outcome->duplicate ? outcome->answer : answer});
      });
}

}  // namespace fingerpost::exchange
