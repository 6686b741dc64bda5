#include "model/definitions.h"

#include "base/text.h"
#include "model/tables.h"

#include <algorithm>
#include <utility>

namespace fingerpost::model {
namespace {

constexpr std::uint64_t pair_key(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32) | low;
}

class Sections {
 public:
  explicit Sections(std::span<const std::byte> bytes) : bytes_(bytes) {
    if (bytes.size() >= sizeof header_) std::memcpy(&header_, bytes.data(), sizeof header_);
    good_ = bytes.size() >= sizeof header_ && header_.magic == BlockHeader{}.magic;
  }

  bool good() const { return good_; }

  template <class Row>
  std::span<const Row> rows(Section section) {
    const auto [offset, count] = header_.sections[static_cast<std::size_t>(section)];
    const bool inside = offset % 8 == 0 && offset <= bytes_.size() &&
                        count <= (bytes_.size() - offset) / sizeof(Row);
    if (!good_ || !inside) {
      good_ = false;
      return {};
    }
    return {reinterpret_cast<const Row*>(bytes_.data() + offset), count};
  }

 private:
  std::span<const std::byte> bytes_;
  BlockHeader header_;
  bool good_ = false;
};

bool load_names(Names& names, std::span<const std::uint32_t> sizes, std::span<const char> texts) {
  std::size_t at = 0;
  for (const auto size : sizes) {
    if (size > texts.size() - at) return false;
    names.intern({texts.data() + at, size});
    at += size;
  }
  return names.size() == sizes.size() + 1;
}

}  // namespace

Result<Definitions> Definitions::view(std::span<const std::byte> bytes,
                                      std::shared_ptr<const void> owner) {
  Sections sections(bytes);
  Definitions made;
  made.owner_ = std::move(owner);
  made.names_ = std::make_unique<Names>();
  const auto sizes = sections.rows<std::uint32_t>(Section::name_sizes);
  const auto texts = sections.rows<char>(Section::name_texts);
  made.types_ = sections.rows<Type>(Section::types);
  made.elements_ = sections.rows<Element>(Section::elements);
  made.element_types_ = sections.rows<ElementType>(Section::element_types);
  made.value_sets_ = sections.rows<ValueSet>(Section::value_sets);
  made.codes_ = sections.rows<Code>(Section::codes);
  made.constraints_ = sections.rows<Constraint>(Section::constraints);
  made.search_parameters_ = sections.rows<SearchParameter>(Section::search_parameters);
  made.targets_ = sections.rows<TypeId>(Section::targets);
  made.sources_ = sections.rows<Source>(Section::sources);
  made.source_texts_ = sections.rows<char>(Section::source_texts);
  made.attached_ = sections.rows<std::byte>(Section::attached);
  if (!sections.good() || made.types_.empty() || !load_names(*made.names_, sizes, texts))
    return Error{Kind::invalid, "the definitions file is not one of this version", ""};
  made.build_indexes();
  return made;
}

void Definitions::build_indexes() {
  element_index_.reserve(elements_.size());
  member_index_.reserve(elements_.size() * 2);
  primitives_.resize(types_.size(), Primitive::none);
  for (TypeId id = 1; id < types_.size(); ++id) {
    const Type& type = types_[id];
    if (type.kind == TypeKind::primitive) primitives_[id] = primitive_named(type_name(id));
    if (type.url != no_name) by_name_.emplace(type.url, id);
    if (type.model == Model::stu3) {
      stu3_by_name_.emplace(type.name, id);
    } else {
      by_name_.emplace(type.name, id);
    }
    for (std::uint32_t i = 0; i < type.element_count; ++i)
      index_element(id, type.first_element + i);
  }
  for (std::uint32_t i = 0; i < sources_.size(); ++i) source_by_url_.emplace(sources_[i].url, i);
  find_common();
}

void Definitions::index_element(TypeId id, std::uint32_t at) {
  const Element& element = elements_[at];
  element_index_.emplace(pair_key(id, element.name), at);
  const auto types = types_of(element);
  if (!element.choice) {
    const TypeId only = types.size() == 1 ? types[0].type : no_type;
    member_index_.emplace(pair_key(id, element.name), Member{&element, only});
    return;
  }
  const std::string stem(names_->text(element.name));
  for (const auto& type : types) {
    NameId& json_name = json_names_[pair_key(element.name, type.type)];
    if (json_name == no_name) {
      std::string name = stem;
      name += type_name(type.type);
      name[stem.size()] = to_upper(name[stem.size()]);
      json_name = names_->intern(name);
    }
    member_index_.emplace(pair_key(id, json_name), Member{&element, type.type});
  }
}

void Definitions::find_common() {
  const std::pair<TypeId Common::*, std::string_view> table[] = {
      {&Common::resource, "Resource"},
      {&Common::domain_resource, "DomainResource"},
      {&Common::element, "Element"},
      {&Common::backbone_element, "BackboneElement"},
      {&Common::extension, "Extension"},
      {&Common::reference, "Reference"},
      {&Common::coding, "Coding"},
      {&Common::codeable_concept, "CodeableConcept"},
      {&Common::identifier, "Identifier"},
      {&Common::quantity, "Quantity"},
      {&Common::period, "Period"},
      {&Common::bundle, "Bundle"},
      {&Common::boolean, "boolean"},
      {&Common::integer, "integer"},
      {&Common::decimal, "decimal"},
      {&Common::string, "string"},
      {&Common::date, "date"},
      {&Common::date_time, "dateTime"},
      {&Common::instant, "instant"},
      {&Common::time, "time"},
      {&Common::code, "code"},
      {&Common::uri, "uri"},
      {&Common::id, "id"},
      {&Common::canonical, "canonical"},
      {&Common::markdown, "markdown"},
      {&Common::xhtml, "xhtml"},
      {&Common::base64_binary, "base64Binary"},
      {&Common::meta, "Meta"},
      {&Common::narrative, "Narrative"},
      {&Common::human_name, "HumanName"},
      {&Common::contact_point, "ContactPoint"},
      {&Common::address, "Address"},
      {&Common::money, "Money"},
      {&Common::age, "Age"},
      {&Common::timing, "Timing"},
      {&Common::range, "Range"},
  };
  for (const auto& [member, name] : table) common_.*member = find(name);
}

void Definitions::copy_to(Tables& tables) const {
  const auto copy = [](auto& into, auto from) { into.assign(from.begin(), from.end()); };
  copy(tables.types, types_);
  copy(tables.elements, elements_);
  copy(tables.element_types, element_types_);
  copy(tables.value_sets, value_sets_);
  copy(tables.codes, codes_);
  copy(tables.constraints, constraints_);
  copy(tables.search_parameters, search_parameters_);
  copy(tables.targets, targets_);
}

TypeId Definitions::find(std::string_view name_or_url) const {
  const auto found = by_name_.find(names_->find(name_or_url));
  return found == by_name_.end() ? no_type : found->second;
}

std::string_view Definitions::source(std::string_view url) const {
  const auto found = source_by_url_.find(names_->find(url));
  return found == source_by_url_.end() ? std::string_view() : text(sources_[found->second]);
}

TypeId Definitions::find_stu3(std::string_view name) const {
  const auto found = stu3_by_name_.find(names_->find(name));
  return found == stu3_by_name_.end() ? no_type : found->second;
}

bool Definitions::is_a(TypeId type, TypeId base) const {
  while (type != base && type != no_type) type = types_[type].base;
  return type == base && base != no_type;
}

std::span<const Element> Definitions::elements(TypeId id) const {
  return elements_.subspan(types_[id].first_element, types_[id].element_count);
}

const Element* Definitions::element(TypeId id, NameId name) const {
  const auto found = element_index_.find(pair_key(id, name));
  return found == element_index_.end() ? nullptr : &elements_[found->second];
}

Member Definitions::member(TypeId id, NameId json_name) const {
  const auto found = member_index_.find(pair_key(id, json_name));
  return found == member_index_.end() ? Member{} : found->second;
}

std::span<const ElementType> Definitions::types_of(const Element& element) const {
  return element_types_.subspan(element.first_type, element.type_count);
}

std::string_view Definitions::json_name(const Element& element, TypeId actual) const {
  if (!element.choice) return names_->text(element.name);
  const auto found = json_names_.find(pair_key(element.name, actual));
  return names_->text(found == json_names_.end() ? element.name : found->second);
}

std::span<const Code> Definitions::codes(const ValueSet& set) const {
  return codes_.subspan(set.first_code, set.code_count);
}

bool Definitions::contains(const ValueSet& set, std::string_view system,
                           std::string_view code) const {
  const auto all = codes(set);
  const auto before = [this](const Code& row, std::string_view text) {
    return names_->text(row.code) < text;
  };
  auto at = std::lower_bound(all.begin(), all.end(), code, before);
  for (; at != all.end() && names_->text(at->code) == code; ++at)
    if (system.empty() || names_->text(at->system) == system) return true;
  return false;
}

std::span<const Constraint> Definitions::constraints(std::uint32_t first,
                                                     std::uint32_t count) const {
  return constraints_.subspan(first, count);
}

std::span<const TypeId> Definitions::targets(std::uint32_t first, std::uint32_t count) const {
  return targets_.subspan(first, count);
}

}  // namespace fingerpost::model
