#include "exchange/cycle.h"

#include "exchange/made.h"
#include "model/json.h"

#include <algorithm>
#include <utility>

namespace fingerpost::exchange {
namespace {

struct Keeps {
  std::string_view type;
  Result<void> (*keep)(Cycle&, const Written&);
};
constexpr Keeps table[] = {{"Appointment", keep_appointment},  {"Slot", keep_slot},
                           {"Communication", keep_invitation}, {"CarePlan", keep_plan},
                           {"Observation", keep_reading},      {"Task", keep_task}};

}  // namespace

const Written* Cycle::written_at(std::string_view type, std::string_view id) const {
  for (const auto& one : written)
    if (one.type == type && one.id == id) return &one;
  return nullptr;
}

Result<std::optional<Tree>> Cycle::before(const Written& one) const {
  if (one.before.empty()) return std::optional<Tree>();
  LET(auto read, model::read_json(parts.definitions, std::string(one.before), parts.limits));
  return std::optional<Tree>(std::move(read.tree));
}

Result<std::vector<std::string>> Cycle::find(const std::string& type,
                                             std::vector<search::Pair> pairs) {
  LET(auto found, find_all(parts, reader, type, std::move(pairs)));
  auto ids = found.ids;
  unit.searches.push_back(std::move(found));
  return ids;
}

bool Cycle::audited() const {
  return std::any_of(written.begin(), written.end(), [](const Written& one) {
    return one.type == "Provenance" && one.after != nullptr &&
           child({one.after, one.after->root()}, "reason");
  });
}

bool is_of_cycle(std::string_view type) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](const Keeps& row) { return row.type == type; });
}

Result<void> keep_cycle(Cycle& cycle) {
  for (const auto& one : cycle.written)
    for (const auto& row : table)
      if (row.type == one.type) LET_DONE(row.keep(cycle, one));
  return {};
}

}  // namespace fingerpost::exchange
