#include "terminology/resolve.h"

#include "terminology/slots.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

std::string joined(std::string_view url, std::string_view version) {
  std::string made(url);
  if (!version.empty()) (made += '|') += version;
  return made;
}

// Whether `found` is to be preferred: asked for by its version, or the latest. Of equal ones the
// one added last, so contents are asked in the order they were added.
bool preferred(std::string_view found, std::string_view best, bool any, std::string_view wanted) {
  if (!wanted.empty()) return found == wanted;
  return !any || !later(best, found);
}

template <class Wanted>
CodeSystem find_system(const Terminology& terminology, Canonical canonical, Wanted&& wanted) {
  CodeSystem best;
  for (const auto& content : terminology.contents())
    content->each_code_system(canonical.url, [&](const CodeSystemRow& row) {
      const CodeSystem found{content.get(), &row};
      if (wanted(row) && preferred(found.version(), best ? best.version() : "",
                                   static_cast<bool>(best), canonical.version))
        best = found;
    });
  return best;
}

}  // namespace

std::string CodeSystem::canonical() const {
  return joined(url(), version());
}

std::uint32_t CodeSystem::find(std::string_view sought) const {
  return find_slot(content->slots, row->slots, sought, [&](std::uint32_t place) {
    return same_code(code(place), sought, row->case_sensitive);
  });
}

std::string_view CodeSystem::property_called(std::string_view meaning) const {
  constexpr std::string_view known = "http://hl7.org/fhir/concept-properties#";
  for (const auto& definition : property_definitions()) {
    const auto uri = text(definition.uri);
    if (uri.starts_with(known) && uri.substr(known.size()) == meaning) return text(definition.code);
  }
  return meaning;
}

std::string_view CodeSystem::property(std::uint32_t place, std::string_view sought) const {
  for (const auto& row_of : properties(place))
    if (text(row_of.code) == sought) return text(row_of.value.value);
  return {};
}

bool is_a(const CodeSystem& system, std::uint32_t place, std::uint32_t ancestor) {
  if (place == ancestor) return true;
  constexpr std::size_t few = 32;  // so many are looked through, more are marked
  std::vector<std::uint32_t> seen{place};
  std::vector<bool> marked;
  const auto is_new = [&](std::uint32_t parent) {
    if (marked.empty() && seen.size() < few)
      return std::find(seen.begin(), seen.end(), parent) == seen.end();
    if (marked.empty()) {
      marked.resize(system.size());
      for (const auto one : seen) marked[one] = true;
    }
    const bool was = marked[parent];
    marked[parent] = true;
    return !was;
  };
  for (std::size_t next = 0; next < seen.size(); ++next)
    for (const auto parent : system.parents(seen[next])) {
      if (parent == ancestor) return true;
      if (is_new(parent)) seen.push_back(parent);
    }
  return false;
}

std::vector<bool> reached(const CodeSystem& system, std::uint32_t from, Towards towards) {
  std::vector<bool> made(system.size());
  std::vector<std::uint32_t> next{from};
  made[from] = true;
  while (!next.empty()) {
    const auto place = next.back();
    next.pop_back();
    for (const auto other :
         towards == Towards::children ? system.children(place) : system.parents(place))
      if (!made[other]) {
        made[other] = true;
        next.push_back(other);
      }
  }
  return made;
}

std::string ValueSet::canonical() const {
  return joined(url(), version());
}

std::string ValueSet::named() const {
  return url().empty() ? "(unidentified)" : canonical();
}

CodeSystem find_code_system(const Terminology& terminology, Canonical canonical) {
  return find_system(terminology, canonical,
                     [](const CodeSystemRow& row) { return row.whole != Whole::supplement; });
}

CodeSystem find_supplement(const Terminology& terminology, Canonical canonical) {
  return find_system(terminology, canonical,
                     [](const CodeSystemRow& row) { return row.whole == Whole::supplement; });
}

ValueSet find_value_set(const Terminology& terminology, Canonical canonical) {
  ValueSet best;
  for (const auto& content : terminology.contents())
    content->each_value_set(canonical.url, [&](const ValueSetRow& row) {
      const ValueSet found{content.get(), &row, nullptr};
      if (preferred(found.version(), best ? best.version() : "", static_cast<bool>(best),
                    canonical.version))
        best = found;
    });
  return best;
}

ValueSet find_imported(const Terminology& terminology, const ValueSet& from,
                       std::string_view reference) {
  if (!reference.starts_with('#')) return find_value_set(terminology, canonical(reference));
  const auto* container = from.container ? from.container : from.row;
  for (const auto& row : Content::rows(from.content->value_sets, container->contained))
    if (from.text(row.id) == reference.substr(1)) return {from.content, &row, container};
  return {};
}

std::vector<std::string_view> versions_of(const Terminology& terminology, std::string_view system) {
  std::vector<std::string_view> made;
  for (const auto& content : terminology.contents())
    content->each_code_system(system, [&](const CodeSystemRow& row) {
      if (row.whole != Whole::supplement) made.push_back(content->text(row.version));
    });
  std::sort(made.begin(), made.end(), [](auto a, auto b) { return later(b, a); });
  made.erase(std::unique(made.begin(), made.end()), made.end());
  return made;
}

}  // namespace fingerpost::terminology
