#include "exchange/watch.h"

#include "base/digest.h"
#include "care/referral.h"
#include "exchange/delivery.h"
#include "exchange/neighbourhood.h"
#include "model/json.h"

#include <algorithm>
#include <optional>

namespace fingerpost::exchange {
namespace {

const store::Write* write_of(const store::Unit& unit, const Written& written) {
  for (const auto& write : unit.writes)
    if (write.op == store::Write::Op::put && write.type == written.type && write.id == written.id)
      return &write;
  return nullptr;
}

// What a change finds of a referral. No status: there was none, or no referral.
struct Before {
  std::optional<Tree> tree;
  std::optional<care::Status> status;

  NodeRef task() const { return {&*tree, tree->root()}; }
};

Result<Before> read_before(const Parts& parts, Neighbourhood& near, std::string_view body) {
  Before before;
  if (body.empty()) return before;
  LET(auto read, model::read_json(parts.definitions, std::string(body), parts.limits));
  before.tree = std::move(read.tree);
  if (!is_referral(near, before.task())) return before;
  LET(before.status, status_of(before.task()));
  return before;
}

std::string_view reference_of(NodeRef task, std::string_view element) {
  return child_text(child(task, element), "reference");
}

// Once somebody was asked, a referral stays about the same request and with the same requester:
// otherwise what becomes of it could not be told.
Result<void> check_kept(const Parts& parts, Neighbourhood& near, const Before& before,
                        NodeRef task) {
  if (!before.status || *before.status == care::Status::draft) return {};
  const auto was = reference_of(before.task(), "focus");
  const auto is = reference_of(task, "focus");
  const auto was_at = read_reference(was);
  const auto is_at = read_reference(is);
  if (was != is && (was_at.id.empty() || was_at.type != is_at.type || was_at.id != is_at.id))
    return Error{Kind::unsupported, "a referral's request stays the same", "Task.focus"};
  if (find_partner(parts, near, child(before.task(), "requester")) !=
      find_partner(parts, near, child(task, "requester")))
    return Error{Kind::unsupported, "a referral's requester stays the same", "Task.requester"};
  return {};
}

Result<void> check_removal(const Before& before) {
  const bool open =
      before.status && *before.status != care::Status::draft && !care::terminal(*before.status);
  if (!open) return {};
  return Error{Kind::conflict, "an open referral is cancelled before it is deleted", "Task.status"};
}

Result<void> check_step(std::optional<care::Status> before, NodeRef task) {
  LET(const auto after, status_of(task));
  const auto step = care::check_transition(before, after);
  if (!step) return step;
  if (after == care::Status::completed && !child(task, "output"))
    return Error{Kind::unsupported, "a referral is completed with its outcome", "Task.output"};
  return {};
}

// A referral Task that is put.
Result<void> step(const Parts& parts, Neighbourhood& near, const Written& written,
                  store::Unit& unit) {
  const auto* write = write_of(unit, written);
  if (write == nullptr) return {};
  const NodeRef task{written.after, written.after->root()};
  LET(const auto before, read_before(parts, near, written.before));
  if (!before.status && !is_referral(near, task)) return {};
  LET_DONE(check_kept(parts, near, before, task));
  LET_DONE(check_step(before.status, task));
  if (!written.before.empty() && store::same(write->body, written.before)) return {};
  // The body that is replaced carries its version, so the seed is this step's alone.
  const auto seed = hex(sha256(written.before)) + hex(sha256(write->body.head + write->body.tail));
  return add_deliveries(parts, near, {task, written.id, before.status, seed, "", false},
                        unit.outbox);
}

}  // namespace

Result<void> Watch::before_commit(store::Unit& unit, std::span<const Written> written) {
  const bool tasks = std::any_of(written.begin(), written.end(),
                                 [](const Written& one) { return one.type == "Task"; });
  if (!tasks) return {};
  LET(const auto reader, readers_.lend());
  Neighbourhood near(parts_, *reader);
  for (const auto& one : written) {
    const auto* write = write_of(unit, one);
    if (one.after == nullptr || write == nullptr) continue;
    const auto version = write->if_version.value_or(0) + 1;
    near.add({std::string(one.type),
              std::string(one.id),
              {one.after, one.after->root()},
              store::complete(write->body, version, parts_.clock.now_us())});
  }
  for (const auto& one : written) {
    if (one.type != "Task") continue;
    if (one.after != nullptr) {
      LET_DONE(step(parts_, near, one, unit));
      continue;
    }
    LET(const auto before, read_before(parts_, near, one.before));
    LET_DONE(check_removal(before));
  }
  return {};
}

}  // namespace fingerpost::exchange
