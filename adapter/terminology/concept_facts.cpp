#include "terminology/concept_facts.h"

#include <algorithm>
#include <array>

namespace fingerpost::terminology {
namespace {

#define FINGERPOST_EXTENSION "http://hl7.org/fhir/StructureDefinition/"
#define FINGERPOST_PROPERTY "http://hl7.org/fhir/concept-properties#"

// Extensions that are properties in an expansion (R5 valueset.html#expansion).
struct Shown {
  std::string_view extension;
  std::string_view code;
  std::string_view uri;
  std::string_view type;  // "" for the value's own
};
constexpr std::array shown_as = {
    Shown{FINGERPOST_EXTENSION "valueset-conceptOrder", "order", FINGERPOST_PROPERTY "order",
          "decimal"},
    Shown{FINGERPOST_EXTENSION "codesystem-conceptOrder", "order", FINGERPOST_PROPERTY "order",
          "decimal"},
    Shown{FINGERPOST_EXTENSION "valueset-label", "label", FINGERPOST_PROPERTY "label", "string"},
    Shown{FINGERPOST_EXTENSION "codesystem-label", "label", FINGERPOST_PROPERTY "label", "string"},
    Shown{FINGERPOST_EXTENSION "itemWeight", "weight", FINGERPOST_PROPERTY "itemWeight", "decimal"},
    Shown{FINGERPOST_EXTENSION "structuredefinition-standards-status", "status",
          FINGERPOST_PROPERTY "status", "code"}};

#undef FINGERPOST_EXTENSION
#undef FINGERPOST_PROPERTY

const Shown* shown_of(std::string_view extension) {
  for (const auto& row : shown_as)
    if (row.extension == extension) return &row;
  return nullptr;
}

// Calls use(content, row) for each extension of the code: the value set's first, for they win.
template <class Use>
void each_extension(const Item& item, const Supplements& supplements, Use&& use) {
  if (item.listed)
    for (const auto& row : Content::rows(item.content->extensions, item.listed->extensions))
      use(*item.content, row);
  if (item.place != no_row)
    for (const auto& row : item.system.extensions(item.place)) use(*item.system.content, row);
  for (const auto& supplement : supplements) {
    if (supplement.system.text(supplement.system.row->supplements) != item.url) continue;
    const auto place = supplement.system.find(item.code);
    if (place == no_row) continue;
    for (const auto& row : supplement.system.extensions(place))
      use(*supplement.system.content, row);
  }
}

std::string_view uri_of(const CodeSystem& system, std::string_view code) {
  for (const auto& definition : system.property_definitions())
    if (system.text(definition.code) == code) return system.text(definition.uri);
  return {};
}

void add_properties(const CodeSystem& system, std::uint32_t place, std::string_view asked,
                    std::vector<Fact>& made) {
  for (const auto& row : system.properties(place))
    if (system.text(row.code) == asked)
      made.push_back({asked, uri_of(system, asked), system.text(row.value.type),
                      system.text(row.value.value), system.text(row.value.system)});
}

bool has(const std::vector<Fact>& facts, std::string_view code) {
  return std::any_of(facts.begin(), facts.end(),
                     [&](const Fact& fact) { return fact.code == code; });
}

}  // namespace

std::vector<Fact> facts_of(const Item& item, const Supplements& supplements,
                           const std::vector<std::string_view>& asked) {
  std::vector<Fact> made;
  if (item.place != no_row) {
    for (const auto code : asked) {
      if (code != "definition") {
        add_properties(item.system, item.place, code, made);
      } else if (const auto text = item.system.text(item.system.at(item.place).definition);
                 !text.empty()) {
        made.push_back({"definition",
                        "http://hl7.org/fhir/concept-properties#definition",
                        "string",
                        text,
                        {}});
      }
    }
    const auto status = item.system.property_called("status");
    if (!has(made, status)) add_properties(item.system, item.place, status, made);
    for (auto& fact : made)
      if (fact.code == "status" && fact.uri.empty())
        fact.uri = "http://hl7.org/fhir/concept-properties#status";
  }
  for (const auto& supplement : supplements) {
    if (supplement.system.text(supplement.system.row->supplements) != item.url) continue;
    const auto place = supplement.system.find(item.code);
    if (place == no_row) continue;
    for (const auto code : asked) add_properties(supplement.system, place, code, made);
  }
  each_extension(item, supplements, [&](const Content& content, const ExtensionRow& row) {
    const auto* shown = shown_of(content.text(row.url));
    if (shown && !has(made, shown->code))
      made.push_back({shown->code, shown->uri, shown->type, content.text(row.value.value), {}});
  });
  return made;
}

std::vector<Noted> notes_of(const Item& item, const Supplements& supplements) {
  std::vector<Noted> made;
  each_extension(item, supplements, [&](const Content& content, const ExtensionRow& row) {
    const auto url = content.text(row.url);
    const bool known = std::any_of(made.begin(), made.end(), [&](const Noted& noted) {
      return noted.content->text(noted.row->url) == url;
    });
    if (!shown_of(url) && !known) made.push_back({&content, &row});
  });
  return made;
}

}  // namespace fingerpost::terminology
