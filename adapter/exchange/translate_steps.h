// What every translation does once its map has run.

#pragma once

#include "exchange/translate_finish.h"
#include "fingerpost/translate.h"
#include "mapping/fml.h"

#include <functional>
#include <string>

namespace fingerpost::exchange {

// Adds what the run found, lost and, where asked for, made of what, to the translation.
void add_report(const mapping::Maps& maps, const mapping::Transformed& run,
                const std::function<std::string(NodeRef)>& place, bool trace, Translation& made);

// Runs it, and adds what it found.
void add_finish(Finish& finish, Translation& made);

}  // namespace fingerpost::exchange
