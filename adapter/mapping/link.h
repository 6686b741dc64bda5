// From written maps to a Program. Private to the room.

#pragma once

#include "mapping/parse.h"
#include "mapping/program.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::mapping {

// What a MapsBuilder has been given, and what linking found.
struct Sources {
  const model::Definitions* definitions = nullptr;
  Names* names = nullptr;  // to intern in; null: the program serves, and nothing is interned
  Dialect dialect = Dialect::extended;
  Limits limits;
  Written written;
  Issues issues;
};

// A name that nothing has.
constexpr NameId unheard_name = first_local_name - 1;

// A group under its map.
struct GroupPlace {
  const MapText* map = nullptr;
  const GroupText* text = nullptr;
  std::size_t map_index = 0;
};

// A name in scope while a rule is compiled.
struct Variable {
  std::string name;
  Mode mode = Mode::source;
  Slot slot = no_slot;
  TypeId type = no_type;  // as far as the definitions tell
};

class Linker {
 public:
  explicit Linker(Sources& sources);
  std::shared_ptr<const Program> link();  // issues are in the sources

 private:
  // link.cpp: the set as a whole.
  Form form_of(const model::Type& type) const;
  void declare();
  void see_imports();
  bool see_import(const std::string& import);
  void check_extensions(const MapText& map);
  void refuse_circles();
  void enter(const std::string& name, Index group);
  Index defaults_of(std::size_t map);
  void add_default(Defaults& table, Index group);
  void compile_group(Index group);
  Index find_group(std::size_t map, const std::string& name, At at);
  TypeId type_of(std::size_t map, const std::string& name, Mode mode) const;
  TypeId type_by_url(std::string_view url) const;

  // link_rule.cpp: one rule.
  Range compile_rules(const std::vector<RuleText>& rules);
  Rule compile_rule(const RuleText& text);
  Source compile_source(const SourceText& text);
  Target compile_target(const TargetText& text);
  Call compile_call(const CallText& text);
  Range compile_steps(const std::vector<std::string>& path, TypeId& type, At at, bool check);
  void compile_expressions(const SourceText& text, TypeId type, Source& source);
  bool names_its_item(const SourceText& text, TypeId type) const;
  Index compile_path(const PathText& text, TypeId focus);
  Argument compile_argument(const ArgumentText& text, TypeId focus);
  Range compile_arguments(const std::vector<ArgumentText>& texts, TypeId focus);
  const Variable* find(const std::string& name, Mode preferred);
  const Variable* alone(const std::string& path);
  Slot declare(const std::string& name, Mode mode, TypeId type, At at = {});
  RuleId place_of(const RuleText& text);

  // link_transform.cpp: what each transform wants of its arguments.
  void check_transform(const TargetText& text, Target& target);
  void type_argument(const TargetText& text, Target& target, std::size_t index);
  void translate_arguments(const TargetText& text, Target& target);
  Index translation_of(const std::string& url, At at);
  using ConceptMapPointer = std::shared_ptr<const terminology::ConceptMap>;
  bool each_concept_map(
      std::string_view url,
      const std::function<void(const std::string& partner, const ConceptMapPointer&)>& visit);
  bool add_other_maps(Translation& made, At at);
  void unmapped_mode(const TargetText& text, Target& target);

  void report(Severity severity, At at, std::string text);
  void add_issue(Issue issue);
  // False when the set costs more than the limit steps to link, which is told once.
  bool charge(std::uint64_t steps);
  Index text(std::string_view text);
  NameId name(std::string_view text) const;
  const MapText& map_text(std::size_t map) const { return *sources_.written.maps[map]; }

  Sources& sources_;
  const model::Definitions& definitions_;
  std::shared_ptr<Program> program_;
  std::vector<GroupPlace> places_;                   // by group index
  std::vector<std::vector<std::size_t>> visible_;    // by map: itself first, then its imports
  std::vector<std::map<std::string, Index>> named_;  // by map: its groups
  std::map<std::vector<std::size_t>, Index> tables_;
  std::map<std::string, Index> translations_;  // by url
  std::map<std::string, Index> shares_;
  std::uint64_t steps_left_ = 0;
  bool over_ = false;
  // While compiling a group:
  std::size_t map_ = 0;
  Index group_ = 0;
  std::vector<Variable> scope_;
  Slot next_slot_ = 0;
  Slot slots_ = 0;
  TypeId focus_ = no_type;  // of the innermost source
};

}  // namespace fingerpost::mapping
