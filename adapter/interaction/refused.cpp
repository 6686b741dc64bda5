#include "interaction/refused.h"

#include "base/digest.h"
#include "interaction/noting.h"
#include "interaction/outcome.h"
#include "store/store.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

bool refuses_body(const Answer& answer) {
  return answer.status == Status::bad_request || answer.status == Status::unprocessable;
}

// A place without the names that no definition knows: they may be somebody's data, and what is
// noted is in the log too.
std::string place_of(const Names& names, std::string_view expression) {
  std::string place;
  while (true) {
    const auto part = expression.substr(0, expression.find('.'));
    const bool known = names.find(part.substr(0, part.find('['))) != no_name;
    place += known ? part : std::string_view("?");
    if (part.size() == expression.size()) return place;
    place += '.';
    expression.remove_prefix(part.size() + 1);
  }
}

// Why, in the words of its first error.
std::string note_of(const Names& names, const Answer& answer) {
  for (const auto& issue : answer.issues)
    if (issue.severity <= Severity::error)
      return issue.expression.empty() ? issue.text
                                      : place_of(names, issue.expression) + ": " + issue.text;
  return "";
}

store::Unit unit_of(const Names& names, std::string kind, std::string body, const Answer& answer) {
  store::Unit unit;
  auto& row = unit.inbox.emplace();
  row.source = store::refused_source;  // its keys are digests: apart from those that clients choose
  row.kind = std::move(kind);
  row.digest = hex(sha256(body));
  row.key = row.digest;
  row.raw = std::move(body);
  row.status = store::InboxStatus::refused;
  row.note = note_of(names, answer);
  write_outcome(answer.issues, row.answer);
  return unit;
}

Issue not_kept() {
  return {Severity::information, "incomplete", "",
          "the refused body is not kept: the limit refused_bytes_together is reached"};
}

}  // namespace

Done keeping_refused(const Session& session, std::string_view kind, const std::string& body,
                     Done done) {
  if (body.empty() || body.size() > session.context.limits.refused_body_bytes) return done;
  return [&session, kind = std::string(kind), body, done = std::move(done)](Answer answer) mutable {
    if (!refuses_body(answer)) return done(std::move(answer));
    auto unit = unit_of(session.context.definitions.names(), kind, std::move(body), answer);
    unit.audit.push_back(note_of_unit(*session.caller));
    session.context.store.commit(
        std::move(unit), [post = session.post, asking = noted(), answer = std::move(answer),
                          done = std::move(done)](
                             const Result<store::UnitOutcome>& outcome) mutable {
          if (!outcome && outcome.error().where == "refused") answer.issues.push_back(not_kept());
          post([asking, answer = std::move(answer), done = std::move(done)] {
            const Noting scope(asking);
            done(answer);
          });
        });
  };
}

}  // namespace fingerpost::interaction
