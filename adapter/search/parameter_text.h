// A SearchParameter resource as far as searching needs it.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <string>
#include <vector>

namespace fingerpost::search {

struct ParameterText {
  struct Component {
    std::string definition;  // the url of the parameter that tells its type
    std::string expression;
  };
  std::string id;  // of the resource, of custom ones
  std::string url;
  std::string code;
  model::SearchType kind = model::SearchType::string;
  std::string expression;
  std::vector<TypeId> bases;    // perhaps abstract ones
  std::vector<TypeId> targets;  // of references; empty: any
  std::vector<Component> components;
};

// Kind::invalid with `where` the element: what makes it no parameter that can be searched by.
Result<ParameterText> read_parameter(const model::Definitions& definitions, NodeRef resource);

}  // namespace fingerpost::search
