// The two written forms of a map: FML text, and an R4 StructureMap resource.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "mapping/text.h"
#include "model/definitions.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::mapping {

// Kind::invalid, `where` = "file:line:column".
Result<MapText> parse_map(std::string_view text, std::string file, const Limits& limits);

// An R4 StructureMap. Places in messages are 0:0.
Result<MapText> read_structure_map(const model::Definitions& definitions, const Tree& map,
                                   std::string file);

// The transform of this FML or StructureMap name; Transform::none when there is no such one.
Transform transform_named(std::string_view name);

// The last part of a canonical url, without its version.
std::string_view last_part(std::string_view url);

// Whether imports "http://…/*3to4" means a map of this url: any number of characters for each star.
bool import_matches(std::string_view pattern, std::string_view url);

// The urls of the concept maps that its translate() calls name, but for its own ('#name').
std::vector<std::string> concept_maps_of(const MapText& map);

// A FHIRPath string literal.
std::string path_string(std::string_view text);

}  // namespace fingerpost::mapping
