// The tables of code systems and value sets: flat rows that refer to each other by number, and to
// their texts by place in one pool. Built from resources (build.h), or compiled to one block of
// bytes before and only viewed, as the R4 core content is: whoever asks sees no difference.

#pragma once

#include "fingerpost/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

struct Text {
  std::uint32_t at = 0;  // in texts
  std::uint32_t size = 0;
};
// Rows `first` to `first + count` of another table.
struct Rows {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
constexpr std::uint32_t no_row = 0xffff'ffff;

// A value as FHIR writes it: "String", "Boolean", "Code" … and its text; of a Coding, the code.
struct Valued {
  Text type;
  Text value;
  Text system;  // of a Coding
};

struct PropertyRow {
  Text code;
  Valued value;
};
// An extension that says something about a code and that expansions pass on.
struct ExtensionRow {
  Text url;
  Valued value;
};
struct DesignationRow {
  Text language;
  Text use_system;
  Text use_code;
  Text use_display;
  Text value;
  Rows extensions;
};

struct ConceptRow {
  Text code;
  Text display;
  Text definition;
  Rows properties;
  Rows designations;
  Rows extensions;
  Rows parents;   // in links, as places among the system's concepts
  Rows children;  // the same
  bool abstract = false;
  bool inactive = false;
  std::uint16_t unused = 0;
};

// R4 codesystem-content-mode.
enum class Whole : std::uint8_t { complete, fragment, example, not_present, supplement };

struct PropertyDefinitionRow {
  Text code;
  Text uri;
  Text type;
};

struct CodeSystemRow {
  Text url;
  Text version;
  Text name;
  Text language;
  Text supplements;  // of a supplement: what it adds to
  Text value_set;    // of all its codes
  Rows concepts;     // in the order of the resource, a parent before what is nested in it
  Rows slots;        // hash table of the codes: place among the concepts + 1, 0 is free
  Rows property_definitions;
  Whole whole = Whole::complete;
  bool case_sensitive = true;
  std::uint16_t unused = 0;
};

// R4 filter-operator, and those of R5.
enum class Operator : std::uint8_t {
  equal,
  is_a,
  descendent_of,
  is_not_a,
  regex,
  in,
  not_in,
  generalizes,
  exists,
  child_of,
  descendent_leaf,
  unknown
};

struct FilterRow {
  Text property;
  Text value;
  Operator op = Operator::unknown;
  std::uint8_t unused = 0;
  std::uint16_t unused2 = 0;
};
struct ListedRow {  // ValueSet.compose.include.concept
  Text code;
  Text display;
  Rows designations;
  Rows extensions;
};
struct IncludeRow {
  Text system;
  Text version;
  Rows listed;
  Rows slots;  // hash table of the listed codes
  Rows filters;
  Rows value_sets;  // in names: canonicals
};
struct NamedRow {
  Text name;
  Text value;
};

enum class Inactive : std::uint8_t { not_said, no, yes };  // ValueSet.compose.inactive

struct ValueSetRow {
  Text url;
  Text version;
  Text id;
  Text language;
  Text header;   // the resource as JSON, without compose, expansion, narrative and contained ones
  Text compose;  // that element as JSON; no size: the value set defines nothing
  Rows includes;
  Rows excludes;
  Rows parameters;   // named: what its definition asks of an expansion
  Rows supplements;  // in names: canonicals
  Rows contained;    // in value_sets
  Inactive inactive = Inactive::not_said;
  bool is_contained = false;  // found by its container alone
  std::uint16_t unused = 0;
};

// A url's hash and its row, sorted.
struct IndexRow {
  std::uint64_t hash = 0;
  std::uint32_t row = 0;
  std::uint32_t unused = 0;
};

// All tables, once as views and once as vectors while they are built.
template <template <class> class Table>
struct Tables {
  Table<char> texts;
  Table<ConceptRow> concepts;
  Table<PropertyRow> properties;
  Table<DesignationRow> designations;
  Table<ExtensionRow> extensions;
  Table<std::uint32_t> links;
  Table<std::uint32_t> slots;
  Table<PropertyDefinitionRow> property_definitions;
  Table<CodeSystemRow> code_systems;
  Table<FilterRow> filters;
  Table<ListedRow> listed;
  Table<IncludeRow> includes;
  Table<Text> names;
  Table<NamedRow> named;
  Table<ValueSetRow> value_sets;
  Table<IndexRow> code_system_index;
  Table<IndexRow> value_set_index;

  template <class Use>
  void each(Use&& use) {
    use(texts), use(concepts), use(properties), use(designations), use(extensions), use(links);
    use(slots), use(property_definitions), use(code_systems), use(filters), use(listed);
    use(includes), use(names), use(named), use(value_sets);
    use(code_system_index), use(value_set_index);
  }
};

template <class Row>
using Viewed = std::span<const Row>;
template <class Row>
using Grown = std::vector<Row>;

// Immutable; any thread.
struct Content : Tables<Viewed> {
  std::shared_ptr<const void> owner;

  std::string_view text(Text at) const { return {texts.data() + at.at, at.size}; }
  template <class Row>
  static std::span<const Row> rows(std::span<const Row> table, Rows of) {
    return table.subspan(of.first, of.count);
  }
  // Calls use(row) for each row of that url.
  template <class Use>
  void each_code_system(std::string_view url, Use&& use) const {
    for (const auto& found : found_in(code_system_index, url))
      if (text(code_systems[found.row].url) == url) use(code_systems[found.row]);
  }
  template <class Use>
  void each_value_set(std::string_view url, Use&& use) const {
    for (const auto& found : found_in(value_set_index, url))
      if (text(value_sets[found.row].url) == url) use(value_sets[found.row]);
  }

 private:
  std::span<const IndexRow> found_in(std::span<const IndexRow> index, std::string_view url) const;
};

// The tables as one block of bytes, and a view of such a block; `owner` keeps it alive.
// Kind::invalid: they are no such bytes.
std::vector<std::byte> bytes_of(const Content& content);
Result<std::shared_ptr<const Content>> view_content(std::span<const std::byte> bytes,
                                                    std::shared_ptr<const void> owner);

// A canonical taken apart: "url|version".
struct Canonical {
  std::string_view url;
  std::string_view version;  // "" when there is none
};
Canonical canonical(std::string_view text);

// Whether version `a` is later: numbers between dots count as numbers.
bool later(std::string_view a, std::string_view b);

}  // namespace fingerpost::terminology
