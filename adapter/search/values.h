// The values of a query parameter: text to tests (R4 search.html#ptypes).

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "search/search.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

// Splits at a character that no backslash escapes; the backslashes stay (R4 search.html#escaping).
std::vector<std::string_view> split_escaped(std::string_view text, char by);
std::string unescape(std::string_view text);

struct ValueContext {
  const Parameters& parameters;
  std::string_view base_url;
  std::int64_t now_us = 0;
  std::string_view where;  // the parameter's name as written, for errors
};

// Each adds one alternative to the criterion, whose key tells the parameter.
Result<void> add_token(const ValueContext& context, std::string_view value, Criterion& criterion);
// `type`: of the :[type] modifier, or empty.
Result<void> add_reference(const ValueContext& context, std::string_view value,
                           std::string_view type, Criterion& criterion);
Result<void> add_string(const ValueContext& context, std::string_view value,
                        std::string_view modifier, Criterion& criterion);
Result<void> add_uri(const ValueContext& context, std::string_view value, std::string_view modifier,
                     Criterion& criterion);
Result<void> add_date(const ValueContext& context, std::string_view value, Criterion& criterion);
Result<void> add_number(const ValueContext& context, std::string_view value, Criterion& criterion);
Result<void> add_quantity(const ValueContext& context, std::string_view value,
                          Criterion& criterion);

}  // namespace fingerpost::search
