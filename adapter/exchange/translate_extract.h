// An extract's folder to R4 resources, by the maps of mappings/emis and mappings/tpp.

#pragma once

#include "exchange/translate.h"
#include "record/extract.h"

#include <functional>
#include <vector>

namespace fingerpost::exchange {

// Given each Bundle in turn, with what is to say of the rows it was made of. An error ends the
// work.
using TakeTranslation = std::function<Result<void>(Translation)>;

// Asked of the extract when it is known to be whole; an error ends the work before anything is
// given.
using LookAtExtract = std::function<Result<void>(const record::Extract&)>;

// Whole or not at all: Kind::invalid with `where` the file before anything is given when a file is
// truncated, there twice, of another day, or not in the manifest. A row that is wrong costs only
// itself. References may lead to a resource of another of the Bundles, or of an earlier extract.
// Memory does not grow with the extract but for an index (record/extract.h).
Result<void> translate_extract(const Translator& translator, Format format,
                               const std::vector<record::ExtractFile>& files,
                               const TranslateOptions& options, const TakeTranslation& take,
                               const LookAtExtract& look = nullptr);

}  // namespace fingerpost::exchange
