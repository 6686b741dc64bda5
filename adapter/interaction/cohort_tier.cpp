#include "interaction/cohort_tier.h"

#include "base/uuid.h"
#include "exchange/extension.h"

namespace fingerpost::interaction {
namespace {

std::string flag_json(const std::string& id, std::string_view tier, const std::string& reason,
                      const TierChange& change) {
  std::string json = R"({"resourceType":"Flag","id":)" + quoted(id) + R"(,"meta":{"profile":[)" +
                     quoted(care::tier_flag_profile) + R"(]},"extension":[{"url":)" +
                     quoted(care::tier_reason_extension) +
                     R"(,"extension":[{"url":"reason","valueString":)" + quoted(reason) +
                     R"(}]}],"status":)" + (change.until.empty() ? R"("active")" : R"("inactive")");
  json += R"(,"code":{"coding":[{"system":)" + quoted(care::tier_system) + R"(,"code":)" +
          quoted(tier) + R"(}]},"subject":{"reference":)" + quoted("Patient/" + change.person) +
          R"(},"period":{"start":)" + quoted(change.since);
  if (!change.until.empty()) json += R"(,"end":)" + quoted(change.until);
  return json + "}}";
}

// The criteria give no tier any more.
std::optional<Answer> end_tiers(const Session& session, const std::string& cohort,
                                std::span<const TierChange> changes, Attempt& attempt) {
  const auto today = now_of(session.context).substr(0, std::string_view("2026-11-22").size());
  for (const auto& change : changes) {
    const auto flag = hold(session, "Flag", uuid_v5({"tier", cohort, change.person}));
    if (!flag && !exchange::is_absence(flag.error())) return care_failure(flag.error());
    if (!flag || exchange::child_text(flag->root(), "status") != "active") continue;
    const auto merge = R"({"status":"inactive","period":{"end":")" + today + "\"}}";
    if (auto refused = add(attempt, draft_changed(session, *flag, merge))) return refused;
  }
  return {};
}

}  // namespace

std::optional<Answer> add_tiers(const Session& session, const Held& criteria,
                                const std::string& cohort, std::span<const TierChange> changes,
                                bool other_criteria, Attempt& attempt) {
  const auto tier = exchange::extension_text(criteria.root(), care::tier_extension);
  if (tier.empty())
    return other_criteria ? end_tiers(session, cohort, changes, attempt) : std::nullopt;
  if (changes.size() > session.context.limits.bundle_entries)
    return care_failure(Error{Kind::too_costly,
                              "the tier of more people changes than the limit bundle_entries: "
                              "evaluate practice by practice",
                              "practice"});
  const auto name = exchange::child_text(criteria.root(), "name");
  const auto reason = name.empty() ? criteria.place() : std::string(name);
  for (const auto& change : changes) {
    const auto id = uuid_v5({"tier", cohort, change.person});
    auto drafted = draft_new(session, flag_json(id, tier, reason, change));
    // It is the cohort's own: who comes back is flagged again.
    if (auto* draft = std::get_if<Draft>(&drafted)) {
      draft->must_be_new = false;
      draft->how = store::How::put;
    }
    if (auto refused = add(attempt, std::move(drafted))) return refused;
  }
  return {};
}

}  // namespace fingerpost::interaction
