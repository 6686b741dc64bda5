#include "interaction/answers.h"
#include "interaction/audit_events.h"
#include "interaction/conformance.h"
#include "interaction/interactions.h"
#include "interaction/parameters.h"
#include "store/store.h"

#include <utility>

namespace fingerpost::interaction {

// R4 http.html#read
Answer read(const Session& session, Target target, const std::vector<search::Pair>& pairs,
            search::Handling handling) {
  const auto asked = take_parameters(pairs, "_summary _elements", handling);
  if (!asked) return failure(asked.error());
  if (target.type == audit_event_type)
    if (auto event = read_audit_event(session, target.id)) return *std::move(event);
  auto found = session.reader.read(target.type, target.id);
  if (!found) {
    if (found.error().kind == Kind::not_found)
      if (auto made = definition(session.context, target)) {
        Answer answer;
        answer.body = *std::move(made);
        return answer;
      }
    return failure(found.error());
  }
  return answer_of(session.context, std::move(*found), *asked);
}

}  // namespace fingerpost::interaction
