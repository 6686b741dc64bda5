// SDOH Clinical Care 3.0.0 (Gravity) and BSeR 2.0.0-ballot: both write the step into a Task.

#include "care/projection_tables.h"

namespace fingerpost::care {
namespace {

using enum Event;
using enum Party;
using S = Status;
using W = Withdrawal;

// SDOH-CC: Task.status without received and ready; businessStatus is free, so a request to cancel
// is said there and moves nothing.
namespace sdoh {
enum : PlaceId {
  nothing,
  requested,
  accepted,
  rejected,
  in_progress,
  on_hold,
  completed,
  failed,
  cancelled,
  wrong
};
constexpr std::string_view asked = "Task.businessStatus cancel-requested";
constexpr auto open_places = bits(requested, accepted, in_progress, on_hold);
constexpr auto worked = bits(accepted, in_progress, on_hold);

constexpr Place places[] = {
    {"nothing", nothing},           {"requested", requested},
    {"accepted", accepted},         {"rejected", rejected, true},
    {"in-progress", in_progress},   {"on-hold", on_hold},
    {"completed", completed, true}, {"failed", failed, true},
    {"cancelled", cancelled, true}, {"entered-in-error", wrong, true},
};
constexpr Move moves[] = {
    {bits(nothing), requested, requester, "create", request},
    {open_places, cancelled, requester, "status", cancel_at_once},
    {open_places, wrong, requester, "status", mark_wrong},
    {bits(requested), accepted, owner, "status", accept},
    {bits(requested), rejected, owner, "status", reject},
    {bits(accepted, on_hold), in_progress, owner, "status", start},
    {bits(accepted, in_progress), on_hold, owner, "status", hold},
    {worked, completed, owner, "status", complete},
    {worked, failed, owner, "status", fail},
    {open_places, cancelled, owner, "status", give_back},
};
constexpr Shown rows[] = {
    {in(S::draft), whatever, nothing, ""},
    {in_asked, when(W::asked), requested, "", asked},
    {in(S::accepted), when(W::asked), accepted, "", asked},
    {in(S::in_progress), when(W::asked), in_progress, "", asked},
    {in(S::on_hold), when(W::asked), on_hold, "", asked},
    {in(S::requested), whatever, requested, ""},
    {in(S::received), whatever, requested, "", "Task.businessStatus acknowledged"},
    {in(S::accepted), whatever, accepted, ""},
    {in(S::rejected), whatever, rejected, ""},
    {in(S::in_progress), whatever, in_progress, ""},
    {in(S::on_hold), whatever, on_hold, ""},
    {in(S::completed), whatever, completed, ""},
    {in(S::failed), whatever, failed, ""},
    {in(S::cancelled), when(W::forced), cancelled, "that nobody answered is a reason alone"},
    {in(S::cancelled), whatever, cancelled, ""},
    {in_any, whatever, wrong, ""},
};
}  // namespace sdoh

// BSeR: Task.status with a businessStatus; the triggers are numbered. It starts at received, knows
// no failed, no on-hold and no error, and only the recipient ends what was asked to be cancelled.
namespace bser_tables {
enum : PlaceId {
  nothing,
  created,
  accepted,
  declined,
  begun,
  scheduled,
  unattended,
  event_cancelled,
  event_completed,
  cancel_asked,
  cancelled,
  completed
};
constexpr auto work = bits(begun, scheduled, unattended, event_cancelled, event_completed);

constexpr Place places[] = {
    {"nothing", nothing},
    {"received, 2.0", created},
    {"accepted, 3.0", accepted},
    {"rejected, 4.0", declined, true},
    {"in-progress, 5.1", begun},  // the triggers name 5.1; the code system has only 5.1.1 to 5.1.4
    {"in-progress, 5.1.1", begun},
    {"in-progress, 5.1.2", begun},
    {"in-progress, 5.1.3", begun},
    {"in-progress, 5.1.4", begun},
    {"in-progress, 5.2", cancel_asked},
    {"cancelled, 6.0", cancelled, true},
    {"completed, 7.0", completed, true},
};
constexpr Move moves[] = {
    {bits(nothing), created, requester, "01", request},
    {bits(created), cancel_asked, requester, "04", ask_cancel},
    {bits(accepted), cancel_asked, requester, "07", ask_cancel},
    {work, cancel_asked, requester, "14, 20, 22, 28, 34", ask_cancel},
    {bits(created), accepted, owner, "02", accept},
    {bits(created), declined, owner, "03", reject},
    {bits(accepted), declined, owner, "05", give_back},
    {bits(accepted), begun, owner, "31, 32", start},
    {bits(accepted), scheduled, owner, "06", start},
    {bits(accepted), event_completed, owner, "08", start},
    {bits(accepted), completed, owner, "09", complete},
    {work, declined, owner, "10, 17, 25, 33", give_back},
    {work, scheduled, owner, "11, 18", note},
    {work, unattended, owner, "12", note},
    {work, event_cancelled, owner, "13", note},
    {work, event_completed, owner, "15, 29", note},
    // The triggers 16 and 30 are not placed by the harmonised table at hand; without one of them
    // work in progress would never be completed.
    {work, completed, owner, "16, 30", complete},
    {bits(cancel_asked), cancelled, owner, "23", confirm_cancel},
    {bits(cancel_asked), completed, owner, "24", complete},
};
constexpr Shown rows[] = {
    {in(S::draft), whatever, nothing, ""},
    {in(S::cancelled), when(W::forced), cancel_asked,
     "only the recipient ends it: it was asked to"},
    {in(S::entered_in_error), whatever, cancel_asked, "an error is a request to cancel"},
    {in(S::completed), whatever, completed, ""},
    {in_open, when(W::asked), cancel_asked, "the step that it is withdrawn at"},
    {in(S::rejected, S::cancelled), when(W::asked), cancelled, ""},
    {in(S::failed), when(W::asked), cancelled, "failed is cancelled, with its reason"},
    {in(S::requested), whatever, created, ""},
    {in(S::received), whatever, created, "received is how it starts: acknowledged is not said"},
    {in(S::accepted), whatever, accepted, ""},
    {in(S::in_progress), whatever, begun, ""},
    {in(S::on_hold), whatever, begun, "on hold is in progress; the waiting list is words alone"},
    {in(S::rejected), whatever, declined, ""},
    {in(S::cancelled), whatever, declined, "given back after acceptance is declined"},
    {in_any, whatever, declined, "failed is declined, with its reason"},
};
}  // namespace bser_tables

}  // namespace

constinit const Projection gravity{
    Standard::gravity,
    sdoh::places,
    sdoh::moves,
    sdoh::rows,
    {"ServiceRequest.orderDetail contacting-subject-prohibited", ""}};
constinit const Projection bser{
    Standard::bser, bser_tables::places, bser_tables::moves, bser_tables::rows, {"", ""}};

}  // namespace fingerpost::care
