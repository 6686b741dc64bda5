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

Result<std::optional<care::Status>> status_before(const Parts& parts, std::string_view body) {
  if (body.empty()) return std::optional<care::Status>();
  LET(const auto read, model::read_json(parts.definitions, std::string(body), parts.limits));
  LET(const auto status, status_of({&read.tree, read.tree.root()}));
  return std::optional(status);
}

Result<void> check_step(std::optional<care::Status> before, NodeRef task) {
  LET(const auto after, status_of(task));
  const auto step = care::check_transition(before, after);
  if (!step) return step;
  if (after == care::Status::completed && !child(task, "output"))
    return Error{Kind::unsupported, "a referral is completed with its outcome", "Task.output"};
  return {};
}

}  // namespace

Result<void> Watch::before_commit(store::Unit& unit, std::span<const Written> written) {
  const bool tasks = std::any_of(written.begin(), written.end(), [](const Written& one) {
    return one.type == "Task" && one.after != nullptr;
  });
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
    const auto* write = write_of(unit, one);
    if (one.type != "Task" || one.after == nullptr || write == nullptr) continue;
    const NodeRef task{one.after, one.after->root()};
    if (!is_referral(near, task)) continue;
    LET(const auto before, status_before(parts_, one.before));
    const auto step = check_step(before, task);
    if (!step) return step;
    if (!one.before.empty() && store::same(write->body, one.before)) continue;
    // The body that is replaced carries its version, so the seed is this step's alone.
    const auto seed = hex(sha256(one.before)) + hex(sha256(write->body.head + write->body.tail));
    const auto added =
        add_deliveries(parts_, near, {task, one.id, before, seed, "", false}, unit.outbox);
    if (!added) return added;
  }
  return {};
}

}  // namespace fingerpost::exchange
