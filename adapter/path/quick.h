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

// The value of a literal, a variable, $this, or of plain names from one of them, where there is at
// most one. None: it is no such thing, or there are several.
std::optional<Got> lone_value(const Op& op, Run& run, Value& value);

}  // namespace fingerpost::path
