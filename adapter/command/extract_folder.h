// The folder of an extract into a store, with the tables that go from one extract to the next.

#pragma once

#include "command/extract_source.h"
#include "exchange/extract_intake.h"
#include "fingerpost/result.h"

#include <filesystem>

namespace fingerpost::command {

// The files are mapped into memory while it lasts: nobody may cut them short. Tables are kept under
// `data`, in extracts/<source>.<format>/.
Result<exchange::TakenExtract> take_folder(const exchange::Parts& parts,
                                           const exchange::Translator& translator,
                                           const ExtractSource& source,
                                           const std::filesystem::path& data,
                                           const std::filesystem::path& folder,
                                           const exchange::ExtractRules& rules);

// Puts it into the inbox with the reason why it was refused.
Result<void> keep_refused_folder(const exchange::Parts& parts, const ExtractSource& source,
                                 const std::filesystem::path& folder, const Error& reason);

}  // namespace fingerpost::command
