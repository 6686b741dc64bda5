#include "mapping/fml.h"

#include "mapping/link.h"
#include "mapping/run.h"

#include <utility>

namespace fingerpost::mapping {

MapsBuilder::MapsBuilder(model::Definitions& definitions, Dialect dialect, const Limits& limits)
    : MapsBuilder(std::as_const(definitions), dialect, limits) {
  sources_->names = &definitions.names();
}
MapsBuilder::MapsBuilder(const model::Definitions& definitions, Dialect dialect,
                         const Limits& limits)
    : sources_(std::make_unique<Sources>()) {
  sources_->definitions = &definitions;
  sources_->dialect = dialect;
  sources_->limits = limits;
}
MapsBuilder::~MapsBuilder() = default;
MapsBuilder::MapsBuilder(MapsBuilder&&) noexcept = default;
MapsBuilder& MapsBuilder::operator=(MapsBuilder&&) noexcept = default;

Result<void> MapsBuilder::add_map(std::string_view text, std::string file) {
  LET(auto map, parse_map(text, std::move(file), sources_->limits));
  map.dialect = map.stated_dialect.value_or(sources_->dialect);
  add_map(std::make_shared<const MapText>(std::move(map)));
  return {};
}

Result<void> MapsBuilder::add_structure_map(const Tree& map, std::string file) {
  LET(auto read, read_structure_map(*sources_->definitions, map, std::move(file)));
  read.dialect = read.stated_dialect.value_or(sources_->dialect);
  add_map(std::make_shared<const MapText>(std::move(read)));
  return {};
}

Result<void> MapsBuilder::add_concept_map(const Tree& map, std::string_view partner) {
  LET(auto read, terminology::read_concept_map(*sources_->definitions, map));
  sources_->written.concept_maps.emplace_back(
      std::string(partner), std::make_shared<const terminology::ConceptMap>(std::move(read)));
  return {};
}

void MapsBuilder::add_map(std::shared_ptr<const MapText> map) {
  sources_->written.maps.push_back(std::move(map));
}

void MapsBuilder::add_concept_map(std::shared_ptr<const terminology::ConceptMap> map) {
  sources_->written.concept_maps.emplace_back("", std::move(map));
}

void MapsBuilder::add_loaded(const Maps& maps) {
  const auto& loaded = *maps.program().written;
  auto& written = sources_->written;
  written.maps.insert(written.maps.end(), loaded.maps.begin(), loaded.maps.end());
  written.concept_maps.insert(written.concept_maps.end(), loaded.concept_maps.begin(),
                              loaded.concept_maps.end());
}

Result<Maps> MapsBuilder::link() {
  sources_->issues.clear();
  Linker linker(*sources_);
  auto program = linker.link();
  for (const auto& issue : sources_->issues)
    if (issue.severity <= Severity::error)
      return Error{issue.code == "too-costly" ? Kind::too_costly : Kind::invalid, issue.text,
                   issue.expression};
  return Maps(std::move(program));
}

const Issues& MapsBuilder::issues() const {
  return sources_->issues;
}

bool Maps::has(std::string_view name) const {
  return program_->entries.count(std::string(name)) == 1;
}

TypeId Maps::source_type(std::string_view name) const {
  const auto found = program_->entries.find(std::string(name));
  if (found == program_->entries.end()) return no_type;
  const Range range = program_->groups[found->second].parameters;
  for (Index i = 0; i < range.count; ++i) {
    const auto& parameter = program_->group_parameters[range.first + i];
    if (parameter.mode == Mode::source) return parameter.type;
  }
  return no_type;
}

RulePlace Maps::place(RuleId rule) const {
  const auto& info = program_->places[rule];
  return {program_->texts[info.file], program_->texts[info.group], program_->texts[info.rule],
          info.line};
}

Issues Transformed::issues() const {
  Issues issues;
  issues.reserve(findings.size());
  for (const auto& finding : findings) issues.push_back(finding.issue);
  return issues;
}

Result<Transformed> transform(const Maps& maps, std::string_view name,
                              std::span<const NodeRef> sources, Tree& target,
                              const RunOptions& options) {
  const auto& entries = maps.program().entries;
  const auto found = entries.find(std::string(name));
  if (found == entries.end())
    return Error{Kind::not_found, "there is no map " + std::string(name), ""};
  return Run(maps.program(), target, options).transform(found->second, sources);
}

}  // namespace fingerpost::mapping
