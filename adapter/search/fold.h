// Text as string search compares it: R4 search.html#string, without case, accents or odd spacing.

#pragma once

#include <string>
#include <string_view>

namespace fingerpost::search {

// Lower case, Latin letters without their accents, runs of white space as one blank, none at the
// ends. Bytes that are not UTF-8 stay as they are.
std::string fold(std::string_view text);

}  // namespace fingerpost::search
