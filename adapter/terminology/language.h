// Which display of a concept a reader wants (RFC 9110 Accept-Language; BCP 47 tags).

#pragma once

#include "terminology/resolve.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

// As "de", "de-CH, de" or "de, *; q=0" asks: best first. Views of the text.
struct Languages {
  std::string_view asked;
  std::vector<std::string_view> tags;
  bool only_these = false;  // "*; q=0": no display at all rather than one of another language

  bool any() const { return tags.empty(); }
};
// No more than the best `most_languages`.
constexpr std::size_t most_languages = 16;
Languages read_languages(std::string_view text);
// As it was read, in one form.
std::string print(const Languages& languages);

// Whether a text of language `is` serves one who asked for `asked`: "de-CH" serves "de".
bool serves(std::string_view is, std::string_view asked);

// One of the names of a concept.
struct Spoken {
  std::string_view text;
  std::string_view language;
  const DesignationRow* row = nullptr;  // none: the concept's own display
  const Content* content = nullptr;     // of the row
  std::string_view source;              // of a supplement's: its canonical
  bool listed = false;                  // the value set's own display of the code

  bool withdrawn() const;
};

// A code of a code system as a value set has it. The code system may not be at hand.
struct Item {
  CodeSystem system;
  std::uint32_t place = no_row;
  std::string_view url;  // of the system
  std::string_view version;
  std::string_view code;
  const Content* content = nullptr;   // of `listed`
  const ListedRow* listed = nullptr;  // when the value set lists it
};

struct Supplement {
  CodeSystem system;
  std::string canonical;
};
using Supplements = std::vector<Supplement>;

// All names, the code system's own display first.
std::vector<Spoken> names_of(const Item& item, const Supplements& supplements);
// The name to show; null when there is none that serves.
const Spoken* shown(std::span<const Spoken> names, const Languages& languages);

}  // namespace fingerpost::terminology
