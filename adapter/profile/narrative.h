// The XHTML of a narrative: only what R4 narrative.html#xhtml allows (txt-1, txt-2).

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::profile {

// What is wrong with the text of a div; empty when nothing is. At most a few, each said once.
std::vector<std::string> narrative_errors(std::string_view div);

// Elements within the div that have one of these attributes, and what it says: for profiles that
// ask for languages and sources of narrative.
struct NarrativePart {
  std::string_view language;  // xml:lang, or lang
  std::string_view classes;
  int depth = 0;
  bool has_text = false;  // directly
};
std::vector<NarrativePart> narrative_parts(std::string_view div);

}  // namespace fingerpost::profile
