// StructureDefinitions, value sets and SearchParameters compiled to tables.
//
// The tables are one block of bytes: compiled once (compile.h), mapped into memory, and only viewed
// here. R4 types are found by name or canonical URL; STU3 types by "http://hl7.org/fhir/3.0/
// StructureDefinition/X"; a logical model by its canonical URL.

#pragma once

#include "fingerpost/names.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/primitives.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::model {

enum class TypeKind : std::uint8_t { unknown, primitive, complex, backbone, resource, logical };
enum class Model : std::uint8_t { r4, stu3, logical };

constexpr std::uint16_t unbounded = 0xffff;

// One type an element may have. For Reference and canonical, the target profiles' type names.
struct ElementType {
  TypeId type = no_type;
  std::uint32_t first_target = 0;  // in Definitions::targets()
  std::uint32_t target_count = 0;  // 0: any resource
};

enum class Binding : std::uint8_t { none, example, preferred, extensible, required };

struct Element {
  NameId name = no_name;  // "value" for value[x]
  std::uint16_t min = 0;
  std::uint16_t max = 0;  // or unbounded
  bool choice = false;    // name[x]: the JSON name ends in the type's
  bool summary = false;
  bool modifier = false;
  bool xml_attribute = false;
  Binding binding = Binding::none;
  std::uint32_t first_type = 0;  // in Definitions::element_types()
  std::uint32_t type_count = 0;
  std::uint32_t value_set = 0;  // index into Definitions::value_sets(); 0: none
  std::uint32_t first_constraint = 0;
  std::uint32_t constraint_count = 0;

  bool repeats() const { return max > 1; }
};

struct Type {
  NameId name = no_name;  // "Patient", "Patient.contact", "Quantity", "dateTime"
  NameId url = no_name;   // canonical, for types that have one
  TypeId base = no_type;
  TypeKind kind = TypeKind::unknown;
  Model model = Model::r4;
  bool abstract = false;
  std::uint32_t first_element = 0;  // in Definitions::elements(), inherited ones first, in order
  std::uint32_t element_count = 0;
  std::uint32_t first_constraint = 0;
  std::uint32_t constraint_count = 0;
};

struct Constraint {
  NameId key = no_name;
  bool error = true;  // else a warning
  NameId expression = no_name;
  NameId human = no_name;
};

// The codes of a value set whose whole content the definitions hold.
struct ValueSet {
  NameId url = no_name;
  std::uint32_t first_code = 0;  // in Definitions::codes(), sorted by (code, system) text
  std::uint32_t code_count = 0;
  bool complete = false;
};
struct Code {
  NameId system = no_name;
  NameId code = no_name;
  NameId display = no_name;
};

enum class SearchType : std::uint8_t {
  number,
  date,
  string,
  token,
  reference,
  composite,
  quantity,
  uri,
  special
};
struct SearchParameter {
  NameId code = no_name;  // "birthdate"
  NameId url = no_name;
  NameId expression = no_name;  // FHIRPath over all bases; "" when there is none
  SearchType type = SearchType::string;
  std::uint32_t first_base = 0;  // resource types, in Definitions::targets()
  std::uint32_t base_count = 0;
  std::uint32_t first_target = 0;  // for references
  std::uint32_t target_count = 0;
};

// A definition as it was published, as JSON without narrative and mappings.
struct Source {
  NameId url = no_name;
  NameId kind = no_name;  // its resource type: StructureDefinition, ValueSet, CodeSystem
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// A JSON member name understood: "valueQuantity" of Observation is the element value, type
// Quantity.
struct Member {
  const Element* element = nullptr;  // null: the type has no such member
  TypeId type = no_type;
};

struct Tables;

// Read-only once made; any thread. Moving keeps every reference good.
class Definitions {
 public:
  // The bytes of compile(). `owner` keeps them alive. Kind::invalid when they are not such bytes.
  static Result<Definitions> view(std::span<const std::byte> bytes,
                                  std::shared_ptr<const void> owner);

  Names& names() { return *names_; }  // intern while loading only
  const Names& names() const { return *names_; }

  const Type& type(TypeId id) const { return types_[id]; }  // types()[0] is the unknown type
  std::span<const Type> types() const { return types_; }
  TypeId find(std::string_view name_or_url)
      const;  // R4 name ("Patient", "Patient.contact") or URL; no_type
  TypeId find_stu3(std::string_view name) const;
  // Which primitive a type is, of R4 or STU3; Primitive::none for all other types.
  Primitive primitive(TypeId id) const { return primitives_[id]; }
  bool is_a(TypeId type, TypeId base) const;  // itself, or by its chain of bases
  std::string_view type_name(TypeId id) const { return names_->text(types_[id].name); }

  std::span<const Element> elements(TypeId id) const;
  const Element* element(TypeId id, NameId name) const;  // by FHIR name: "value"; null if none
  Member member(TypeId id, NameId json_name) const;      // by JSON name: "valueQuantity"
  std::span<const ElementType> types_of(const Element& element) const;
  // The JSON name of an element with this actual type: "valueQuantity"; its own name when no
  // choice.
  std::string_view json_name(const Element& element, TypeId actual) const;

  std::span<const ValueSet> value_sets() const { return value_sets_; }
  std::span<const Code> codes(const ValueSet& set) const;
  bool contains(const ValueSet& set, std::string_view system,
                std::string_view code) const;  // system "" : any
  std::span<const Constraint> constraints(std::uint32_t first, std::uint32_t count) const;
  std::span<const SearchParameter> search_parameters() const { return search_parameters_; }
  std::span<const TypeId> targets(std::uint32_t first, std::uint32_t count) const;

  // The published definitions of R4, to be parsed by whoever needs one. A text not asked for is not
  // even read from the disk.
  std::span<const Source> sources() const { return sources_; }
  std::string_view text(const Source& source) const {
    return {source_texts_.data() + source.offset, source.size};
  }
  std::string_view source(std::string_view url) const;  // by canonical URL; "" when not there

  // What a later room compiled from these definitions, for it alone to read; see compile.h, attach.
  std::span<const std::byte> attached() const { return attached_; }
  const std::shared_ptr<const void>& owner() const { return owner_; }  // keeps all bytes alive

  void copy_to(Tables& tables) const;  // all but the names and the sources

  // Types every room asks for, found once.
  struct Common {
    TypeId resource, domain_resource, element, backbone_element, extension, reference, coding,
        codeable_concept, identifier, quantity, period, bundle, boolean, integer, decimal, string,
        date, date_time, instant, time, code, uri, id, canonical, markdown, xhtml, base64_binary,
        meta, narrative, human_name, contact_point, address, money, age, timing, range;
  };
  const Common& common() const { return common_; }

 private:
  Definitions() = default;
  void build_indexes();
  void index_element(TypeId id, std::uint32_t at);
  void find_common();

  std::shared_ptr<const void> owner_;
  std::unique_ptr<Names> names_;
  std::span<const Type> types_;
  std::span<const Element> elements_;
  std::span<const ElementType> element_types_;
  std::span<const ValueSet> value_sets_;
  std::span<const Code> codes_;
  std::span<const Constraint> constraints_;
  std::span<const SearchParameter> search_parameters_;
  std::span<const TypeId> targets_;
  std::span<const Source> sources_;
  std::span<const char> source_texts_;
  std::span<const std::byte> attached_;
  boost::unordered_flat_map<NameId, TypeId> by_name_;  // R4 names and all URLs
  boost::unordered_flat_map<NameId, TypeId> stu3_by_name_;
  boost::unordered_flat_map<NameId, std::uint32_t> source_by_url_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t>
      element_index_;                                              // (type, name) -> elements_
  boost::unordered_flat_map<std::uint64_t, Member> member_index_;  // (type, JSON name)
  boost::unordered_flat_map<std::uint64_t, NameId> json_names_;    // (element name, type)
  std::vector<Primitive> primitives_;                              // by TypeId
  Common common_{};
};

}  // namespace fingerpost::model
