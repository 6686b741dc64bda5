#include "exchange/intake.h"

#include "base/uuid.h"
#include "exchange/delivery.h"
#include "exchange/message_key.h"
#include "exchange/outward.h"
#include "exchange/work.h"
#include "record/hl7v2_ack.h"
#include "record/hl7v2_header.h"

#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr int wait_ms = 20;     // for a busy store, once more for each try
constexpr int most_tries = 50;  // then the sender is told that we cannot now
constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t worker_after_us = 2 * second_us;  // when an accepted row is the worker's

std::string part_one(std::string_view field, const wire::Delimiters& by) {
  return std::string(wire::nth(field, by.component, 1));
}

}  // namespace

struct Intake::Job {
  record::Hl7v2Header header;
  record::AnswersWanted wanted;
  store::InboxRow row;
  std::shared_ptr<Caller> caller;
  int tries = 0;
  std::optional<store::InboxUpdate> renewed;  // the row that is there already, and how it stood

  // The row as a new one, or in the place of what was refused before.
  void put(store::Unit& unit) const {
    if (!renewed) {
      unit.inbox = row;
      return;
    }
    auto update = *renewed;
    update.status = row.status;
    update.answer = row.answer;
    update.note = row.note;
    update.attempts = 0;
    update.due_us = row.due_us;
    update.kind = row.kind;
    unit.inbox_updates.push_back(std::move(update));
  }
  // Whether a repeat is not simply answered as before: what was wrong then may have been mended.
  bool renews(const store::UnitOutcome& outcome) const {
    if (row.status == store::InboxStatus::applied)
      return outcome.inbox_status != store::InboxStatus::applied;
    return row.status == store::InboxStatus::received &&
           outcome.inbox_status == store::InboxStatus::refused;
  }
};

void Intake::take_message(std::string bytes, std::shared_ptr<Caller> caller) {
  ++counts_->received;
  auto header = record::read_hl7v2_header(bytes);
  if (!header) return take_malformed(std::move(bytes), header.error().text, std::move(caller));
  if (record::is_acknowledgement(*header)) {
    ++counts_->acknowledgements;
    return caller->done();
  }
  auto job = std::make_shared<Job>();
  job->header = std::move(*header);
  job->wanted = record::answers_wanted(job->header);
  job->caller = std::move(caller);
  const auto& by = job->header.by;
  const auto application = part_one(job->header.sending_application, by);
  const auto facility = part_one(job->header.sending_facility, by);
  const auto* partner = parts_.partners.find_hl7_sender(application, facility);
  const auto source = partner != nullptr ? partner->id : "hl7v2:" + application + "|" + facility;
  job->row = inbox_row(source, name(Format::hl7v2), message_key(job->header), std::move(bytes));
  const auto readable = record::check(job->header);
  if (!readable) {
    if (job->header.control_id.empty()) job->row.key += job->row.digest;
    return refuse(job, readable.error());
  }
  if (!accepts_first(job->wanted)) return one_commit(job);
  // HL7 v2.5.1 section 2.9.3: what the header alone rules out is not accepted. An answer (RRI) that
  // no map reads is kept for a person.
  const bool used = !parts_.reads_message || job->header.type == "RRI" ||
                    parts_.reads_message(job->header.type, job->header.event);
  if (!used)
    return refuse(job, {Kind::unsupported, "messages of this type or event are not read", "MSH-9"});
  accept_first(job);
}

std::string Intake::answer(const Job& job, Outcome outcome) const {
  return first_answer(parts_, job.header, job.row, outcome);
}

void Intake::one_commit(const JobPointer& job) {
  auto reader = readers_.lend();
  if (!reader) return job->caller->close();
  auto worked = work(parts_, **reader, job->row);
  if (!worked && worked.error().kind == Kind::busy)
    return settle_error(job, worked.error(), &Intake::one_commit);
  if (!worked && transient(worked.error())) return put_off(job, worked.error());
  if (!worked) {
    const bool unread_answer =
        worked.error().kind == Kind::unsupported && job->header.type == "RRI";
    if (!unread_answer) return refuse(job, worked.error());
    // It is safe with us, and a person must look: the sender has nothing to mend.
    job->row.status = store::InboxStatus::quarantined;
    job->row.note = "no map reads this answer";
    job->row.answer = answer(*job, {});
    return keep_refused(job);
  }
  auto unit = std::move(worked->applied.unit);
  job->row.status = store::InboxStatus::applied;
  job->row.note = note(worked->applied.issues);
  job->row.answer = answer(*job, {nullptr, &worked->applied.issues});
  job->put(unit);
  commit(job, std::move(unit), &Intake::one_commit);
}

void Intake::accept_first(const JobPointer& job) {
  store::Unit unit;
  job->row.status = store::InboxStatus::received;
  job->row.due_us = parts_.clock.now_us() + worker_after_us;
  job->row.answer = answer(*job, {});
  job->put(unit);
  commit(job, std::move(unit), &Intake::accept_first);
}

void Intake::refuse(const JobPointer& job, const Error& error) {
  ++counts_->refused;
  job->row.status = store::InboxStatus::refused;
  job->row.note = reason(error);
  job->row.answer = answer(*job, {&error});
  keep_refused(job);
}

void Intake::keep_refused(const JobPointer& job) {
  store::Unit unit;
  unit.inbox = job->row;
  commit(job, std::move(unit), &Intake::keep_refused);
}

void Intake::commit(const JobPointer& job, store::Unit unit, Step again) {
  parts_.store.commit(std::move(unit), [this, job, again](Result<store::UnitOutcome> outcome) {
    auto shared = std::make_shared<Result<store::UnitOutcome>>(std::move(outcome));
    job->caller->post([this, job, again, shared] { settle(job, *shared, again); });
  });
}

void Intake::settle(const JobPointer& job, const Result<store::UnitOutcome>& outcome, Step again) {
  if (!outcome) return settle_error(job, outcome.error(), again);
  if (outcome->duplicate && job->renews(*outcome)) {
    job->renewed.emplace();
    job->renewed->id = outcome->inbox_id;
    job->renewed->from = outcome->inbox_status;
    return (this->*again)(job);
  }
  if (outcome->duplicate) ++counts_->duplicates;
  const bool as_before = outcome->duplicate && job->row.status != store::InboxStatus::received;
  const auto& message = as_before ? outcome->answer : job->row.answer;
  if (!message.empty()) job->caller->reply(message);
  // What was told after the work may not have reached the sender: he asks again.
  const bool accepted_again = outcome->duplicate && !as_before;
  if (accepted_again && is_application_answer(outcome->answer)) job->caller->reply(outcome->answer);
  if (outcome->duplicate || job->row.status == store::InboxStatus::refused)
    return job->caller->done();
  ++counts_->accepted;
  if (job->row.status == store::InboxStatus::received)
    return finish_accepted(job, job->renewed ? job->renewed->id : outcome->inbox_id);
  job->caller->done();
}

void Intake::settle_error(const JobPointer& job, const Error& error, Step again) {
  if (error.kind == Kind::conflict && error.where == "inbox") return keep_other_content(job);
  const bool changed_meanwhile = error.kind == Kind::conflict;
  if (!changed_meanwhile && error.kind != Kind::busy) return job->caller->close();
  if (!changed_meanwhile) ++counts_->waits;
  if (changed_meanwhile) job->renewed.reset();
  if (++job->tries > most_tries)
    return put_off(job, {Kind::busy, "the gateway cannot take messages now", ""});
  job->caller->after(changed_meanwhile ? 0 : wait_ms * job->tries,
                     [this, job, again] { (this->*again)(job); });
}

// Nothing was kept, so nothing may be promised; the sender is told to come again.
void Intake::put_off(const JobPointer& job, const Error& error) {
  ++counts_->put_off;
  if (auto message = answer(*job, {&error}); !message.empty())
    job->caller->reply(std::move(message));
  job->caller->done();
}

void Intake::keep_other_content(const JobPointer& job) {
  ++counts_->conflicts;
  const Error repeated{Kind::conflict, "this control id came before with another message",
                       "MSH-10"};
  job->row.key += "#" + job->row.digest;
  refuse(job, repeated);
}

void Intake::finish_accepted(const JobPointer& job, std::int64_t inbox_id) {
  auto row = job->row;
  row.id = inbox_id;
  finish(std::move(row), [job](Result<std::string> direct) {
    // What failed stays received: the inbox worker goes on with it.
    auto message = direct ? *direct : std::string();
    job->caller->post([job, message = std::move(message)] {
      if (!message.empty()) job->caller->reply(message);
      job->caller->done();
    });
  });
}

void Intake::take_malformed(std::string bytes, std::string_view what,
                            std::shared_ptr<Caller> caller) {
  ++counts_->malformed;
  auto job = std::make_shared<Job>();
  job->caller = std::move(caller);
  job->row = inbox_row("hl7v2", unreadable_kind, "", std::move(bytes));
  job->row.key = job->row.digest;
  job->row.status = store::InboxStatus::refused;
  job->row.note = what;
  const auto id = control_id(uuid_v5({"answer", job->row.digest}));
  job->row.answer = record::write_rejection(Error{Kind::unsupported, std::string(what), "MSH"}, id,
                                            hl7_time(parts_.clock.now_us()));
  keep_refused(job);
}

}  // namespace fingerpost::exchange
