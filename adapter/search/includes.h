// _include and _revinclude (R4 search.html#include).

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "search/search.h"

#include <string_view>
#include <vector>

namespace fingerpost::search {

// "Type:parameter", "Type:parameter:target", "Type:*", "*"; one Include for each parameter that it
// stands for. `searched`: the type that the query is about. Kind::not_found: it names what there is
// not ("reference parameter").
Result<std::vector<Include>> read_include(const Parameters& parameters, std::string_view searched,
                                          std::string_view value, bool reverse, bool iterate);

}  // namespace fingerpost::search
