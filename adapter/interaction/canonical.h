// Stored resources by what canonical references name.

#pragma once

#include "interaction/context.h"
#include "store/store.h"
#include "terminology/concept_map.h"

#include <memory>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// Whether a stored resource may have this url, without a version: what is no url at all, or names
// something within its document, is not looked for.
bool may_be_stored(std::string_view url);

// Those of a type whose search parameter of type uri has this value, and, if one is given, this
// version; a hundred at most.
Result<std::vector<store::Stored>> stored_with_uri(const Session& session, std::string_view type,
                                                   std::string_view parameter,
                                                   std::string_view value,
                                                   std::string_view version = {});

// All of a type, `most` at the most. Kind::too_costly when there are more.
Result<std::vector<store::Stored>> all_stored(const Session& session, std::string_view type,
                                              std::size_t most);

// A stored ConceptMap, compiled; null when it cannot be used.
Result<std::shared_ptr<const terminology::ConceptMap>> stored_concept_map(
    const Context& context, const store::Stored& stored);

}  // namespace fingerpost::interaction
