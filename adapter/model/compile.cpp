#include "model/compile.h"

#include "model/compile_types.h"

#include <algorithm>

namespace fingerpost::model {
namespace {

bool wanted(std::string_view text) {
  for (const auto kind : {"StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap",
                          "SearchParameter", "CompartmentDefinition"})
    if (text.find("\"" + std::string(kind) + "\"") != std::string_view::npos) return true;
  return false;
}

std::vector<ParsedFile> parse_all(std::span<const PackageFiles> packages, Issues& issues) {
  Limits limits;
  limits.depth = 128;
  std::vector<ParsedFile> parsed;
  for (const auto& package : packages) {
    for (const auto& file : package.files) {
      if (!wanted(std::string_view(file.text).substr(0, 4096))) continue;
      auto document = wire::parse_json(file.text, limits);
      if (document) {
        parsed.push_back({file.name, package.model, *std::move(document)});
      } else {
        issues.push_back({Severity::error, "invalid", file.name, document.error().text});
      }
    }
  }
  // The order of a folder's listing must not show in the bytes.
  std::stable_sort(parsed.begin(), parsed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.model, a.name) < std::tie(b.model, b.name);
  });
  return parsed;
}

void bind_value_sets(Tables& tables, const TypeCompiler& types, ValueSetCompiler& value_sets) {
  for (const auto& bound : types.bound())
    tables.elements[bound.element].value_set = value_sets.compile(bound.value_set);
}

Compiled compile_into(Tables& tables, std::span<const PackageFiles> packages) {
  Compiled made;
  const auto files = parse_all(packages, made.issues);
  TypeCompiler types(tables, made.issues);
  ValueSetCompiler value_sets(tables);
  for (const auto& file : files) {
    types.add(file);
    if (file.model != Model::stu3) value_sets.add(file);
  }
  types.finish();
  bind_value_sets(tables, types, value_sets);
  for (const auto& file : files) {
    if (file.model != Model::r4) continue;
    add_search_parameter(tables, types, file);
    add_source(tables, file);
  }
  made.bytes = tables.bytes();
  return made;
}

template <class Row>
std::vector<Row> rows(std::span<const Row> from) {
  return {from.begin(), from.end()};
}

}  // namespace

Result<Compiled> compile(std::span<const PackageFiles> packages) {
  Tables tables;
  Compiled made = compile_into(tables, packages);
  const NameId patient = tables.names.find("Patient");
  const bool has_base =
      std::any_of(tables.types.begin(), tables.types.end(), [&](const Type& type) {
        return type.model == Model::r4 && type.name == patient && patient != no_name;
      });
  if (!has_base) return Error{Kind::invalid, "no R4 base definitions among the packages", ""};
  return made;
}

Result<Compiled> extend(const Definitions& base, std::span<const DefinitionFile> models) {
  Tables tables;
  for (NameId name = 1; name < base.names().size(); ++name)
    tables.names.intern(base.names().text(name));
  base.copy_to(tables);
  PackageFiles package{Model::logical, rows(models)};
  return compile_into(tables, {&package, 1});
}

}  // namespace fingerpost::model
