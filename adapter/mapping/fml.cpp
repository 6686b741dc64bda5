#include "mapping/fml.h"

#include "mapping/link.h"
#include "mapping/run.h"

namespace fingerpost::mapping {

MapsBuilder::MapsBuilder(model::Definitions& definitions, Dialect dialect, const Limits& limits)
    : sources_(std::make_unique<Sources>(definitions)) {
  sources_->dialect = dialect;
  sources_->limits = limits;
}
MapsBuilder::~MapsBuilder() = default;
MapsBuilder::MapsBuilder(MapsBuilder&&) noexcept = default;
MapsBuilder& MapsBuilder::operator=(MapsBuilder&&) noexcept = default;

Result<void> MapsBuilder::add_map(std::string_view text, std::string file) {
  LET(auto map, parse_map(text, std::move(file), sources_->limits));
  sources_->maps.push_back(std::move(map));
  return {};
}

Result<void> MapsBuilder::add_structure_map(const Tree& map, std::string file) {
  LET(auto read, read_structure_map(*sources_->definitions, map, std::move(file)));
  sources_->maps.push_back(std::move(read));
  return {};
}

Result<void> MapsBuilder::add_concept_map(const Tree& map, std::string_view partner) {
  LET(auto read, terminology::read_concept_map(*sources_->definitions, map));
  sources_->concept_maps.emplace_back(std::string(partner), std::move(read));
  return {};
}

Result<Maps> MapsBuilder::link() {
  sources_->issues.clear();
  Linker linker(*sources_);
  auto program = linker.link();
  for (const auto& issue : sources_->issues)
    if (issue.severity <= Severity::error)
      return Error{Kind::invalid, issue.text, issue.expression};
  return Maps(std::move(program));
}

const Issues& MapsBuilder::issues() const {
  return sources_->issues;
}

bool Maps::has(std::string_view name) const {
  return program_->entries.count(std::string(name)) == 1;
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
