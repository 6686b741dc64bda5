#include "exchange/answers.h"

#include "base/uuid.h"
#include "exchange/hl7v2_where.h"
#include "exchange/outward.h"
#include "exchange/work.h"
#include "record/bars_answer.h"
#include "record/hl7v2_ack.h"
#include "remote/answer.h"

namespace fingerpost::exchange {
namespace {

constexpr std::size_t most_faults = 50;  // of one answer

// What was left out of a message that was taken.
void add_faults(const Issues& issues, std::string_view raw, record::Acknowledgement& message) {
  for (auto issue : issues) {
    if (issue.severity > Severity::error || message.faults.size() >= most_faults) continue;
    issue.expression = hl7v2_where(issue.expression, raw);
    message.faults.push_back(record::fault(issue));
  }
}

std::string write(const Parts& parts, const record::Hl7v2Header& header, record::AckCode code,
                  std::string_view key, std::string_view raw, Outcome outcome) {
  const auto id = control_id(key);
  const auto time = hl7_time(parts.clock.now_us());
  record::Acknowledgement message{code, id, time, {}};
  if (outcome.error != nullptr) message.faults.push_back(record::fault(*outcome.error));
  if (outcome.error == nullptr && outcome.issues != nullptr)
    add_faults(*outcome.issues, raw, message);
  return record::write_acknowledgement(header, message);
}

record::AckCode code_of(const Error* error, bool accept) {
  if (error == nullptr) return accept ? record::AckCode::CA : record::AckCode::AA;
  return accept ? record::accept_code(*error) : record::application_code(*error);
}

}  // namespace

bool accepts_first(const record::AnswersWanted& wanted) {
  return wanted.enhanced && wanted.accept != record::When::never;
}

std::string first_answer(const Parts& parts, const record::Hl7v2Header& header,
                         const store::InboxRow& row, Outcome outcome) {
  const auto* error = outcome.error;
  const auto wanted = record::answers_wanted(header);
  const bool accept = accepts_first(wanted);
  if (!record::is_due(accept ? wanted.accept : wanted.application, error == nullptr)) return "";
  return write(parts, header, code_of(error, accept),
               uuid_v5({"answer", row.source, row.key, row.digest}), row.raw,
               accept ? Outcome{error} : outcome);
}

ApplicationAnswer application_answer(const Parts& parts, const record::Hl7v2Header& header,
                                     const store::InboxRow& row, Outcome outcome) {
  const auto* error = outcome.error;
  const auto wanted = record::answers_wanted(header);
  if (!record::is_due(wanted.application, error == nullptr)) return {};
  const auto code = code_of(error, false);
  ApplicationAnswer answer;
  answer.key = uuid_v5({"application answer", row.source, row.key, row.digest,
                        std::to_string(static_cast<int>(code))});
  answer.message = write(parts, header, code, answer.key, row.raw, outcome);
  return answer;
}

std::string bars_answer(const Parts& parts, const store::InboxRow& row) {
  const auto header = record::read_bars_header(parts.definitions, row.raw, parts.limits);
  return record::write_bars_taken(header ? *header : record::BarsHeader(),
                                  uuid_v5({"answer", row.source, row.key, row.digest}),
                                  store::instant(parts.clock.now_us()));
}

bool is_application_answer(std::string_view message) {
  const auto answer = remote::read_acknowledgement(message);
  return answer && answer->code.starts_with('A');
}

bool transient(const Error& error) {
  return error.kind == Kind::busy || error.kind == Kind::fault;
}

std::string reason(const Error& error) {
  return error.where.empty() ? error.text : error.where + ": " + error.text;
}

}  // namespace fingerpost::exchange
