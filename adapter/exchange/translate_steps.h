// What translations do before and after their map runs.

#pragma once

#include "exchange/translate_finish.h"
#include "fingerpost/translate.h"
#include "mapping/fml.h"

#include <functional>
#include <string>

namespace fingerpost::exchange {

// Takes out of a source what is no value of its type (R4 datatypes.html: a month 13, say), each an
// error of that place: no rule meets it, and the rest comes through.
void drop_bad_values(const model::Definitions& definitions, Tree& tree, Issues& issues);

// Adds what the run found, lost and, where asked for, made of what, to the translation.
void add_report(const mapping::Maps& maps, const mapping::Transformed& run,
                const std::function<std::string(NodeRef)>& place, bool trace, Translation& made);

// Runs it, and adds what it found.
void add_finish(Finish& finish, Translation& made);

}  // namespace fingerpost::exchange
