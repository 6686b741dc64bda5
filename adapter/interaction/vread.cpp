#include "base/text.h"
#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/parameters.h"
#include "store/store.h"

#include <string>

namespace fingerpost::interaction {

// R4 http.html#vread
Answer vread(const Session& session, Target target, std::string_view version,
             const std::vector<search::Pair>& pairs, search::Handling handling) {
  const auto asked = take_parameters(pairs, "_summary _elements", handling);
  if (!asked) return failure(asked.error());
  const auto number = to_integer(version);
  if (!number || *number <= 0 || std::to_string(*number) != version)  // each has one name
    return failure(Error{Kind::not_found, "there is no such version", ""});
  auto found = session.reader.vread(target.type, target.id, *number);
  if (!found) return failure(found.error());
  if (found->change == store::Change::removed)
    return failure(Error{Kind::gone, "the resource was deleted at this version", ""});
  return answer_of(session.context, std::move(*found), *asked);
}

}  // namespace fingerpost::interaction
