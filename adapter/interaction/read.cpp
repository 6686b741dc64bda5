#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "store/store.h"

namespace fingerpost::interaction {

// R4 http.html#read
Answer read(const Session& session, Target target, const std::vector<search::Pair>& pairs) {
  auto found = session.reader.read(target.type, target.id);
  if (!found) return failure(found.error());
  return answer_of(session.context, std::move(*found), pairs);
}

}  // namespace fingerpost::interaction
