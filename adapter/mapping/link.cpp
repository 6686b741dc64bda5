#include "mapping/link.h"

#include <algorithm>

namespace fingerpost::mapping {
namespace {

constexpr std::string_view usual_parameters[] = {"now", "zone", "source", "partner"};

}  // namespace

// Each star is filled as early as what follows it allows; only the last one's filling is undone.
bool import_matches(std::string_view pattern, std::string_view url) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t filled = 0;
  for (std::size_t i = 0; i < url.size();) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      filled = i;
    } else if (at < pattern.size() && pattern[at] == url[i]) {
      ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++filled;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

// By name, which R4 and STU3 share.
Form Linker::form_of(const model::Type& type) const {
  if (type.kind != model::TypeKind::primitive) return Form::complex;
  struct Named {
    std::string_view name;
    Form form;
  };
  constexpr Named forms[] = {{"boolean", Form::boolean},     {"integer", Form::integer},
                             {"positiveInt", Form::integer}, {"unsignedInt", Form::integer},
                             {"decimal", Form::decimal},     {"date", Form::date},
                             {"dateTime", Form::date_time},  {"instant", Form::instant}};
  const auto name = definitions_.names().text(type.name);
  for (const auto& known : forms)
    if (known.name == name) return known.form;
  return Form::text;
}

Linker::Linker(Sources& sources)
    : sources_(sources),
      definitions_(*sources.definitions),
      program_(std::make_shared<Program>(*sources.definitions)),
      steps_left_(sources.limits.steps) {
  program_->written = std::make_shared<const Written>(sources.written);
  program_->words = {name("value"),   name("coding"), name("text"), name("system"), name("code"),
                     name("display"), name("id"),     name("type"), name("unit")};
  for (const auto& type : definitions_.types()) program_->forms.push_back(form_of(type));
}

NameId Linker::name(std::string_view text) const {
  if (sources_.names != nullptr) return sources_.names->intern(text);
  const NameId known = definitions_.names().find(text);
  return known == no_name ? unheard_name : known;
}

// Warnings leave room for errors.
void Linker::add_issue(Issue issue) {
  const bool error = issue.severity <= Severity::error;
  const auto most = sources_.limits.issues * (error ? 2 : 1);
  if (sources_.issues.size() < most) sources_.issues.push_back(std::move(issue));
}

void Linker::report(Severity severity, At at, std::string text) {
  const auto& file = map_text(map_).file;
  add_issue({severity, "invalid",
             file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column),
             std::move(text)});
}

bool Linker::charge(std::uint64_t steps) {
  if (steps_left_ >= steps) {
    steps_left_ -= steps;
    return true;
  }
  if (!over_)
    sources_.issues.insert(sources_.issues.begin(),
                           {Severity::error, "too-costly", map_text(map_).file,
                            "the map takes more work to compile than the limit steps"});
  over_ = true;
  steps_left_ = 0;
  return false;
}

Index Linker::text(std::string_view text) {
  program_->texts.emplace_back(text);
  return static_cast<Index>(program_->texts.size() - 1);
}

std::shared_ptr<const Program> Linker::link() {
  for (const auto name : usual_parameters) program_->parameters.emplace_back(name);
  for (map_ = 0; map_ < sources_.written.maps.size(); ++map_)
    for (const auto& parameter : map_text(map_).parameters) {
      if (!charge(program_->parameters.size())) return program_;
      if (std::find(program_->parameters.begin(), program_->parameters.end(), parameter) ==
          program_->parameters.end())
        program_->parameters.push_back(parameter);
    }
  text("");
  program_->places.emplace_back();  // RuleId 0 is no rule
  declare();
  see_imports();
  for (Index group = 0; group < program_->groups.size(); ++group) {
    map_ = places_[group].map_index;
    if (!charge(1)) return program_;
    compile_group(group);
  }
  refuse_circles();
  return program_;
}

// A circle of extends would never end.
void Linker::refuse_circles() {
  for (Index group = 0; group < program_->groups.size(); ++group) {
    map_ = places_[group].map_index;
    Index at = program_->groups[group].extends;
    for (std::size_t length = 0; at != none; at = program_->groups[at].extends) {
      if (!charge(1)) return;
      if (++length <= program_->groups.size()) continue;
      report(Severity::error, places_[group].text->at, "the group extends itself");
      break;
    }
  }
}

// Numbers every group, so that calls may be compiled in any order, and gives the maps' entries.
void Linker::declare() {
  const auto count = sources_.written.maps.size();
  named_.resize(count);
  for (map_ = 0; map_ < count; ++map_) {
    const auto& map = map_text(map_);
    for (const auto& use : map.uses)
      if (type_by_url(use.url) == no_type)
        report(Severity::warning, use.at, "no definition of " + use.url + " is loaded");
    for (const auto& text : map.groups) {
      const auto index = static_cast<Index>(program_->groups.size());
      if (!named_[map_].emplace(text.name, index).second)
        report(Severity::error, text.at, "a second group " + text.name + " in this map");
      Group group;
      group.parameters.first = static_cast<Index>(program_->group_parameters.size());
      group.parameters.count = static_cast<Index>(text.parameters.size());
      for (const auto& parameter : text.parameters)
        program_->group_parameters.push_back(
            {parameter.mode, type_of(map_, parameter.type, parameter.mode)});
      if (!charge(1 + map.isolated.size())) return;
      group.dialect = map.dialect;
      group.isolated =
          std::find(map.isolated.begin(), map.isolated.end(), text.name) != map.isolated.end();
      program_->groups.push_back(group);
      places_.push_back({&map, &text, map_});
    }
    for (const auto& name : map.isolated)
      if (named_[map_].count(name) == 0)
        report(Severity::error, {1, 1}, "isolate names no group of this map: " + name);
    check_extensions(map);
    const Index first = named_[map_].at(map.groups.front().name);
    enter(map.url, first);
    enter(map.name, first);
  }
  for (Index group = 0; group < places_.size(); ++group)
    program_->entries.emplace(places_[group].text->name, group);
}

// A header that says what it uses says all of it.
void Linker::check_extensions(const MapText& map) {
  if (map.extensions.empty()) return;
  const auto used = extensions_of(map);
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto& name : used)
    if (!has(map.extensions, name))
      report(Severity::error, {1, 1}, "the header does not list the extension " + name);
  for (const auto& name : map.extensions)
    if (!has(used, name))
      report(Severity::error, {1, 1}, "the header lists the extension " + name + ", not used");
}

void Linker::enter(const std::string& name, Index group) {
  if (!name.empty()) program_->entries.emplace(name, group);
}

void Linker::see_imports() {
  const auto count = sources_.written.maps.size();
  visible_.resize(count);
  for (map_ = 0; map_ < count; ++map_) {
    visible_[map_].push_back(map_);
    for (const auto& import : map_text(map_).imports)
      if (!see_import(import)) return;
  }
}

bool Linker::see_import(const std::string& import) {
  const bool pattern = import.find('*') != std::string::npos;
  auto& seen = visible_[map_];
  bool found = false;
  for (std::size_t other = 0; other < sources_.written.maps.size(); ++other) {
    const auto& url = map_text(other).url;
    if (!charge(pattern ? 1 + import.size() * url.size() / 16 : 1)) return false;
    if (!import_matches(import, url)) continue;
    found = true;
    if (!charge(seen.size())) return false;
    if (std::find(seen.begin(), seen.end(), other) == seen.end()) seen.push_back(other);
  }
  if (!found) report(Severity::error, {1, 1}, "imports " + import + ": no such map is loaded");
  return true;
}

// The group of this name, in the map itself or else in what it imports.
Index Linker::find_group(std::size_t map, const std::string& name, At at) {
  Index found = none;
  for (const auto other : visible_[map]) {
    if (!charge(1)) return none;
    const auto here = named_[other].find(name);
    if (here == named_[other].end()) continue;
    if (other == map) return here->second;
    if (found != none) {
      report(Severity::warning, at,
             "several imported maps have a group " + name + "; the one of " +
                 places_[found].map->file + " is taken");
      return found;
    }
    found = here->second;
  }
  if (found == none) report(Severity::error, at, "there is no group " + name);
  return found;
}

TypeId Linker::type_by_url(std::string_view url) const {
  if (const TypeId type = definitions_.find(url); type != no_type) return type;
  constexpr std::string_view versioned = "http://hl7.org/fhir/4.0/StructureDefinition/";
  if (url.starts_with(versioned)) return definitions_.find(url.substr(versioned.size()));
  return no_type;
}

// By alias of the same side first, then of the other, then by name or url.
TypeId Linker::type_of(std::size_t map, const std::string& name, Mode mode) const {
  if (name.empty()) return no_type;
  const UsesText* other = nullptr;
  for (const auto& use : map_text(map).uses) {
    if (use.alias != name) continue;
    if (use.mode == mode) return type_by_url(use.url);
    other = &use;
  }
  return type_by_url(other != nullptr ? std::string_view(other->url) : std::string_view(name));
}

Index Linker::defaults_of(std::size_t map) {
  auto seen = visible_[map];
  std::sort(seen.begin(), seen.end());
  const auto [found, fresh] =
      tables_.emplace(std::move(seen), static_cast<Index>(program_->defaults.size()));
  if (!fresh) return found->second;
  Defaults table;
  for (const auto other : found->first)
    for (const auto& text : map_text(other).groups)
      if (text.is_default != Default::none && text.parameters.size() == 2)
        add_default(table, named_[other].at(text.name));
  program_->defaults.push_back(std::move(table));
  return found->second;
}

void Linker::add_default(Defaults& table, Index group) {
  const auto* parameters = &program_->group_parameters[program_->groups[group].parameters.first];
  const TypeId source = parameters[0].type;
  const TypeId target = parameters[1].type;
  if (source == no_type || target == no_type) return;
  table.by_types.emplace(Defaults::key(source, target), group);
  if (places_[group].text->is_default == Default::type_and_types)
    table.by_source.emplace(source, group);
}

void Linker::compile_group(Index index) {
  const auto& place = places_[index];
  map_ = place.map_index;
  group_ = index;
  scope_.clear();
  focus_ = no_type;
  next_slot_ = slots_ = 0;
  for (const auto& name : program_->parameters) declare(name, Mode::source, no_type);
  const Range range = program_->groups[index].parameters;
  for (Index i = 0; i < range.count; ++i) {
    const auto& parameter = place.text->parameters[i];
    const TypeId type = program_->group_parameters[range.first + i].type;
    if (!parameter.type.empty() && type == no_type)
      report(Severity::warning, parameter.at, "no definition of " + parameter.type + " is loaded");
    declare(parameter.name, parameter.mode, type);
    if (parameter.mode == Mode::source && focus_ == no_type) focus_ = type;
  }
  const Index defaults = defaults_of(map_);
  const Range rules = compile_rules(place.text->rules);
  auto& group = program_->groups[index];
  group.rules = rules;
  group.slots = slots_;
  group.defaults = defaults;
  if (!place.text->extends.empty())
    group.extends = find_group(map_, place.text->extends, place.text->at);
}

}  // namespace fingerpost::mapping
