// HL7 v2 messages as they stand in people's files and on their screens.

#pragma once

#include <string>
#include <string_view>

namespace fingerpost::command {

// LF and CRLF, which editors write, as the CR that ends a segment.
std::string with_segment_ends(std::string_view text);
// The other way: a line for each segment.
std::string with_line_ends(std::string_view message);

// An acknowledgement with MSA-1 AA or CA.
bool is_accepted(std::string_view acknowledgement);

}  // namespace fingerpost::command
