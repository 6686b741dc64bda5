#include "exchange/translate.h"

#include "exchange/gp2gp_attachments.h"
#include "exchange/gp2gp_links.h"
#include "exchange/translate_bars.h"
#include "exchange/translate_finish.h"
#include "exchange/translate_hl7v2.h"
#include "exchange/translate_steps.h"
#include "exchange/write_gpconnect.h"
#include "exchange/write_hl7v2.h"
#include "mapping/fml.h"
#include "model/json.h"
#include "model/xml.h"
#include "record/extract_plan.h"
#include "record/gp2gp.h"
#include "record/gp2gp_message.h"
#include "record/gp2gp_write.h"
#include "record/gpconnect.h"
#include "record/hl7v2.h"
#include "record/hl7v2_places.h"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view gpconnect_map =
    "https://fingerpost.example/StructureMap/gpconnect-record";
constexpr std::string_view gp2gp_map = "https://fingerpost.example/StructureMap/gp2gp-record";
constexpr std::string_view gp2gp_send = "https://fingerpost.example/StructureMap/gp2gp-send";

// "partners/hillside/sex.json" is Hillside's own; other paths are everybody's.
std::string_view partner_of(std::string_view path) {
  constexpr std::string_view folder = "partners/";
  if (!path.starts_with(folder)) return {};
  path.remove_prefix(folder.size());
  return path.substr(0, path.find('/'));
}

bool is_sample(std::string_view path) {
  return path.ends_with(".test.json") || path.find("samples/") != std::string_view::npos;
}

Result<void> add_resource(mapping::MapsBuilder& builder, const model::Definitions& definitions,
                          const MappingFile& file, const Limits& limits) {
  auto read = model::read_json(definitions, file.text, limits);
  if (!read) return Error{Kind::invalid, read.error().text, file.path};
  const auto type = definitions.type_name(read->tree[read->tree.root()].type);
  if (type == "StructureMap") return builder.add_structure_map(read->tree, file.path);
  if (type == "StructureDefinition") return {};  // for people: what the maps see
  if (type == "ConceptMap") return builder.add_concept_map(read->tree, partner_of(file.path));
  return Error{Kind::invalid, "neither a ConceptMap nor a StructureMap", file.path};
}

// "tpp/tables.txt" is how the files of a TPP extract belong together.
Result<void> add_tables(model::Definitions& definitions, const MappingFile& file,
                        std::map<Format, record::ExtractPlan>& extracts) {
  const auto format = format_named(file.path.substr(0, file.path.find('/')));
  if (!format || !is_extract(*format)) return {};
  auto plan = record::read_extract_plan(file.text, definitions.names());
  if (!plan) return Error{Kind::invalid, plan.error().text, file.path + ", " + plan.error().where};
  extracts.emplace(*format, *std::move(plan));
  return {};
}

// Who keeps a record, as the record says itself, or whose it is: ids within it are unique only
// there. What another sends of it (key_prefix: its sender) is that sender's copy, and never meets
// the keeper's own. Never empty.
std::string owner_of(std::string_view keeper, std::string_view subject, const char* place,
                     const TranslateOptions& options, Issues& issues) {
  const std::string_view sender = options.key_prefix;
  if (!keeper.empty() && !sender.empty() && sender != keeper)
    return std::string(sender).append("|").append(keeper);
  for (const std::string_view owner : {keeper, std::string_view(options.partner), sender, subject})
    if (!owner.empty()) return std::string(owner);
  issues.push_back({Severity::warning, "incomplete", place,
                    "the record does not say who keeps it or whose it is: ids made of it may meet "
                    "those of another record"});
  return "unknown";
}

// What a reference of the result that leads nowhere meant in the record.
Unmapped unmapped(const model::Definitions& definitions, const record::GpConnectRecord& record,
                  const mapping::Origin& origin) {
  if (origin.tree != &record.tree || origin.source == no_node) return {};
  const auto& names = definitions.names();
  const auto& tree = record.tree;
  const auto reference = tree.text(origin.source);
  Unmapped found;
  found.type = reference.substr(0, reference.find('/'));
  const auto resource = record::resolve(record, reference);
  if (!resource) return found;
  const auto identifier = tree.child(resource.node, names.find("identifier"));
  if (identifier == no_node) return found;
  if (const auto system = tree.child(identifier, names.find("system")); system != no_node)
    found.system = tree.text(system);
  if (const auto value = tree.child(identifier, names.find("value")); value != no_node)
    found.value = tree.text(value);
  return found;
}

}  // namespace

struct Translator::Parts {
  const model::Definitions& definitions;
  mapping::Maps maps;
  record::Hl7v2Grammar grammar;
  std::map<Format, record::ExtractPlan> extracts;

  Result<Translation> gpconnect(std::string bytes, const TranslateOptions& options) const;
  Result<Translation> hl7v2(std::string bytes, const TranslateOptions& options) const;
  Result<Translation> gp2gp(std::string bytes, const TranslateOptions& options) const;
  Result<Translation> gp2gp_message(std::string bytes, const TranslateOptions& options) const;
};

Translator::Translator(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Translator::Translator(Translator&&) noexcept = default;
Translator& Translator::operator=(Translator&&) noexcept = default;
Translator::~Translator() = default;

Result<Translator> Translator::make(model::Definitions& definitions,
                                    std::span<const MappingFile> files, const Limits& limits) {
  mapping::MapsBuilder builder(definitions, mapping::Dialect::extended, limits);
  std::string_view structures;
  std::map<Format, record::ExtractPlan> extracts;
  for (const auto& file : files) {
    if (is_sample(file.path)) continue;
    if (file.path.ends_with("/tables.txt"))
      if (auto added = add_tables(definitions, file, extracts); !added) return added.error();
    if (file.path == "hl7v2/structures.txt") structures = file.text;
    if (file.path.ends_with(".map"))
      if (auto added = builder.add_map(file.text, file.path); !added) return added.error();
    if (file.path.ends_with(".json"))
      if (auto added = add_resource(builder, definitions, file, limits); !added)
        return added.error();
  }
  auto grammar = record::Hl7v2Grammar::read(structures, definitions.names());
  if (!grammar)
    return Error{Kind::invalid, grammar.error().text,
                 "hl7v2/structures.txt, " + grammar.error().where};
  LET(auto maps, builder.link());
  return Translator(std::make_unique<const Parts>(
      Parts{definitions, std::move(maps), *std::move(grammar), std::move(extracts)}));
}

Result<Translation> Translator::translate(Format format, std::string bytes,
                                          const TranslateOptions& options) const {
  switch (format) {
    case Format::bars:
      return read_bars(parts_->definitions, parts_->maps, std::move(bytes), options);
    case Format::gpconnect:
      return parts_->gpconnect(std::move(bytes), options);
    case Format::hl7v2:
      return parts_->hl7v2(std::move(bytes), options);
    case Format::gp2gp:
      return parts_->gp2gp(std::move(bytes), options);
    case Format::emis:
    case Format::tpp:
      return Error{Kind::unsupported, "an extract is a folder of files", ""};
  }
  return Error{Kind::unsupported, "no maps for this format", ""};
}

Result<Translation> Translator::Parts::gpconnect(std::string bytes,
                                                 const TranslateOptions& options) const {
  LET(auto read, record::read_gpconnect(definitions, std::move(bytes), options.limits));
  drop_bad_values(definitions, read.tree, read.issues);
  // The result's texts point into the record, which must therefore live as long.
  const auto record = std::make_shared<const record::GpConnectRecord>(std::move(read));
  Translation made{Tree(definitions.names()), record->issues, {}, {}};
  const auto owner = owner_of(record->owner, record->subject, "Bundle", options, made.issues);
  MapRun map_run(owner, options);
  map_run.options.resolve = [&](std::string_view reference) {
    return record::resolve(*record, reference);
  };

  made.bundle.keep(record);
  const NodeRef source{&record->tree, record->bundle};
  LET(const auto run,
      mapping::transform(maps, gpconnect_map, {&source, 1}, made.bundle, map_run.options));
  const auto place = [&](NodeRef node) { return record::place(definitions, node); };
  add_report(maps, run, place, options.trace, made);

  Finish finish(definitions, made.bundle, options.nhs_number_check, [&](NodeId reference) {
    return unmapped(definitions, *record, run.origins[reference]);
  });
  add_finish(finish, made);
  return made;
}

// The record of a whole message, with its attachments.
Result<Translation> Translator::Parts::gp2gp_message(std::string bytes,
                                                     const TranslateOptions& options) const {
  LET(auto message, record::read_gp2gp_message(std::move(bytes), options.limits));
  LET(auto made, gp2gp(std::move(message.record), options));
  made.issues.insert(made.issues.begin(), message.issues.begin(), message.issues.end());
  made.bundle.keep(message.keep);
  add_attachments(definitions, message.attachments, options.limits, made);
  return made;
}

Result<Translation> Translator::Parts::gp2gp(std::string bytes,
                                             const TranslateOptions& options) const {
  if (record::is_gp2gp_message(bytes)) return gp2gp_message(std::move(bytes), options);
  LET(auto read, record::read_gp2gp(definitions.names(), std::move(bytes), options.limits));
  const auto record = std::make_shared<const record::Gp2gpRecord>(std::move(read));
  Translation made{Tree(definitions.names()), record->issues, {}, {}};
  record::Gp2gpPlaces places(record->tree);
  const auto place = [&places](NodeRef node) { return places.place(node); };
  MapRun map_run(owner_of(record->owner, "", "EhrExtract", options, made.issues), options);
  map_run.options.resolve = [&](std::string_view id) { return record::resolve(*record, id); };
  map_run.options.place = place;

  made.bundle.keep(record);
  const NodeRef source{&record->tree, record->tree.root()};
  LET(const auto run,
      mapping::transform(maps, gp2gp_map, {&source, 1}, made.bundle, map_run.options));
  add_report(maps, run, place, options.trace, made);
  // A reference that leads nowhere meant what the id it was made of names.
  const auto root = definitions.names().find("root");
  Finish finish(definitions, made.bundle, options.nhs_number_check, [&](NodeId reference) {
    const auto& origin = run.origins[reference];
    if (origin.tree != &record->tree || record->tree[origin.source].name != root) return Unmapped{};
    return Unmapped{"", "https://PSSAdaptor/" + record->owner,
                    std::string(record->tree.text(origin.source))};
  });
  add_finish(finish, made);
  return made;
}

const record::ExtractPlan* Translator::extract_plan(Format format) const {
  const auto found = parts_->extracts.find(format);
  return found == parts_->extracts.end() ? nullptr : &found->second;
}

const model::Definitions& Translator::definitions() const {
  return parts_->definitions;
}

Result<Translator::Written> Translator::write(Format format, std::string bundle,
                                              const TranslateOptions& options) const {
  if (format == Format::gp2gp) return write_gp2gp(std::move(bundle), options);
  if (format == Format::hl7v2) {
    LET(auto message, write_hl7v2(parts_->definitions, hl7v2(), std::move(bundle), options));
    return Written{std::move(message.bytes), std::move(message.report)};
  }
  if (format != Format::bars && format != Format::gpconnect)
    return Error{Kind::unsupported, "FHIR is not written in this format", ""};
  const auto write_fhir = format == Format::bars ? write_bars : write_gpconnect;
  LET(auto made, write_fhir(parts_->definitions, parts_->maps, std::move(bundle), options));
  Written written{"", std::move(made)};
  model::write_json(parts_->definitions, written.report.bundle, written.report.bundle.root(),
                    written.bytes);
  return written;
}

Result<Translator::Written> Translator::write_gp2gp(std::string bundle,
                                                    const TranslateOptions& options) const {
  const auto& definitions = parts_->definitions;
  LET(auto read, model::read_resource(definitions, std::move(bundle), options.limits));
  if (read.tree[read.tree.root()].type != definitions.common().bundle)
    return Error{Kind::invalid, "what becomes a GP2GP record is a Bundle", ""};
  const auto source = std::make_shared<const Tree>(std::move(read.tree));
  Written made{"", {Tree(definitions.names()), std::move(read.issues), {}, {}}};
  made.report.bundle.keep(source);
  auto& extract = made.report.bundle;
  extract.set_name(extract.root(), extract.local_name("EhrExtract"));
  const auto links = std::make_shared<const Tree>(gp2gp_links(definitions, *source));
  made.report.bundle.keep(links);
  MapRun map_run(options.key_prefix, options);
  map_run.options.resolve = [&](std::string_view named) { return linked_node(*source, named); };
  const std::array roots{NodeRef{source.get(), source->root()},
                         NodeRef{links.get(), links->root()}};
  LET(const auto run,
      mapping::transform(parts_->maps, gp2gp_send, roots, extract, map_run.options));
  add_report(parts_->maps, run, {}, options.trace, made.report);
  made.bytes = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  LET_DONE(record::write_gp2gp(extract, extract.root(), made.bytes, made.report.issues));
  return made;
}

const mapping::Maps& Translator::maps() const {
  return parts_->maps;
}

Hl7v2Maps Translator::hl7v2() const {
  return {parts_->maps, parts_->grammar};
}

Result<Translation> Translator::Parts::hl7v2(std::string bytes,
                                             const TranslateOptions& options) const {
  Translation made{Tree(definitions.names()), {}, {}, {}};
  LET(const auto done, run_hl7v2({maps, grammar}, std::move(bytes), options, made.bundle));
  made.issues = done.message->issues;
  record::Hl7v2Places places(done.message->tree);
  const auto place = [&places](NodeRef node) { return places.place(node); };
  add_report(maps, done.run, place, options.trace, made);
  Finish finish(definitions, made.bundle, options.nhs_number_check,
                [](NodeId) { return Unmapped{}; });
  add_finish(finish, made);
  return made;
}

}  // namespace fingerpost::exchange
