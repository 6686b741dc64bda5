// BaRS 1.4 and HL7 v2 REF/RRI: both send messages, and neither has a step of its own for the work.

#include "care/projection_tables.h"

namespace fingerpost::care {
namespace {

using enum Event;
using enum Party;
using S = Status;
using W = Withdrawal;

// BaRS: ServiceRequest.status and the messages about it. A cancellation is a revoked request; its
// answer is the receiver's consent, and a final response that crossed it wins.
namespace bars_tables {
enum : PlaceId { nothing, asked, answered, booked, declined, revoking, revoked, closed, wrong };
constexpr auto live = bits(asked, answered, booked);

constexpr Place places[] = {
    {"nothing", nothing},
    {"active, sent", asked},
    {"active, accepted by a response", answered},
    {"active, booked", answered},
    {"declined by a response", declined, true},
    {"revoked, not answered", revoking},
    {"revoked", revoked, true},
    {"closed by a final response", closed, true},
    {"entered-in-error", wrong, true},
};
constexpr Move moves[] = {
    {bits(nothing), asked, requester, "servicerequest-request new", request},
    {live, revoking, requester, "servicerequest-request update, revoked", ask_cancel},
    {live, wrong, requester, "servicerequest-request delete, entered-in-error", mark_wrong},
    {bits(asked), answered, owner, "servicerequest-response", accept},
    {bits(asked), declined, owner, "servicerequest-response, rejected reason", reject},
    {bits(answered), booked, owner, "booking-request", start},
    {bits(booked), booked, owner, "booking-response noshow", note},
    {bits(answered, booked), declined, owner, "servicerequest-response, rejected reason",
     give_back},
    {bits(asked, answered, booked), closed, owner, "servicerequest-response, final", complete},
    {bits(revoking), revoked, owner, "200", confirm_cancel},
    {bits(revoking), closed, owner, "servicerequest-response, final, crossed", complete},
};
constexpr Shown rows[] = {
    {in(S::draft), whatever, nothing, ""},
    {in(S::completed), whatever, closed, ""},
    {in(S::entered_in_error), whatever, wrong, ""},
    {in_any, when(W::forced), revoking, "that nobody answered in time is words alone"},
    {in_open, when(W::asked), revoking, "the step that it is withdrawn at"},
    {in(S::rejected, S::cancelled), when(W::asked), revoked, ""},
    {in(S::failed), when(W::asked), revoked, "failed is revoked, with words"},
    {in(S::requested), whatever, asked, ""},
    {in(S::received), whatever, asked, "acknowledged is the answer to the message alone"},
    {in(S::accepted), whatever, answered, ""},
    {in(S::in_progress, S::on_hold), whatever, answered, "the work has no step of its own"},
    {in(S::rejected), whatever, declined, ""},
    {in(S::cancelled), whatever, declined, "given back after acceptance is declined"},
    {in_any, whatever, declined, "failed is declined, with words"},
};
}  // namespace bars_tables

// HL7 v2: REF with its trigger one way, RRI with RF1-1 (table 0283: A, P, R, E) the other.
namespace v2 {
enum : PlaceId {
  nothing,
  asked,
  pending,
  accepted,
  rejected,
  expired,
  revoking,
  revoked,
  closed,
  failed
};
constexpr auto live = bits(asked, pending, accepted);

constexpr Place places[] = {
    {"nothing", nothing},
    {"REF^I12", asked},
    {"RRI, RF1-1 P", pending},
    {"RRI, RF1-1 A", accepted},
    {"RRI, RF1-1 R", rejected, true},
    {"RRI, RF1-1 E", rejected, true},
    {"REF^I14", revoking},
    {"RRI^I14", revoked, true},
    {"RRI, RF1-1 A, completed in words", closed, true},
    {"RRI, RF1-1 A, failed in words", failed, true},
};
constexpr Move moves[] = {
    {bits(nothing), asked, requester, "REF^I12", request},
    {live, revoking, requester, "REF^I14", ask_cancel},
    {bits(asked), pending, owner, "RRI, RF1-1 P", acknowledge},
    {bits(asked, pending), accepted, owner, "RRI, RF1-1 A", accept},
    {bits(accepted), accepted, owner, "RRI, RF1-1 A", note},
    {bits(asked, pending), rejected, owner, "RRI, RF1-1 R", reject},
    {bits(accepted), rejected, owner, "RRI, RF1-1 R", give_back},
    {live, expired, owner, "RRI, RF1-1 E", give_back},
    {bits(revoking), revoked, owner, "RRI^I14", confirm_cancel},
    {bits(accepted), closed, owner, "RRI, a partner's code or words", complete},
    {bits(accepted), failed, owner, "RRI, words of failure", fail},
    {bits(revoking), closed, owner, "RRI that crossed", complete},
};
constexpr Shown rows[] = {
    {in(S::draft), whatever, nothing, ""},
    {in(S::completed), whatever, closed, "table 0283 has no code for completed"},
    {in_any, when(W::forced), revoking, "why it was ended is words alone"},
    {in_open, when(W::asked), revoking, "the step that it is withdrawn at"},
    {in(S::rejected, S::cancelled), when(W::asked), revoked, ""},
    {in(S::failed), when(W::asked), revoked, "failed is words alone"},
    {in(S::requested), whatever, asked, ""},
    {in(S::received), whatever, pending, ""},
    {in(S::accepted), whatever, accepted, ""},
    {in(S::in_progress, S::on_hold), whatever, accepted, "table 0283 has no code for the work"},
    {in(S::rejected), whatever, rejected, ""},
    {in(S::cancelled), whatever, rejected, "given back after acceptance is R, with its reason"},
    {in(S::failed), whatever, failed, "table 0283 has no code for failed"},
    {in_any, whatever, revoking, "an error is I14"},
};
}  // namespace v2

}  // namespace

constinit const Projection bars{Standard::bars,
                                bars_tables::places,
                                bars_tables::moves,
                                bars_tables::rows,
                                {"", "Flag category SG"}};
constinit const Projection hl7v2{Standard::hl7v2, v2::places, v2::moves, v2::rows, {"", ""}};

}  // namespace fingerpost::care
