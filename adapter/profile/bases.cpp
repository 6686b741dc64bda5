#include "profile/bases.h"

#include "profile/view.h"

#include <set>
#include <string_view>

namespace fingerpost::profile {

std::string why_no_base(const Tree& definition, const FindDefinition& find) {
  std::set<std::string_view> seen{View(definition, definition.root())["url"].text()};
  const Tree* at = &definition;
  while (true) {
    const View base = View(*at, at->root())["baseDefinition"];
    if (!base) return "the base definition cannot be used itself";
    const auto url = without_version(base.text());
    if (!seen.insert(url).second) return "the definition is built on itself, by way of its bases";
    const Tree* found = find(url);
    if (found == nullptr)
      return at == &definition ? "the base definition is not known"
                               : "a base of the base definition is not known";
    at = found;
  }
}

}  // namespace fingerpost::profile
