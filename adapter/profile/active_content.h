// What in a narrative may run, or fetch what may run, in whatever shows it.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <string_view>
#include <vector>

namespace fingerpost::profile {

// Whether any reader of markup, of XML or of HTML, would find in it an element or an attribute that
// runs or loads something, a link that may run a script, or a style that does. It need not be well
// formed. What is merely not allowed in a narrative is no matter here (narrative.h).
bool has_active_content(std::string_view markup);
constexpr std::string_view active_content_text =
    "txt-1: the narrative has content that may run or load something";

// The narratives within the resource at `node` that have, in order.
std::vector<NodeId> active_narratives(const model::Definitions& definitions, const Tree& tree,
                                      NodeId node);

}  // namespace fingerpost::profile
