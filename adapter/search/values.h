// The values of a query parameter: text to tests (R4 search.html#ptypes).

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/plan.h"
#include "search/search.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

// Splits at a character that no backslash escapes; the backslashes stay (R4 search.html#escaping).
std::vector<std::string_view> split_escaped(std::string_view text, char by);
std::string unescape(std::string_view text);
// A backslash before each character that would mean something in a value.
std::string escape(std::string_view text, std::string_view means = "\\,$|");
// Whether each backslash stands before a character that may be escaped.
bool well_escaped(std::string_view text);

struct ValueContext {
  const Parameters& parameters;
  const Query& query;
  const Limits& limits;
  std::string_view where;  // the parameter's name as written, for errors

  Error bad(std::string text) const { return {Kind::invalid, std::move(text), std::string(where)}; }
};

// A prefix and the rest: "ge2020".
struct Prefixed {
  Prefix prefix = Prefix::eq;
  std::string_view rest;
};
Prefixed take_prefix(std::string_view value);

// Each adds one alternative to the criterion.
// `forms`: bits of TokenForm.
Result<void> add_token(const ValueContext& context, std::string_view value, unsigned forms,
                       Criterion& criterion);
// :of-type: system|code|value.
Result<void> add_typed_identifier(const ValueContext& context, std::string_view value,
                                  Criterion& criterion);
// :in, :below, :above (and :not-in): the codes that the value names.
Result<void> add_concepts(const ValueContext& context, Relation relation, std::string_view value,
                          Criterion& criterion);
// `type`: of the :[type] modifier, or empty. `targets`: the types an id alone may be of; none: all.
Result<void> add_reference(const ValueContext& context, std::string_view value,
                           std::string_view type, std::span<const std::string_view> targets,
                           Criterion& criterion);
// :below and :above of a reference, R4 search.html#recursive.
Result<void> add_hierarchy(const ValueContext& context, std::string_view modifier,
                           std::string_view value, Criterion& criterion);
Result<void> add_string(const ValueContext& context, std::string_view value,
                        std::string_view modifier, Criterion& criterion);
Result<void> add_uri(const ValueContext& context, std::string_view value, std::string_view modifier,
                     Criterion& criterion);
// R4 search.html#mimetype, :below: "text" or "text/xml" and what is more exact.
Result<void> add_mime_type(const ValueContext& context, std::string_view value,
                           Criterion& criterion);
Result<void> add_date(const ValueContext& context, std::string_view value, Criterion& criterion);
Result<void> add_number(const ValueContext& context, std::string_view value, Criterion& criterion);
Result<void> add_quantity(const ValueContext& context, std::string_view value,
                          Criterion& criterion);
// R4 Location near: latitude|longitude|distance|units.
Result<void> add_place(const ValueContext& context, std::string_view value, Criterion& criterion);
// R4 search.html#composite: the components' values with $ between them.
Result<void> add_composite(const ValueContext& context, std::string_view value,
                           Criterion& criterion);

// The test that a parameter of this type makes.
Criterion::Test test_of(model::SearchType kind);
// One alternative of a parameter of any type, by the criterion's key.
Result<void> add_value(const ValueContext& context, std::string_view modifier,
                       std::string_view value, Criterion& criterion);
// After the last alternative: hashes in order, and what leads to them. `count`: of alternatives.
void finish(const Parameters& parameters, Criterion& criterion);

}  // namespace fingerpost::search
