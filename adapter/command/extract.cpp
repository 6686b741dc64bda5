#include "base/system.h"
#include "command/command.h"
#include "command/configuration.h"
#include "command/extract_folder.h"
#include "command/live_maps.h"
#include "interaction/custom_parameters.h"

#include <ostream>
#include <string>

namespace fingerpost::command {
namespace {

// A store with what applies an extract to it; no gateway has the folder open.
struct Workplace {
  SystemClock clock;
  SystemRandom random;
  Configuration configuration;
  std::shared_ptr<model::Definitions> definitions;
  std::unique_ptr<LiveMaps> maps;
  std::unique_ptr<store::Store> store;
  std::shared_ptr<const search::Parameters> parameters;
  std::optional<search::LiveParameters> live;
  std::optional<exchange::Parts> parts;

  Result<void> open(const ApplyExtract& command);
};

Result<void> Workplace::open(const ApplyExtract& command) {
  if (!command.config.empty()) {
    LET(configuration, load_configuration(command.config));
  }
  const auto& partners = configuration.partners;
  if (!command.partner.empty() && partners.find(command.partner) == nullptr)
    return no_such_partner(command.partner, command.config);
  LET(definitions, open_definitions(command.shared));
  LET(maps, LiveMaps::load({command.shared, partners, command.config, configuration.limits},
                           definitions));
  store::SqliteOptions sqlite;
  sqlite.directory = command.data;
  sqlite.limits = configuration.limits;
  sqlite.definitions = &*definitions;
  auto opened = store::open_sqlite(sqlite, clock, random);
  if (!opened && opened.error().kind == Kind::conflict)
    return Error{Kind::conflict,
                 opened.error().text + ": a running gateway takes extracts from the folder of a " +
                     "[[source]] of its configuration",
                 opened.error().where};
  LET(store, std::move(opened));
  LET(parameters, search::Parameters::compile(*definitions, store->hash_key()));
  live.emplace(*parameters);
  LET(const auto reader, store->reader());
  LET_DONE(interaction::load_parameters(*reader, *live, configuration.limits));
  parts.emplace(exchange::Parts{*definitions, *live, *store, partners, clock, random, nullptr,
                                nullptr, configuration.limits, configuration.zone,
                                configuration.nhs_number_check, configuration.trace});
  return {};
}

Result<exchange::TakenExtract> take(const Workplace& place, const ApplyExtract& command,
                                    const std::string& folder) {
  ExtractSource source;
  source.format = command.format;
  source.partner = command.partner;
  exchange::ExtractRules rules;
  rules.first_delta = command.first_delta;
  return take_folder(*place.parts, place.maps->first().translator, source, command.data, folder,
                     rules);
}

}  // namespace

// An extract that is refused ends the work: those after it may go on from it.
int run(const ApplyExtract& command, Console console) {
  Workplace place;
  if (const auto opened = place.open(command); !opened) return refuse(opened.error(), console);
  for (const auto& folder : command.folders) {
    const auto taken = take(place, command, folder);
    if (!taken) {
      const auto& where = taken.error().where;
      const bool within = !where.empty() && where != folder;
      refuse({taken.error().kind, taken.error().text, within ? folder + ", " + where : folder},
             console);
      return found_errors;
    }
    console.out << folder << ": " << taken->time << ": ";
    if (taken->repeated)
      console.out << "applied before\n";
    else
      console.out << taken->resources << (taken->resources == 1 ? " resource" : " resources")
                  << " made or changed, " << taken->retracted << " rows taken back, "
                  << taken->warnings << " warnings or errors in the content\n";
  }
  return done;
}

}  // namespace fingerpost::command
