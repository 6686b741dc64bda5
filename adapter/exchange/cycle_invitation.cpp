// Attempts to invite a person (OM-2).

#include "care/invitation.h"
#include "care/names.h"
#include "exchange/cycle.h"
#include "exchange/extension.h"

#include <charconv>

namespace fingerpost::exchange {
namespace {

std::optional<care::Invitation> invitation_of(NodeRef communication) {
  if (!extension(communication, care::attempt_extension)) return std::nullopt;
  care::Invitation one;
  const auto number = extension_text(communication, care::attempt_extension, "number");
  std::from_chars(number.data(), number.data() + number.size(), one.number);
  one.outcome = extension_text(communication, care::attempt_extension, "outcome");
  return one;
}

std::string_view thread_of(NodeRef communication) {
  return child_text(child(extension(communication, care::thread_extension), "value"), "value");
}

}  // namespace

Result<void> keep_invitation(Cycle& cycle, const Written& one) {
  if (one.after == nullptr) return {};
  const NodeRef communication{one.after, one.after->root()};
  const auto next = invitation_of(communication);
  if (!next) return {};
  LET(const auto before, cycle.before(one));
  const auto was = before ? invitation_of({&*before, before->root()}) : std::nullopt;
  if (was) return care::check_same_invitation(*was, *next);
  const std::string person(child_text(child(communication, "subject"), "reference"));
  if (person.empty())
    return Error{Kind::unsupported, "an invitation says whom it invites", "Communication.subject"};
  LET(auto ids, cycle.find("Communication", {{"subject", person}}));
  for (const auto& other : cycle.written)
    if (other.type == "Communication" && other.after != nullptr && other.before.empty() &&
        child_text(child({other.after, other.after->root()}, "subject"), "reference") == person)
      ids.emplace_back(other.id);
  std::vector<care::Invitation> earlier;
  for (const auto& id : ids) {
    const auto* found = id == one.id ? nullptr : cycle.near.find("Communication", id);
    if (found == nullptr || thread_of(found->node) != thread_of(communication)) continue;
    const auto made = invitation_of(found->node);
    // Of several in one commit each stands after those of lower number.
    const auto* fresh = cycle.written_at("Communication", id);
    const bool later =
        fresh != nullptr && fresh->before.empty() && made && made->number > next->number;
    if (made && !later) earlier.push_back(*made);
  }
  return care::check_invitation(earlier, *next, cycle.parts.policy.invitations);
}

}  // namespace fingerpost::exchange
