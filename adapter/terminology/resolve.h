// Code systems and value sets as they are found: small views of Content.

#pragma once

#include "terminology/content.h"
#include "terminology/terminology.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

// A view: the Terminology it was found in must outlive it. Concepts are known by their place.
struct CodeSystem {
  const Content* content = nullptr;
  const CodeSystemRow* row = nullptr;

  explicit operator bool() const { return row != nullptr; }
  friend bool operator==(const CodeSystem&, const CodeSystem&) = default;

  std::string_view text(Text at) const { return content->text(at); }
  std::string_view url() const { return text(row->url); }
  std::string_view version() const { return text(row->version); }
  std::string_view language() const { return text(row->language); }
  std::string canonical() const;  // "url|version", or the url alone

  std::uint32_t size() const { return row->concepts.count; }
  std::uint32_t find(std::string_view code) const;  // no_row: it has no such code
  const ConceptRow& at(std::uint32_t place) const {
    return content->concepts[row->concepts.first + place];
  }
  std::string_view code(std::uint32_t place) const { return text(at(place).code); }
  std::string_view display(std::uint32_t place) const { return text(at(place).display); }
  std::span<const std::uint32_t> parents(std::uint32_t place) const {
    return Content::rows(content->links, at(place).parents);
  }
  std::span<const std::uint32_t> children(std::uint32_t place) const {
    return Content::rows(content->links, at(place).children);
  }
  std::span<const PropertyRow> properties(std::uint32_t place) const {
    return Content::rows(content->properties, at(place).properties);
  }
  std::span<const DesignationRow> designations(std::uint32_t place) const {
    return Content::rows(content->designations, at(place).designations);
  }
  std::span<const ExtensionRow> extensions(std::uint32_t place) const {
    return Content::rows(content->extensions, at(place).extensions);
  }
  std::span<const PropertyDefinitionRow> property_definitions() const {
    return Content::rows(content->property_definitions, row->property_definitions);
  }
  // The code of the property "inactive", "status" … as this code system calls it.
  std::string_view property_called(std::string_view meaning) const;
  // Its value, "" when the concept has none.
  std::string_view property(std::uint32_t place, std::string_view code) const;
};

// Whether `place` is `ancestor` or, by any way, below it.
bool is_a(const CodeSystem& system, std::uint32_t place, std::uint32_t ancestor);
// Every place that is reached from one, itself among them.
enum class Towards : std::uint8_t { parents, children };
std::vector<bool> reached(const CodeSystem& system, std::uint32_t from, Towards towards);

struct ValueSet {
  const Content* content = nullptr;
  const ValueSetRow* row = nullptr;
  const ValueSetRow* container = nullptr;  // of a contained one

  explicit operator bool() const { return row != nullptr; }

  std::string_view text(Text at) const { return content->text(at); }
  std::string_view url() const { return text(row->url); }
  std::string_view version() const { return text(row->version); }
  std::string canonical() const;
  std::string named() const;  // its canonical, for a person; "(unidentified)" without a url
  bool defined() const { return row->compose.size > 0 || row->includes.count > 0; }
  std::span<const IncludeRow> includes() const {
    return Content::rows(content->includes, row->includes);
  }
  std::span<const IncludeRow> excludes() const {
    return Content::rows(content->includes, row->excludes);
  }
  std::span<const Text> value_sets(const IncludeRow& include) const {
    return Content::rows(content->names, include.value_sets);
  }
};

// Without a version the latest one; an empty view when there is none such.
CodeSystem find_code_system(const Terminology& terminology, Canonical canonical);
CodeSystem find_supplement(const Terminology& terminology, Canonical canonical);
ValueSet find_value_set(const Terminology& terminology, Canonical canonical);
// What a value set means by "url|version" or "#id".
ValueSet find_imported(const Terminology& terminology, const ValueSet& from,
                       std::string_view reference);
std::vector<std::string_view> versions_of(const Terminology& terminology, std::string_view system);

}  // namespace fingerpost::terminology
