// The tables behind Definitions while they are being made, and their form as bytes.
//
// The block: "FPDEFS" and a version, then for each section {offset, count} in the order of
// `Section`, then the sections, each aligned to 8 bytes. Numbers are in the machine's byte order:
// the block is made on the machine that maps it.

#pragma once

#include "model/definitions.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace fingerpost::model {

enum class Section : std::uint8_t {
  name_sizes,
  name_texts,
  types,
  elements,
  element_types,
  value_sets,
  codes,
  constraints,
  search_parameters,
  targets,
  sources,
  source_texts,
  attached,
  count
};
constexpr std::size_t section_count = static_cast<std::size_t>(Section::count);

struct BlockHeader {
  std::array<char, 8> magic{'F', 'P', 'D', 'E', 'F', 'S', '0', '3'};
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
  };
  std::array<Place, section_count> sections{};
};

struct Tables {
  Names names;
  std::vector<Type> types{Type{}};
  std::vector<Element> elements;
  std::vector<ElementType> element_types;
  std::vector<ValueSet> value_sets{ValueSet{}};
  std::vector<Code> codes;
  std::vector<Constraint> constraints;
  std::vector<SearchParameter> search_parameters;
  std::vector<TypeId> targets;
  std::vector<Source> sources;
  std::vector<char> source_texts;

  std::vector<std::byte> bytes() const;
};

}  // namespace fingerpost::model
