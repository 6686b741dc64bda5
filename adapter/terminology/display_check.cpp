#include "terminology/display_check.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

using Names = std::vector<Spoken>;

std::string one_blank(std::string_view text) {
  std::string made;
  for (const char c : trim(text)) {
    const char one = is_space(c) ? ' ' : c;
    if (one != ' ' || made.back() != ' ') made += one;
  }
  return made;
}

bool has(const Names& names, std::string_view display) {
  return std::any_of(names.begin(), names.end(),
                     [&](const Spoken& name) { return equal_ignoring_case(name.text, display); });
}

bool has_but_for_blanks(const Names& names, std::string_view display) {
  const auto sought = one_blank(display);
  return std::any_of(names.begin(), names.end(), [&](const Spoken& name) {
    return equal_ignoring_case(one_blank(name.text), sought);
  });
}

Names for_languages(const Names& names, const Languages& languages) {
  if (languages.any()) return names;
  Names made;
  for (const auto& name : names)
    if (std::any_of(languages.tags.begin(), languages.tags.end(),
                    [&](std::string_view tag) { return serves(name.language, tag); }))
      made.push_back(name);
  return made;
}

Names in_own_language(const Names& names, std::string_view language) {
  Names made;
  for (const auto& name : names)
    if (name.language.empty() || name.language == language) made.push_back(name);
  return made;
}

Names usable(const Item& item, const Supplements& supplements) {
  auto names = names_of(item, supplements);
  std::erase_if(names, [](const Spoken& name) { return name.withdrawn(); });
  return names;
}

// 'Display 1' (en), 'Anzeige 1' (de) or 'Mostrar 1' (es)
std::string choices(const Names& names) {
  std::string made;
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (at > 0) made += at + 1 == names.size() ? " or " : ", ";
    ((made += '\'') += names[at].text) += '\'';
    if (!names[at].language.empty()) ((made += " (") += names[at].language) += ')';
  }
  return made;
}

std::string asked_languages(const Languages& languages) {
  return languages.asked.empty() ? "--" : std::string(languages.asked);
}

std::string coded(const Item& item) {
  return std::string(item.url) + '#' + std::string(item.code);
}

Finding none_for_language(const AskedCode& asked, const Item& item, const Names& names,
                          const Languages& languages, Severity wrong) {
  const auto own = in_own_language(names, item.system.language());
  const auto display = std::string(asked.display);
  if (has(own, display))
    return {Severity::information,
            "invalid",
            "invalid-display",
            "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
            "There are no valid display names found for the code " + coded(item) +
                " for language(s) '" + asked_languages(languages) + "'. The display is '" +
                display + "' which is a valid display for the default language",
            asked.at("display")};
  return {wrong,
          "invalid",
          "invalid-display",
          "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
          "Wrong Display Name '" + display + "' for " + coded(item) +
              ". There are no valid display names found for language(s) '" +
              asked_languages(languages) + "'. Default display is '" +
              std::string(item.system.display(item.place)) + "'",
          asked.at("display")};
}

}  // namespace

std::optional<Finding> check_display(const AskedCode& asked, const Item& item,
                                     const Supplements& supplements, const Languages& languages,
                                     Severity wrong) {
  if (asked.display.empty() || item.place == no_row) return std::nullopt;
  const auto names = usable(item, supplements);
  if (names.empty()) return std::nullopt;  // a code without any name cannot be given a wrong one
  const auto valid = for_languages(names, languages);
  if (valid.empty()) return none_for_language(asked, item, names, languages, wrong);
  if (has(valid, asked.display)) return std::nullopt;
  const bool blanks = has_but_for_blanks(valid, asked.display);
  std::string text = blanks ? "Wrong whitespace in Display Name '" : "Wrong Display Name '";
  text += std::string(asked.display) + "' for " + coded(item) + ". Valid display is ";
  if (valid.size() > 1) text += "one of " + std::to_string(valid.size()) + " choices: ";
  text += choices(valid) + " (for the language(s) '" + asked_languages(languages) + "')";
  return Finding{wrong,
                 "invalid",
                 "invalid-display",
                 blanks ? "Display_Name_WS_for__should_be_one_of__instead_of"
                        : "Display_Name_for__should_be_one_of__instead_of",
                 std::move(text),
                 asked.at("display")};
}

bool is_a_name(std::string_view display, const Item& item, const Supplements& supplements) {
  const auto names = usable(item, supplements);
  return names.empty() || has_but_for_blanks(names, display);
}

}  // namespace fingerpost::terminology
