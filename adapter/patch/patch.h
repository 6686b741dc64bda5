// Changes to a resource, in each of the forms that FHIR's PATCH takes (R4 http.html#patch).

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "path/fhirpath.h"

#include <string>
#include <string_view>

namespace fingerpost::patch {

// FHIRPath Patch (R4 fhirpatch.html): `operations` is a Parameters resource. The resource is
// changed in place and not validated; after an error it is half changed and to be thrown away.
// Kind::invalid, `where` "Parameters.parameter[0]": no such operation, a path that gives none or
// several elements, an index out of the list, a name the type does not have, an element that may
// not repeat and is there. Kind::too_costly: over Limits::patch_operations or a path's budget.
// `world` sets what the paths may ask.
Result<void> apply_fhirpath(const model::Definitions& definitions, Tree& resource,
                            const Tree& operations, const Limits& limits,
                            const path::World& world = {});

// JSON Patch (RFC 6902) of a JSON text. Kind::invalid, `where` the operation ("/0"): malformed, a
// pointer to nothing. Kind::conflict: a `test` that fails. Kind::too_costly: over
// Limits::patch_operations, body_bytes, or steps (members and items looked at).
Result<std::string> apply_json(std::string_view resource, std::string_view operations,
                               const Limits& limits);

// JSON Merge Patch (RFC 7396) of a JSON text.
Result<std::string> apply_merge(std::string_view resource, std::string_view changes,
                                const Limits& limits);

// XML Patch (RFC 5261) of an XML text. Of XPath: steps by name, "*" or "@name", with predicates
// [N], [@name='…'], [path='…'], joined as RFC 5261 allows. Kind::invalid, `where` the operation
// ("diff/add[1]").
Result<std::string> apply_xml(std::string_view resource, std::string_view operations,
                              const Limits& limits);

}  // namespace fingerpost::patch
