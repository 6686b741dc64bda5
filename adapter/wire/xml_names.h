// XML 1.0 (fifth edition) section 2.2 and 2.3: which characters a document and a name may hold.

#pragma once

#include <string_view>

namespace fingerpost::wire {

// The index of the first character that no document may hold: a control other than tab and line
// ends, U+FFFE, U+FFFF. npos when there is none. The text is UTF-8.
std::size_t refused_character(std::string_view text);

// The bytes of the NCName that the text begins with (Namespaces 1.0: a Name without colons); 0 when
// it begins with none.
std::size_t name_size(std::string_view text);

}  // namespace fingerpost::wire
