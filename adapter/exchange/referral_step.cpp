#include "exchange/referral_step.h"

#include "exchange/delivery.h"
#include "exchange/places.h"

#include <string>

namespace fingerpost::exchange {
using care::Party;

std::chrono::sys_seconds seconds_of(std::int64_t time_us) {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time_us)));
}

bool has_business_status(NodeRef task, std::string_view code) {
  const auto status = child(task, "businessStatus");
  if (!status) return false;
  const Tree& tree = *status.tree;
  for (auto coding = child(status, "coding").node; coding != no_node;
       coding = tree.next_same(coding))
    if (child_text({&tree, coding}, "system") == business_status_system &&
        child_text({&tree, coding}, "code") == code)
      return true;
  return false;
}

Result<care::Standing> standing_of(NodeRef task) {
  LET(const auto status, status_of(task));
  const bool asked = has_business_status(task, cancel_requested_code);
  return care::Standing{status, asked ? care::Withdrawal::asked : care::Withdrawal::none};
}

Result<Word> word_about(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> said,
                        std::string_view about, NodeRef task) {
  Word word;
  for (const auto provenance : said)
    word.audited = word.audited || (is_about(provenance, about) && child(provenance, "reason"));
  const auto speaking = said_by(parts, near, said, about);
  if (speaking.empty()) return word;
  const bool requester = meet(speaking, places_of(parts, near, child(task, "requester")));
  const bool owner = meet(speaking, places_of(parts, near, child(task, "owner")));
  if (requester != owner) word.by = requester ? Party::requester : Party::owner;
  if (!requester && !owner && names_organization(speaking))
    return Error{Kind::forbidden, "the referral has another requester and another owner",
                 "Provenance.agent"};
  return word;
}

}  // namespace fingerpost::exchange
