#include "command/live_maps.h"

#include <utility>

namespace fingerpost::command {
namespace {

Result<std::shared_ptr<const MapSet>> load_set(const MapSources& sources,
                                               std::shared_ptr<model::Definitions> definitions) {
  LET(const auto files, read_mappings(sources.shared, sources.partners, sources.config));
  LET(auto translator, exchange::Translator::make(*definitions, files, sources.limits));
  return std::make_shared<const MapSet>(MapSet{std::move(definitions), std::move(translator)});
}

}  // namespace

Result<std::unique_ptr<LiveMaps>> LiveMaps::load(MapSources sources,
                                                 std::shared_ptr<model::Definitions> definitions) {
  LET(auto set, load_set(sources, std::move(definitions)));
  return std::unique_ptr<LiveMaps>(new LiveMaps(std::move(sources), std::move(set)));
}

std::shared_ptr<const MapSet> LiveMaps::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

// The names of new maps go into definitions of their own: those that serve are read by all threads
// and must not grow. What both were compiled from is one file, and the maps' names of now go before
// any new one, so a name has one number in all of them.
Result<std::size_t> LiveMaps::reload() {
  const std::lock_guard one(reloading_);
  LET(auto definitions, open_definitions(sources_.shared));
  const auto& known = now()->definitions->names();
  for (auto name = static_cast<NameId>(definitions->names().size()); name < known.size(); ++name)
    definitions->names().intern(known.text(name));
  LET(auto set, load_set(sources_, std::move(definitions)));
  LET(const auto cases, read_mapping_cases(sources_.shared, sources_.partners, sources_.config));
  const auto run = exchange::run_mapping_cases(set->translator, cases);
  if (!run.failed.empty())
    return Error{Kind::invalid,
                 std::to_string(run.failed.size()) + " cases do not hold, of them first \"" +
                     run.failed.front().name + "\"",
                 run.failed.front().file};
  const std::lock_guard lock(mutex_);
  now_ = std::move(set);
  return run.passed;
}

}  // namespace fingerpost::command
