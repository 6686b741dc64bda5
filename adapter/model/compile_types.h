// The parts of compile(): each fills its tables from parsed files.

#pragma once

#include "fingerpost/issue.h"
#include "model/tables.h"
#include "wire/json_view.h"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::model {

struct ParsedFile {
  std::string name;
  Model model = Model::r4;
  wire::JsonDocument document;

  wire::JsonView root() const { return wire::JsonView(document); }
};

// Types and elements, from StructureDefinitions that are not constraints. Types that `tables`
// already holds are found by the new ones.
class TypeCompiler {
 public:
  TypeCompiler(Tables& tables, Issues& issues);

  void add(const ParsedFile& file);  // all files first …
  void finish();                     // … then this, once

  TypeId find(Model model, std::string_view name) const;  // a name, for R4 and STU3; or a URL

  // The value sets that all bindings but examples name, to be resolved by the caller.
  struct BoundElement {
    std::size_t element;
    std::string value_set;
  };
  const std::vector<BoundElement>& bound() const { return bound_; }

 private:
  struct Definition {
    const ParsedFile* file;
    TypeId type;
  };
  struct Path {  // one type under construction: a definition's root, or a backbone element of it
    TypeId type;
    std::vector<wire::JsonView> elements;
  };

  TypeId add_type(Model model, std::string_view name, TypeKind kind);
  void read_definition(const Definition& definition);
  void read_path(const Definition& definition, const Path& path);
  Element read_element(const Definition& definition, TypeId owner, wire::JsonView from);
  ElementType read_type(const Definition& definition, TypeId owner, const Element& element,
                        wire::JsonView from);
  void read_targets(Model model, wire::JsonView from, ElementType& type);
  std::pair<std::uint32_t, std::uint32_t> read_constraints(wire::JsonView element);
  TypeId inherited_base(const Definition& definition) const;
  void warn(const ParsedFile& file, std::string text);

  Tables& tables_;
  Issues& issues_;
  std::vector<Definition> definitions_;
  std::unordered_map<std::string, TypeId> by_name_;
  std::vector<BoundElement> bound_;
};

// Codes of the value sets asked for, from ValueSets and CodeSystems.
class ValueSetCompiler {
 public:
  explicit ValueSetCompiler(Tables& tables) : tables_(tables) {}

  void add(const ParsedFile& file);
  // The index in Tables::value_sets; the set is not complete when its content is not wholly among
  // the files.
  std::uint32_t compile(std::string_view canonical);

 private:
  struct Expansion {
    std::vector<Code> codes;
    bool complete = true;
  };
  void expand(std::string_view url, int depth, Expansion& into);
  void include(wire::JsonView include, int depth, Expansion& into);
  void add_system(std::string_view system, Expansion& into);
  void add_concepts(std::string_view system, wire::JsonView concepts, Expansion& into);

  Tables& tables_;
  std::unordered_map<std::string, wire::JsonView> value_sets_;
  std::unordered_map<std::string, wire::JsonView> code_systems_;
  std::unordered_map<std::string, std::uint32_t> done_;
};

// Keeps the file's own text: StructureDefinitions, ValueSets and CodeSystems.
void add_source(Tables& tables, const ParsedFile& file);

void add_search_parameter(Tables& tables, const TypeCompiler& types, const ParsedFile& file);

// "http://…/X|4.0.1" without its version.
std::string_view without_version(std::string_view canonical);

}  // namespace fingerpost::model
