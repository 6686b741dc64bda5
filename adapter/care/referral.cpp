#include "care/referral.h"

#include <array>
#include <iterator>

namespace fingerpost::care {
namespace {

constexpr std::array<std::string_view, status_count> codes = {
    "draft",     "requested",   "received", "accepted", "rejected",  "ready",
    "cancelled", "in-progress", "on-hold",  "failed",   "completed", "entered-in-error"};

using enum Status;
using enum Party;

constexpr Step table[] = {
    {draft, requested, requester},
    {draft, cancelled, requester},
    {draft, entered_in_error, requester},
    {requested, received, owner},
    {requested, accepted, owner},
    {requested, rejected, owner},
    {requested, cancelled, either},
    {requested, entered_in_error, requester},
    {received, accepted, owner},
    {received, rejected, owner},
    {received, cancelled, either},
    {received, entered_in_error, requester},
    {accepted, in_progress, owner},
    {accepted, on_hold, owner},
    {accepted, completed, owner},
    {accepted, failed, owner},
    {accepted, cancelled, either},
    {accepted, entered_in_error, requester},
    {in_progress, on_hold, owner},
    {in_progress, completed, owner},
    {in_progress, failed, owner},
    {in_progress, cancelled, either},
    {in_progress, entered_in_error, requester},
    {on_hold, in_progress, owner},
    {on_hold, completed, owner},
    {on_hold, failed, owner},
    {on_hold, cancelled, either},
    {on_hold, entered_in_error, requester},
};

// How far along a step is. Equal ranks are one step's alternatives (in progress and on hold).
constexpr int rank(Status status) {
  switch (status) {
    case draft:
      return 0;
    case requested:
      return 1;
    case received:
      return 2;
    case accepted:
      return 3;
    case ready:
    case in_progress:
    case on_hold:
      return 4;
    case rejected:
    case cancelled:
    case failed:
    case completed:
    case entered_in_error:
      return 5;
  }
  return 5;
}

}  // namespace

std::string_view code(Status status) {
  return codes[static_cast<std::size_t>(status)];
}

std::optional<Status> read_status(std::string_view text) {
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (codes[i] == text) return static_cast<Status>(i);
  return std::nullopt;
}

std::span<const Step> steps() {
  return table;
}

Party writer(Status status) {
  switch (status) {
    case draft:
    case requested:
    case cancelled:
    case entered_in_error:
      return requester;
    default:
      return owner;
  }
}

bool terminal(Status status) {
  return rank(status) == 5;
}

bool open(Status status) {
  return status != draft && !terminal(status);
}

std::string allowed_after(Status from) {
  std::string names;
  for (const auto& step : table) {
    if (step.from != from) continue;
    if (!names.empty()) names += ", ";
    names += code(step.to);
  }
  return names.empty() ? "none" : names;
}

Result<void> check_transition(std::optional<Status> from, Status to, Party by) {
  if (to == ready)
    return Error{Kind::unsupported, "a referral Task is never \"ready\"", "Task.status"};
  if (!from || *from == to) return {};
  for (const auto& step : table) {
    if (step.from != *from || step.to != to) continue;
    if (by == either || step.by == either || step.by == by) return {};
    return Error{Kind::forbidden,
                 "the step to \"" + std::string(code(to)) + "\" belongs to the " +
                     (step.by == owner ? "owner" : "requester"),
                 "Task.status"};
  }
  return Error{Kind::unsupported,
               "a referral Task cannot go from \"" + std::string(code(*from)) + "\" to \"" +
                   std::string(code(to)) + "\"; allowed: " + allowed_after(*from),
               "Task.status"};
}

bool goes_back(Status stored, Status incoming) {
  return stored != incoming && (rank(incoming) < rank(stored) || terminal(stored));
}

std::optional<Party> route(std::optional<Status> before, Status after) {
  if (after == draft || after == entered_in_error) {
    if (before && *before != draft && after == entered_in_error) return owner;
    return std::nullopt;
  }
  if (!before || *before == draft) return owner;
  return writer(after) == owner ? requester : owner;
}

}  // namespace fingerpost::care
