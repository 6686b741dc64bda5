// Links and styles of markup that run something, as a browser reads them.

#pragma once

#include <string_view>

namespace fingerpost::profile {

// A link to a script or to a document that may hold one: references to characters resolved, blanks
// and control characters left out, any case.
bool is_active_link(std::string_view link);

// A style that runs something, or that fetches from elsewhere: an address in it may be relative or
// a picture in the text, as in the narratives that R4's publisher makes.
bool is_active_style(std::string_view style);

}  // namespace fingerpost::profile
