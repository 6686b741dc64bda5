// The second half of an accepted message, and records.

#include "base/uuid.h"
#include "exchange/delivery.h"
#include "exchange/intake.h"
#include "exchange/outward.h"
#include "exchange/work.h"
#include "record/hl7v2_ack.h"
#include "record/hl7v2_header.h"

#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

// Enhanced mode's second answer; empty when none is wanted.
std::string application_answer(const Parts& parts, const store::InboxRow& row, const Error* error,
                               std::string_view id) {
  if (row.kind != name(Format::hl7v2)) return "";
  const auto header = record::read_hl7v2_header(row.raw);
  if (!header) return "";
  const auto wanted = record::answers_wanted(*header);
  if (!record::is_due(wanted.application, error == nullptr)) return "";
  const auto time = hl7_time(parts.clock.now_us());
  record::Acknowledgement message{record::AckCode::AA, id, time, {}};
  if (error != nullptr) {
    message.code = record::application_code(*error);
    message.faults.push_back(record::fault(*error));
  }
  return record::write_acknowledgement(*header, message);
}

store::OutboxRow answer_row(const Partner& partner, std::string key, std::string message) {
  store::OutboxRow row;
  row.lane = partner.id;
  row.receiver = partner.id;
  row.idempotency_key = std::move(key);
  row.kind = hl7v2_answer_kind;
  row.body = std::move(message);
  return row;
}

bool transient(const Error& error) {
  return error.kind == Kind::busy || error.kind == Kind::fault;
}

}  // namespace

Result<store::Unit> Intake::finished_unit(const store::InboxRow& row, std::string& direct) {
  LET(const auto reader, readers_.lend());
  auto worked = work(parts_, *reader, row);
  if (!worked && transient(worked.error())) return worked.error();
  std::optional<Error> refused;
  store::Unit unit;
  store::InboxUpdate update;
  update.id = row.id;
  if (worked) {
    unit = std::move(worked->applied.unit);
    update.status = store::InboxStatus::applied;
    update.note = note(worked->applied.issues);
  } else {
    refused = worked.error();
    update.status = store::InboxStatus::refused;
    update.note = refused->where + ": " + refused->text;
  }
  unit.inbox_updates.push_back(std::move(update));
  const auto key = uuid_v5({"application answer", row.source, row.key, row.digest});
  auto message = application_answer(parts_, row, refused ? &*refused : nullptr, control_id(key));
  const auto* partner = parts_.partners.find(row.source);
  if (!message.empty() && partner != nullptr && partner->channel == Channel::mllp)
    unit.outbox.push_back(answer_row(*partner, key, std::move(message)));
  else
    direct = std::move(message);
  return unit;
}

void Intake::finish(store::InboxRow row, std::function<void(Result<std::string>)> done) {
  std::string direct;
  auto unit = finished_unit(row, direct);
  if (!unit) return done(unit.error());
  if (unit->inbox_updates.front().status == store::InboxStatus::refused) ++counts_->refused;
  parts_.store.commit(std::move(*unit), [done = std::move(done), direct = std::move(direct)](
                                            const Result<store::UnitOutcome>& outcome) {
    if (!outcome) return done(outcome.error());
    done(direct);
  });
}

void Intake::take_record(Format format, std::string bytes, std::string source,
                         std::function<void(Result<TakenRecord>)> done) {
  ++counts_->received;
  auto row = inbox_row(std::move(source), name(format), "", std::move(bytes));
  row.key = row.digest;
  auto reader = readers_.lend();
  if (!reader) return done(reader.error());
  auto worked = work(parts_, **reader, row);
  store::Unit unit;
  if (worked) {
    unit = std::move(worked->applied.unit);
    row.status = store::InboxStatus::applied;
    row.note = note(worked->applied.issues);
    row.answer = R"({"resources":)" + worked->resources + R"(,"report":)" + worked->report + "}";
  } else if (transient(worked.error())) {
    return done(worked.error());
  } else {
    ++counts_->refused;
    row.status = store::InboxStatus::refused;
    row.note = worked.error().where + ": " + worked.error().text;
  }
  const auto answer = row.answer;
  unit.inbox = std::move(row);
  std::optional<Error> refused;
  if (!worked) refused = worked.error();
  parts_.store.commit(std::move(unit), [counts = counts_, done = std::move(done), answer,
                                        refused](const Result<store::UnitOutcome>& outcome) {
    if (!outcome) return done(outcome.error());
    if (refused) return done(*refused);
    ++(outcome->duplicate ? counts->duplicates : counts->accepted);
    done(TakenRecord{outcome->duplicate, outcome->duplicate ? outcome->answer : answer});
  });
}

}  // namespace fingerpost::exchange
