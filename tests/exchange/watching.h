// A gateway's watch with one referral in the store, and what its parties write of it.

#pragma once

#include "exchange/apply.h"
#include "exchange/delivery.h"
#include "exchange/watch.h"
#include "world.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace fingerpost::test {

using namespace exchange;

// A transaction of PUTs as interaction would commit it; what others commit `between` its hook and
// its commit.
inline Result<store::UnitOutcome> put_all(
    World& world, Watch& watch, const std::vector<std::string>& resources,
    const std::function<void()>& between = [] {}, std::int64_t named_version = 0,
    const Speaker& by = anybody()) {
  std::deque<Tree> trees;
  std::deque<std::string> types, ids, befores;
  std::vector<Written> written;
  store::Unit unit;
  for (const auto& json : resources) {
    auto read = model::read_json(definitions(), json, Limits{});
    REQUIRE(read);
    auto& tree = trees.emplace_back(std::move(read->tree));
    const auto& type = types.emplace_back(definitions().type_name(tree[tree.root()].type));
    const auto& id = ids.emplace_back(child_text({&tree, tree.root()}, "id"));
    auto stored = world.reader()->read(type, id);
    auto& before = befores.emplace_back();
    store::Write write;
    write.type = type;
    write.id = id;
    if (stored) write.if_version = stored->version;
    if (stored) before = std::move(stored->body);
    if (named_version != 0) unit.reads.push_back({type, id, named_version});
    write.index = search::index(parameters(), {&tree, tree.root()});
    write.body = store::prepare_body(definitions(), tree, id);
    unit.writes.push_back(std::move(write));
    written.push_back({type, id, before, &tree});
  }
  const auto allowed = watch.before_commit(unit, written, by);
  if (!allowed) return allowed.error();
  between();
  return commit_now(*world.store, std::move(unit));
}
inline Result<store::UnitOutcome> put_task(World& world, Watch& watch, const std::string& json) {
  return put_all(world, watch, {json});
}

inline Result<void> remove(World& world, Watch& watch, const std::string& type,
                           const std::string& id) {
  const auto stored = world.reader()->read(type, id);
  REQUIRE(stored);
  store::Unit unit;
  auto& write = unit.writes.emplace_back();
  write.op = store::Write::Op::remove;
  write.type = type;
  write.id = id;
  const Written written{type, id, stored->body, nullptr};
  return watch.before_commit(unit, {&written, 1}, anybody());
}
inline Result<void> remove_task(World& world, Watch& watch, const std::string& key) {
  return remove(world, watch, "Task", task_id(key));
}

// `json` without the named member, whose value is an object in one level.
inline std::string without(std::string json, const std::string& member) {
  const auto at = json.find("\"" + member + "\":{");
  REQUIRE(at != std::string::npos);
  return json.erase(at, json.find("},", at) + 2 - at);
}

// The stored Task with its status, and perhaps more, replaced.
inline std::string task(World& world, const std::string& key, const std::string& status,
                        const std::string& more = "") {
  auto body = world.reader()->read("Task", task_id(key))->body;
  const auto at = body.find("\"status\":\"") + 10;
  body.replace(at, body.find('"', at) - at, status);
  body.insert(body.size() - 1, more);
  const bool wants_reason = status == "cancelled" || status == "rejected" || status == "on-hold";
  if (wants_reason && body.find("statusReason") == std::string::npos)
    body.insert(body.size() - 1, R"(,"statusReason":{"text":"full"})");
  return body;
}

struct Referred : World {
  Watch watch{parts};
  explicit Referred(const std::string& owner = "HOME", const std::string& status = "requested") {
    const auto eyes = reader();
    auto applied =
        apply(parts, *eyes, translation_of(referral("R1", status, owner)), {"practice", "1"});
    REQUIRE(applied);
    applied->unit.outbox.clear();
    REQUIRE(commit_now(*store, std::move(applied->unit)));
    partners.list[0].channel = Channel::fhir;  // the practice is told over FHIR here
  }
};

// The stored request, changed.
inline std::string request(World& world, const std::string& from, const std::string& to) {
  auto body = world.reader()->read("ServiceRequest", request_id("R1"))->body;
  const auto at = body.find(from);
  REQUIRE(at != std::string::npos);
  return body.replace(at, from.size(), to);
}
inline bool holds(const store::OutboxRow& row, const std::string& text) {
  return row.body.find(text) != std::string::npos;
}
// The Task given to the organisation of this ODS code.
inline std::string given_to(std::string task, const std::string& code) {
  const auto at = task.find(R"("owner":)");
  REQUIRE(at != std::string::npos);
  return task.replace(at, task.find('}', at) + 1 - at,
                      R"("owner":{"identifier":{"system":")" + std::string(ods) + R"(","value":")" +
                          code + R"("}})");
}

// A new referral by a client, with a request that is contained.
inline std::string asked(const std::string& focus, const std::string& owner) {
  return R"({"resourceType":"Task","id":"t2","status":"requested","intent":"order","contained":[)"
         R"({"resourceType":"ServiceRequest","id":"request","status":"active","intent":"order",)"
         R"("subject":{"reference":"Patient/p"}}],"focus":{"reference":")" +
         focus + R"("},"owner":{"identifier":{"system":")" + std::string(ods) + R"(","value":")" +
         owner + R"("}}})";
}

constexpr const char* outcome =
    R"(,"output":[{"type":{"text":"outcome"},"valueString":"went well"}])";

}  // namespace fingerpost::test
