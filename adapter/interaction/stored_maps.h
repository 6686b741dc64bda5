// Maps of the FHIR Mapping Language for one request: what is sent or stored, and all that it leads
// to.

#pragma once

#include "interaction/context.h"
#include "mapping/fml.h"
#include "mapping/parse.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fingerpost::interaction {

// The maps that were loaded, as they are now: Context::maps, until others were set. Null: there are
// none. They are good for as long as somebody has them. Any thread.
std::shared_ptr<const mapping::Maps> loaded_maps(const Context& context);
void set_loaded_maps(const Context& context, std::shared_ptr<const mapping::Maps> maps);

// Collects maps, the first of them the one to run.
class MapGatherer {
 public:
  explicit MapGatherer(const Session& session);

  // A StructureMap, or FML text, that came with the request.
  Result<void> add_sent(const Tree& map, const std::string& called);
  Result<void> add_sent_text(std::string_view text, const std::string& called);
  Result<void> add(const store::Stored& map);
  bool empty() const { return maps_.empty(); }

  // Finds what they import, and the concept maps they name, among what is stored and what was
  // loaded; then links them.
  struct Linked {
    mapping::Maps maps;
    std::string entry;  // names the first map in `maps`
  };
  Result<Linked> link();
  // What linking said, when it failed.
  const Issues& issues() const { return builder_.issues(); }

 private:
  void take(std::shared_ptr<const mapping::MapText> map);
  Result<std::shared_ptr<const mapping::MapText>> read(const store::Stored& stored);
  Result<bool> find_stored(const std::string& import);
  Result<void> find_imports();
  Result<void> find_import(const std::string& url);
  Result<void> find_concept_maps(const mapping::MapText& map);
  Result<void> find_concept_map(const std::string& url);

  const Session& session_;
  const Context& context_;
  mapping::MapsBuilder builder_;
  std::vector<std::shared_ptr<const mapping::MapText>> maps_;
  std::set<std::string> wanted_;                 // imports and concept maps that were looked for
  std::set<std::string> taken_;                  // stored resources that are in
  std::shared_ptr<const mapping::Maps> loaded_;  // once they were asked for
};

// The stored map of a canonical url, the newest when several versions are there; none when there is
// none.
Result<std::optional<store::Stored>> stored_map(const Session& session, std::string_view canonical);

}  // namespace fingerpost::interaction
