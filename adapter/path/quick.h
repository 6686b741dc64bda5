// Criteria of a few plain shapes, answered without the machinery of an evaluation:
//   `$this = 'x'`   `%code != 'x'`   `use in ('x' | 'y')`   `startsWith('x')`   `%src.c5.empty()`
// and their not(). Where such a criterion meets anything out of the ordinary it does not know.

#pragma once

#include "path/run.h"

#include <optional>

namespace fingerpost::path {

// Notes in the operation that it has such a shape, if it has.
void recognise(Op& op, const Vocabulary& words);

// None: it does not know, and nothing has happened.
std::optional<Truth> quick_truth(const Op& op, const Program& program, const Value& self,
                                 Environment& environment);

}  // namespace fingerpost::path
