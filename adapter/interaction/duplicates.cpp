#include "interaction/duplicates.h"

#include "care/onward.h"
#include "exchange/referral_step.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

constexpr std::string_view open_statuses = "requested,received,accepted,in-progress,on-hold";

std::string coding_of(NodeRef request) {
  const auto coding = child(child(request, "code"), "coding");
  return std::string(child_text(coding, "system")) + "|" + std::string(child_text(coding, "code"));
}

std::string reference_of(NodeRef resource, std::string_view element) {
  return std::string(child_text(child(resource, element), "reference"));
}

}  // namespace

Result<Duplicate> open_duplicate(const Session& session, const Held& request,
                                 std::string_view owner) {
  const auto patient = reference_of(request.root(), "subject");
  LET(auto open,
      search_held(session, "Task", {{"patient", patient}, {"status", std::string(open_statuses)}}));
  Duplicate found{"", std::move(open.guard)};
  const auto code = coding_of(request.root());
  for (const auto& task : open.found) {
    const auto focus = exchange::read_reference(reference_of(task.root(), "focus"));
    if (focus.type != "ServiceRequest" || focus.id == request.stored.id) continue;
    const auto other = hold(session, focus.type, focus.id);
    if (!other) continue;
    LET(const auto standing, exchange::standing_of(task.root()));
    const auto asked_of = reference_of(task.root(), "owner");
    const auto other_code = coding_of(other->root());
    const care::Asked before{patient, other_code, asked_of, standing};
    const care::Asked asked{patient, code.size() > 1 ? code : std::string_view(), owner, standing};
    if (!care::duplicate_of(asked, {&before, 1})) continue;
    found.task = task.place();
    break;
  }
  return found;
}

}  // namespace fingerpost::interaction
