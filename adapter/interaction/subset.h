// Parts of resources, as _summary and _elements ask for them (R4 search.html#summary, #elements).

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"
#include "search/plan.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

struct Subset {
  search::Summary summary = search::Summary::no;
  std::vector<std::string> elements;

  bool whole() const {
    return elements.empty() &&
           (summary == search::Summary::no || summary == search::Summary::count);
  }
};

// Kind::invalid: both of them at once, or _summary=text together with includes.
Result<Subset> subset_of(const search::Plan& plan);
// What a read is asked for; other parameters are not looked at.
Result<Subset> subset_of(const Context& context, std::string_view type,
                         const std::vector<search::Pair>& pairs);

// The stored body cut down and tagged SUBSETTED, so that nobody takes the part for the whole.
// Mandatory and modifier elements, id and meta always stay. The body itself when all is wanted.
Result<std::string> cut_down(const Context& context, const Subset& subset, std::string body);

}  // namespace fingerpost::interaction
