#include "terminology/language.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

constexpr std::string_view standards_status =
    "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

struct Weighed {
  std::string_view tag;
  std::string_view weight;  // as written; "" when not
  int thousandths = 1000;
};

int thousandths_of(std::string_view weight) {
  if (weight.starts_with('1')) return 1000;
  int value = 0;
  int place = 100;
  for (std::size_t at = 2; at < weight.size() && at < 5; ++at, place /= 10)
    if (is_digit(weight[at])) value += (weight[at] - '0') * place;
  return value;
}

Weighed weigh(std::string_view entry) {
  Weighed made;
  const auto semicolon = entry.find(';');
  made.tag = trim(entry.substr(0, semicolon));
  if (semicolon == std::string_view::npos) return made;
  const auto rest = trim(entry.substr(semicolon + 1));
  if (!rest.starts_with("q=")) return made;
  made.weight = trim(rest.substr(2));
  made.thousandths = thousandths_of(made.weight);
  return made;
}

template <class Use>
void each_entry(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto entry = weigh(text.substr(0, comma));
    if (!entry.tag.empty()) use(entry);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
}

// A use that says what else the code is called, and not how to show it.
bool shows(const Spoken& name) {
  if (!name.row) return true;
  const auto use = name.content->text(name.row->use_code);
  return use.empty() || use == "display" || use == "preferredForLanguage" ||
         use == "900000000000013009" || use == "900000000000003001";
}

}  // namespace

Languages read_languages(std::string_view text) {
  Languages made;
  made.asked = trim(text);
  std::vector<Weighed> entries;
  each_entry(text, [&](const Weighed& entry) {
    if (entry.tag == "*") {
      made.only_these = made.only_these || entry.thousandths == 0;
    } else if (entry.thousandths > 0) {
      entries.push_back(entry);
    }
  });
  std::stable_sort(entries.begin(), entries.end(), [](const Weighed& a, const Weighed& b) {
    return a.thousandths > b.thousandths;
  });
  if (entries.size() > most_languages) entries.resize(most_languages);
  for (const auto& entry : entries) made.tags.push_back(entry.tag);
  return made;
}

std::string print(const Languages& languages) {
  std::string made;
  each_entry(languages.asked, [&](const Weighed& entry) {
    if (!made.empty()) made += entry.weight.empty() ? "," : ", ";
    made += entry.tag;
    if (!entry.weight.empty()) (made += "; q=") += entry.weight;
  });
  return made;
}

bool serves(std::string_view is, std::string_view asked) {
  if (is.size() < asked.size() || asked.empty()) return false;
  if (!equal_ignoring_case(is.substr(0, asked.size()), asked)) return false;
  return is.size() == asked.size() || is[asked.size()] == '-';
}

bool Spoken::withdrawn() const {
  if (!row) return false;
  for (const auto& extension : Content::rows(content->extensions, row->extensions))
    if (content->text(extension.url) == standards_status &&
        content->text(extension.value.value) == "withdrawn")
      return true;
  return false;
}

std::vector<Spoken> names_of(const Item& item, const Supplements& supplements) {
  std::vector<Spoken> made;
  const auto add_all = [&](const Content* content, std::span<const DesignationRow> rows,
                           std::string_view source) {
    for (const auto& row : rows)
      made.push_back(
          {content->text(row.value), content->text(row.language), &row, content, source, false});
  };
  if (item.place != no_row) {
    const auto& system = item.system;
    if (const auto own = system.display(item.place); !own.empty())
      made.push_back({own, system.language(), nullptr, nullptr, {}, false});
    add_all(system.content, system.designations(item.place), {});
  }
  for (const auto& supplement : supplements) {
    if (supplement.system.text(supplement.system.row->supplements) != item.url) continue;
    const auto place = supplement.system.find(item.code);
    if (place == no_row) continue;
    add_all(supplement.system.content, supplement.system.designations(place), supplement.canonical);
  }
  if (item.listed) {
    add_all(item.content, Content::rows(item.content->designations, item.listed->designations), {});
    if (const auto own = item.content->text(item.listed->display); !own.empty())
      made.push_back({own, {}, nullptr, nullptr, {}, true});
  }
  return made;
}

const Spoken* shown(std::span<const Spoken> names, const Languages& languages) {
  for (const auto tag : languages.tags) {
    for (const auto& name : names)
      if (shows(name) && !name.withdrawn() && equal_ignoring_case(name.language, tag)) return &name;
    for (const auto& name : names)
      if (shows(name) && !name.withdrawn() && serves(name.language, tag)) return &name;
  }
  if (languages.only_these) return nullptr;
  for (const auto& name : names)
    if (name.listed) return &name;
  return names.empty() || names[0].row ? nullptr : &names[0];
}

}  // namespace fingerpost::terminology
