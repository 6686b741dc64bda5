#include "care/loop.h"

#include <algorithm>
#include <array>

namespace fingerpost::care {
namespace {

using enum Event;
using enum Status;
using enum Party;

constexpr std::array<std::string_view, event_count> codes = {
    "request",        "discard",      "acknowledge",    "accept", "reject",    "start",
    "hold",           "note",         "complete",       "fail",   "give-back", "ask-cancel",
    "confirm-cancel", "force-cancel", "cancel-at-once", "expire", "mark-wrong"};

constexpr auto stays = std::nullopt;
constexpr auto asked = Withdrawal::asked;
constexpr auto forced = Withdrawal::forced;

constexpr Needs bit(Need need) {
  return static_cast<Needs>(1U << static_cast<unsigned>(need));
}
constexpr Needs nothing = 0;
constexpr Needs reason = bit(Need::reason);
constexpr Needs output = bit(Need::output);
constexpr Needs reason_overdue = reason | bit(Need::overdue);
constexpr Needs reason_single_phase = reason | bit(Need::single_phase);
constexpr Needs audit = bit(Need::audit);

// Several rules of one event are tried in their order. What is held or ends without an outcome says
// why, as the referral's profile asks (fp-task-2).
constexpr Rule table[] = {
    {request, requester, in(draft), requested, false, stays, nothing},
    {discard, requester, in(draft), cancelled, false, stays, reason},
    {acknowledge, owner, in(requested), received, false, stays, nothing},
    {accept, owner, in_asked, accepted, false, stays, nothing},
    {reject, owner, in_asked, rejected, false, stays, reason},
    {start, owner, in(accepted, on_hold), in_progress, false, stays, nothing},
    {hold, owner, in(accepted, in_progress), on_hold, false, stays, reason},
    {note, owner, in_work, stays, false, stays, nothing},
    {complete, owner, in_work, completed, false, stays, output},
    {fail, owner, in_work, failed, false, stays, reason},
    {give_back, owner, in_open, cancelled, false, stays, reason},
    {ask_cancel, requester, in_open, stays, false, asked, reason},
    {confirm_cancel, owner, in_open, cancelled, true, stays, reason},
    {force_cancel, requester, in_open, cancelled, true, forced, reason_overdue},
    {cancel_at_once, requester, in_open, cancelled, false, forced, reason_single_phase},
    {expire, requester, in_asked, cancelled, false, forced, reason_overdue},
    {mark_wrong, requester, in(draft), entered_in_error, false, stays, nothing},
    {mark_wrong, requester, in_asked, entered_in_error, false, forced, nothing},
    {mark_wrong, requester, in_work, entered_in_error, false, forced, audit},
};

// A referral that is being withdrawn is not asked for, expired or marked again.
bool repeats(const Rule& rule, Standing standing) {
  return standing.withdrawal == asked &&
         (rule.event == ask_cancel || rule.event == expire || rule.event == mark_wrong);
}

bool fits(const Rule& rule, Standing standing) {
  return has(rule.from, standing.status) && !repeats(rule, standing) &&
         (!rule.once_asked || standing.withdrawal == asked);
}

// A Task that has ended does not say whether it was forced to.
bool leads_to(const Rule& rule, Standing before, Standing now) {
  return rule.to.value_or(before.status) == now.status &&
         (terminal(now.status) || rule.withdrawal.value_or(before.withdrawal) == now.withdrawal);
}

struct Lack {
  Need need;
  bool Given::*given;
  const char* text;
  const char* where;
};
constexpr Lack lacks[] = {
    {Need::output, &Given::output, "needs an outcome", "Task.output"},
    {Need::overdue, &Given::overdue, "may not come before the deadline", "Task.restriction"},
    {Need::single_phase, &Given::single_phase, "is to be asked for first: ask-cancel",
     "Task.status"},
    {Need::audit, &Given::audit, "is past acceptance and needs an audited correction",
     "Task.status"},
    {Need::reason, &Given::reason, "needs a reason", "Task.statusReason"},
};

Result<void> check_need(const Rule& rule, const Given& given) {
  for (const auto& lack : lacks)
    if ((rule.needs & bit(lack.need)) != 0 && !(given.*lack.given))
      return Error{Kind::unsupported, std::string(code(rule.event)) + " " + lack.text, lack.where};
  return {};
}

}  // namespace

std::string_view code(Event event) {
  return codes[static_cast<std::size_t>(event)];
}

std::span<const Rule> rules() {
  return table;
}

Party party_of(Event event) {
  const auto* const rule = std::find_if(std::begin(table), std::end(table),
                                        [&](const Rule& one) { return one.event == event; });
  return event == note || rule == std::end(table) ? either : rule->by;
}

Result<Standing> after(Standing before, Event event, Party by, const Given& given) {
  for (const auto& rule : table) {
    if (rule.event != event || !fits(rule, before)) continue;
    if (rule.by != by)
      return Error{Kind::forbidden,
                   "\"" + std::string(code(event)) + "\" belongs to the " +
                       (rule.by == owner ? "owner" : "requester"),
                   "Task.status"};
    LET_DONE(check_need(rule, given));
    return Standing{rule.to.value_or(before.status), rule.withdrawal.value_or(before.withdrawal)};
  }
  return Error{Kind::unsupported,
               "\"" + std::string(code(event)) + "\" cannot happen to a referral that is \"" +
                   std::string(code(before.status)) + "\"; allowed: " + allowed_now(before, by),
               "Task.status"};
}

Result<Event> event_between(Standing before, Standing now, Party by, const Given& given) {
  if (before == now || (terminal(before.status) && before.status == now.status)) return note;
  if (before.withdrawal == asked && now.withdrawal == Withdrawal::none && open(now.status))
    return Error{Kind::conflict,
                 "a cancellation was asked for: it is answered, or an outcome outlasts it, and "
                 "until then businessStatus says so",
                 "Task.businessStatus"};
  std::optional<Error> refused;
  for (const auto& rule : table) {
    if (!fits(rule, before) || !leads_to(rule, before, now)) continue;
    const auto done = after(before, rule.event, by == either ? rule.by : by, given);
    if (done) return rule.event;
    if (!refused || refused->kind == Kind::forbidden) refused = done.error();
  }
  if (refused) return *refused;
  LET_DONE(check_transition(before.status, now.status, either));
  return Error{Kind::unsupported,
               "a cancellation is asked for by itself, of a referral that is open",
               "Task.businessStatus"};
}

std::string allowed_now(Standing standing, Party by) {
  return allowed_now(standing, by, {true, true, true, true, true}, true);
}

std::string allowed_now(Standing standing, Party by, const Given& given, bool claimed) {
  std::string names;
  for (const auto& rule : table) {
    if (rule.by != by || !fits(rule, standing) || !check_need(rule, given)) continue;
    if (by == owner && !claimed && rule.event != accept) continue;
    if (!names.empty()) names += ", ";
    names += code(rule.event);
  }
  return names.empty() ? "none" : names;
}

Result<Standing> hear(Standing before, Event event, Party by, const Given& given) {
  if (terminal(before.status)) return before;
  auto heard = after(before, event, by, given);
  if (heard || by != owner || !has(in_asked, before.status)) return heard;
  LET(const auto taken, after(before, accept, owner, given));
  auto worked = after(taken, event, by, given);
  if (!worked) return heard;
  return worked;
}

bool can_be_routed(std::span<const Standing> tasks) {
  return std::none_of(tasks.begin(), tasks.end(), [](const Standing& task) {
    return !terminal(task.status) || task.status == completed;
  });
}

}  // namespace fingerpost::care
