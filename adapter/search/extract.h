// How the values of a search parameter are found in a tree.
//
// SearchParameter expressions are FHIRPath, but nearly all of R4's are of a few plain forms: a
// path, a choice of type, a `where` on one code or on what a reference leads to. Those are compiled
// here to a list of steps; an expression of any other form is a path::Expression.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "path/fhirpath.h"
#include "search/index.h"
#include "search/words.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

// From a list of nodes to the next list.
struct Step {
  enum class To : std::uint8_t {
    child,         // the children of this name
    of_type,       // those of this type
    where_equals,  // those with a child of this name and this text
    where_leads,   // references that lead to a resource of this type
    extension,     // the extensions of this url
    item           // the one at this place
  };
  To to = To::child;
  NameId name = no_name;
  TypeId type = no_type;
  std::string text;
  std::size_t place = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

struct Clause {
  std::vector<Step> steps;
  friend bool operator==(const Clause&, const Clause&) = default;
};

// One alternative of an expression ("Patient.name") for resources of `type`. Nothing to do for the
// type: no clause in the result. Kind::unsupported: of no plain form.
Result<std::vector<Clause>> parse_expression(const model::Definitions& definitions,
                                             std::string_view expression, TypeId type);

// The resource types that a reference at the clause's end may name; none when that cannot be told.
std::vector<TypeId> reference_targets(const model::Definitions& definitions, TypeId type,
                                      const Clause& clause);

// The types that the clause's last child may have; none when that cannot be told.
std::span<const model::ElementType> end_types(const model::Definitions& definitions, TypeId type,
                                              const Clause& clause);
// The element at the clause's end; null when that cannot be told.
const model::Element* end_element(const model::Definitions& definitions, TypeId type,
                                  const Clause& clause);
// Whether a clause may end at a canonical url.
bool ends_at_uri(const model::Definitions& definitions, TypeId type, const Clause& clause);

// The types of the resources that a tree contains, by their ids; looked up once, when first asked
// for. The tree outlives it and stays as it is.
class ContainedTypes {
 public:
  ContainedTypes(const Tree& tree, const Names& names) : tree_(tree), names_(names) {}

  // Of the one that a reference "#id" names; no_type when there is none.
  TypeId find(std::string_view id) const;

 private:
  const Tree& tree_;
  const Names& names_;
  mutable std::optional<std::map<std::string_view, TypeId>>
      types_;  // clients choose the ids: no hashes
};

// The nodes that the clause leads to. `found` and `spare` are overwritten.
void walk(const model::Definitions& definitions, const Clause& clause, NodeRef resource,
          const ContainedTypes& contained, std::vector<NodeId>& found, std::vector<NodeId>& spare);

// "Patient/123", absolute or not, versioned or not, taken apart; type empty when it has no such
// form.
struct ReferenceText {
  std::string_view base;  // "http://host/fhir", "" when relative
  std::string_view type;
  std::string_view id;
};
ReferenceText split_reference(std::string_view reference);

// What a node of a type means to search, whatever element it is.
enum class Form : std::uint8_t {
  none,
  boolean,
  code,
  text,
  number,
  date,
  uri,
  coding,
  codeable_concept,
  identifier,
  contact_point,
  human_name,
  address,
  period,
  timing,
  quantity,
  money,
  range,
  sampled_data,
  reference,
  resource
};

// Names that reading values needs, found once.
struct ValueNames {
  NameId code, coding, currency, comparator, end, event, extension, family, given, high, id,
      identifier, low, prefix, reference, repeat, start, suffix, system, text, type, unit, url,
      value, line, city, district, state, country, postal_code, bounds, contained, display,
      latitude, longitude, div;
  explicit ValueNames(const Names& names);
};

// One part of a composite parameter: from an element to its values.
struct Component {
  model::SearchType kind = model::SearchType::token;
  std::vector<Clause> clauses;
  bool from_resource = false;  // "%resource.x": the clauses start there
};

// Per-parameter clauses and the form of each type. Read-only once made.
class Extractor {
 public:
  explicit Extractor(const model::Definitions& definitions);

  void add(KeyId key, std::vector<Clause> clauses);
  void add(KeyId key, path::Expression expression);
  void add_component(KeyId key, Component component);
  const std::vector<Clause>& clauses(KeyId key) const { return keys_[key].clauses; }
  // Of a composite's key, whose clauses lead to the elements that have them together.
  const std::vector<Component>& components(KeyId key) const { return keys_[key].components; }
  // Of a key without clauses; may be empty too.
  const path::Expression& expression(KeyId key) const { return keys_[key].expression; }
  Form form(TypeId type) const { return forms_[type]; }
  const ValueNames& names() const { return names_; }
  const Words& words() const { return words_; }

 private:
  struct Source {
    std::vector<Clause> clauses;
    std::vector<Component> components;
    path::Expression expression;
  };
  std::vector<Source> keys_;  // by key
  std::vector<Form> forms_;   // by type
  ValueNames names_;
  Words words_;
};

}  // namespace fingerpost::search
