// What differs between two versions of a resource, element by element.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <optional>
#include <string>
#include <vector>

namespace fingerpost::exchange {

struct Difference {
  std::string path;                // "Goal.target[0].dueDate"
  std::optional<std::string> was;  // none: the element is new
  std::optional<std::string> will;
};

// In order of the paths; without what a store sets itself (id, version and time).
std::vector<Difference> differences(const model::Definitions& definitions, NodeRef before,
                                    NodeRef after);

}  // namespace fingerpost::exchange
