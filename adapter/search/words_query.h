// What _text and _content ask. R4 search.html#text leaves the language to the server; here: words
// that must all be there, AND, OR and NOT in any letter case, parentheses, a star at the end of a
// word for its beginning.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/plan.h"

#include <string_view>

namespace fingerpost::search {

// Kind::invalid, `where` as given: no word in it, a malformed expression, more than the limits
// text_words or filter_depth. Kind::unsupported: a phrase in quotes.
Result<Criterion> read_words(WordsOf of, std::string_view text, const Limits& limits,
                             std::string_view where);

}  // namespace fingerpost::search
