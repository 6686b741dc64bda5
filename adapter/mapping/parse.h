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

// The map as FML text, which parse_map() makes the same map of, but for places and comments.
std::string print(const MapText& map);

// The transform of this FML or StructureMap name; Transform::none when there is no such one.
Transform transform_named(std::string_view name);
std::string_view transform_name(Transform transform);

// The sign between two codes for an R4 equivalence; "-" for what has none.
std::string_view relation_sign(std::string_view equivalence);

// The last part of a canonical url, without its version.
std::string_view last_part(std::string_view url);

// Whether imports "http://…/*3to4" means a map of this url: any number of characters for each star.
bool import_matches(std::string_view pattern, std::string_view url);

// The urls of the concept maps that its translate() calls name, but for its own ('#name').
std::vector<std::string> concept_maps_of(const MapText& map);

// What of our extensions a map uses, by the names that `/// extension = "…"` lists them under.
std::vector<std::string> extensions_of(const MapText& map);

// A FHIRPath string literal.
std::string path_string(std::string_view text);

}  // namespace fingerpost::mapping
