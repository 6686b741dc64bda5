// The maps of now: all that translates asks here, and they change while the gateway runs.

#pragma once

#include "command/files.h"
#include "exchange/mapping_cases.h"
#include "exchange/partner.h"
#include "exchange/translate.h"
#include "fingerpost/limits.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace fingerpost::command {

// The maps of a folder, with the definitions that their names are of.
struct MapSet {
  std::shared_ptr<model::Definitions> definitions;
  exchange::Translator translator;
};

struct MapSources {
  SharedPaths shared;
  exchange::Partners partners;   // for their concept maps
  std::filesystem::path config;  // which those are relative to
  Limits limits;
};

// Any thread may call; a set lives as long as somebody has it.
class LiveMaps {
 public:
  // Over definitions that nobody reads yet: their names grow.
  static Result<std::unique_ptr<LiveMaps>> load(MapSources sources,
                                                std::shared_ptr<model::Definitions> definitions);

  std::shared_ptr<const MapSet> now() const;
  // What it was loaded with.
  const MapSet& first() const { return *first_; }

  // Reads the folder again: from then on everything is translated by what is there, or, on an
  // error, by what was before. Kind::invalid: a map does not load, or a case beside the maps does
  // not hold; `where` is its place, and the text holds no sample's data. Gives the cases that
  // passed.
  Result<std::size_t> reload();

 private:
  LiveMaps(MapSources sources, std::shared_ptr<const MapSet> first)
      : sources_(std::move(sources)), first_(first), now_(std::move(first)) {}

  MapSources sources_;
  std::shared_ptr<const MapSet> first_;
  mutable std::mutex mutex_;
  std::shared_ptr<const MapSet> now_;
  std::mutex reloading_;  // one at a time
};

}  // namespace fingerpost::command
