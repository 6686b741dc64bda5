// BaRS messages (R4 messaging.html), as POST [base]/$process-message brings them.

#include "base/base64.h"
#include "base/uuid.h"
#include "exchange/answers.h"
#include "exchange/intake.h"
#include "exchange/message_key.h"
#include "exchange/work.h"
#include "record/bars_answer.h"
#include "wire/json_view.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr int most_tries = 20;  // when other commits come between

struct Identified {
  std::string system, value;
};

// What a header of Base64 JSON names: itself, or the first identifier of the resource that it is.
Result<Identified> read_identified(const std::string& text, const char* header,
                                   const Limits& limits) {
  const Error unread{Kind::invalid, "the header is not the Base64 of such JSON", header};
  const auto decoded = from_base64(text, Base64::plain);
  if (!decoded) return unread;
  const auto document = wire::parse_json(*decoded, limits);
  if (!document) return unread;
  const wire::JsonView view(*document);
  const auto list = view["identifier"];
  const auto one = list ? list.first() : view;
  Identified found{std::string(one["system"].text()), std::string(one["value"].text())};
  if (found.value.empty()) return unread;
  return found;
}

// A client sends what those say for whom it speaks. What is refused is nobody's word, and not kept.
Result<void> check_sender(const Speaker& speaker, const Partner* partner,
                          const record::BarsHeader& header) {
  if (speaker.anybody) return {};
  const bool own = partner != nullptr ? speaks_for(speaker, *partner)
                                      : header.sender_system == ods_system &&
                                            header.sender == speaker.organisation;
  if (own) return {};
  return Error{Kind::forbidden, "this client does not speak for the sender of the message",
               "MessageHeader.sender"};
}

}  // namespace

struct Intake::BarsJob {
  record::BarsHeader header;
  store::InboxRow row;
  std::function<void(std::function<void()>)> post;
  std::function<void(TakenMessage)> done;
  std::optional<Error> refused;
  int tries = 0;

  void refuse(const Error& error) {
    refused = error;
    row.status = store::InboxStatus::refused;
    row.note = reason(error);
    row.answer = record::write_bars_refusal(error);
  }
  void finish(bool duplicate, std::string answer) const {
    done({std::move(answer), refused, duplicate});
  }
  void fail(const Error& error) const { done({record::write_bars_refusal(error), error, false}); }
};

Result<void> Intake::read_bars(BarsJob& job, const BarsRequest& request) const {
  LET(job.header, record::read_bars_header(parts_.definitions, request.bytes, parts_.limits));
  auto& header = job.header;
  if (!request.target.empty())
    LET_DONE(read_identified(request.target, "NHSD-Target-Identifier", parts_.limits));
  if (!request.end_user.empty()) {
    LET(auto user, read_identified(request.end_user, "NHSD-End-User-Organisation", parts_.limits));
    if (header.sender.empty()) {
      header.sender_system = record::canonical_system(std::move(user.system));
      header.sender = std::move(user.value);
    }
  }
  if (header.id.empty()) header.id = request.request_id;
  if (!header.id.empty()) return {};
  return Error{Kind::invalid, "neither MessageHeader.id nor X-Request-Id says which message it is",
               "MessageHeader.id"};
}

void Intake::take_bars(BarsRequest request, std::function<void(std::function<void()>)> post,
                       std::function<void(TakenMessage)> done) {
  ++counts_->received;
  auto job = std::make_shared<BarsJob>();
  job->post = std::move(post);
  job->done = std::move(done);
  const auto read = read_bars(*job, request);
  const auto& header = job->header;
  const auto* partner = parts_.partners.find_identifier(header.sender_system, header.sender);
  const auto own = check_sender(request.speaker, partner, header);
  if (read && !own) return job->fail(own.error());
  job->row = inbox_row(
      partner != nullptr ? partner->id : "bars:" + header.sender_system + "|" + header.sender,
      name(Format::bars), message_key(header), std::move(request.bytes));
  if (read) return apply_bars(job);
  job->row.key += "#" + job->row.digest;
  keep_bars(job, read.error());
}

void Intake::apply_bars(const BarsPointer& job) {
  auto reader = readers_.lend();
  if (!reader) return job->fail(reader.error());
  const auto before = (*reader)->inbox_row(job->row.source, job->row.key);
  if (!before && before.error().kind != Kind::not_found) return job->fail(before.error());
  if (before && before->digest != job->row.digest) {
    ++counts_->conflicts;
    job->row.key += "#" + job->row.digest;
    return keep_bars(job, {Kind::conflict, "a message of this id came before with other content",
                           "MessageHeader.id"});
  }
  if (before && before->status == store::InboxStatus::applied) {
    ++counts_->duplicates;
    return job->finish(true, before->answer);
  }
  auto worked = work(parts_, **reader, job->row);
  if (!worked && transient(worked.error())) return job->fail(worked.error());
  store::Unit unit;
  job->refused.reset();
  if (worked) {
    unit = std::move(worked->applied.unit);
    job->row.status = store::InboxStatus::applied;
    job->row.note = note(worked->applied.issues);
    job->row.answer = bars_answer(parts_, job->row);
  } else {
    job->refuse(worked.error());
  }
  if (!before) {
    unit.inbox = job->row;
  } else {  // it was refused, and what was wrong may have been mended
    auto& update = unit.inbox_updates.emplace_back();
    update.id = before->id;
    update.from = before->status;
    update.status = job->row.status;
    update.answer = job->row.answer;
    update.note = job->row.note;
    update.kind = job->row.kind;
  }
  commit_bars(job, std::move(unit));
}

void Intake::keep_bars(const BarsPointer& job, const Error& error) {
  store::Unit unit;
  job->refuse(error);
  unit.inbox = job->row;
  commit_bars(job, std::move(unit));
}

void Intake::commit_bars(const BarsPointer& job, store::Unit unit) {
  parts_.store.commit(std::move(unit), [this, job](Result<store::UnitOutcome> outcome) {
    auto shared = std::make_shared<Result<store::UnitOutcome>>(std::move(outcome));
    job->post([this, job, shared] { settle_bars(job, *shared); });
  });
}

// What came between is decided on again; the same message that was quicker answers for both.
void Intake::settle_bars(const BarsPointer& job, const Result<store::UnitOutcome>& outcome) {
  const bool again =
      outcome ? outcome->duplicate && !job->refused : outcome.error().kind == Kind::conflict;
  if (again && ++job->tries <= most_tries) return apply_bars(job);
  if (again) return job->fail({Kind::busy, "the gateway cannot take messages now", ""});
  if (!outcome) return job->fail(outcome.error());
  ++(job->refused ? counts_->refused : counts_->accepted);
  job->finish(outcome->duplicate, job->row.answer);
}

}  // namespace fingerpost::exchange
