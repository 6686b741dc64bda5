#include "model/compile_types.h"

#include <algorithm>
#include <tuple>

namespace fingerpost::model {
namespace {
constexpr int import_depth = 8;  // value sets that include value sets
}

void ValueSetCompiler::add(const ParsedFile& file) {
  const auto root = file.root();
  const auto kind = root["resourceType"].text();
  if (kind == "ValueSet") value_sets_.emplace(root["url"].text(), root);
  if (kind == "CodeSystem") code_systems_.emplace(root["url"].text(), root);
}

std::uint32_t ValueSetCompiler::compile(std::string_view canonical) {
  const auto [place, fresh] = done_.try_emplace(std::string(canonical), 0);
  if (!fresh) return place->second;
  Expansion expansion;
  expand(canonical, 0, expansion);
  if (!expansion.complete || expansion.codes.empty()) {
    ValueSet unknown;
    unknown.url = tables_.names.intern(canonical);
    tables_.value_sets.push_back(unknown);
    return done_[std::string(canonical)] =
               static_cast<std::uint32_t>(tables_.value_sets.size() - 1);
  }
  const auto text = [this](const Code& code) {
    return std::pair(tables_.names.text(code.code), tables_.names.text(code.system));
  };
  auto& codes = expansion.codes;
  std::sort(codes.begin(), codes.end(),
            [&](const Code& a, const Code& b) { return text(a) < text(b); });
  const auto same = [&](const Code& a, const Code& b) { return text(a) == text(b); };
  codes.erase(std::unique(codes.begin(), codes.end(), same), codes.end());
  ValueSet set;
  set.url = tables_.names.intern(canonical);
  set.first_code = static_cast<std::uint32_t>(tables_.codes.size());
  set.code_count = static_cast<std::uint32_t>(codes.size());
  set.complete = true;
  tables_.codes.insert(tables_.codes.end(), codes.begin(), codes.end());
  tables_.value_sets.push_back(set);
  return done_[std::string(canonical)] = static_cast<std::uint32_t>(tables_.value_sets.size() - 1);
}

void ValueSetCompiler::expand(std::string_view url, int depth, Expansion& into) {
  const auto found = value_sets_.find(std::string(without_version(url)));
  if (found == value_sets_.end() || depth > import_depth) {
    into.complete = false;
    return;
  }
  const auto compose = found->second["compose"];
  if (!compose || compose["exclude"]) into.complete = false;
  compose["include"].each([&](wire::JsonView part) { include(part, depth, into); });
}

void ValueSetCompiler::include(wire::JsonView part, int depth, Expansion& into) {
  if (part["filter"]) {
    into.complete = false;
    return;
  }
  part["valueSet"].each([&](wire::JsonView url) { expand(url.text(), depth + 1, into); });
  const auto system = part["system"].text();
  if (system.empty()) return;
  if (part["valueSet"]) into.complete = false;  // a system narrowed by a value set
  const auto concepts = part["concept"];
  if (concepts) return add_concepts(system, concepts, into);
  add_system(system, into);
}

void ValueSetCompiler::add_system(std::string_view system, Expansion& into) {
  const auto found = code_systems_.find(std::string(system));
  if (found == code_systems_.end() || found->second["content"].text() != "complete") {
    into.complete = false;
    return;
  }
  add_concepts(system, found->second["concept"], into);
}

void ValueSetCompiler::add_concepts(std::string_view system, wire::JsonView concepts,
                                    Expansion& into) {
  const NameId system_name = tables_.names.intern(system);
  concepts.each([&](wire::JsonView from) {
    into.codes.push_back({system_name, tables_.names.intern(from["code"].text()),
                          tables_.names.intern(from["display"].text())});
    add_concepts(system, from["concept"], into);
  });
}

void add_search_parameter(Tables& tables, const TypeCompiler& types, const ParsedFile& file) {
  const auto root = file.root();
  if (root["resourceType"].text() != "SearchParameter" || root["experimental"].is_true()) return;
  if (!root["url"].text().starts_with("http://hl7.org/fhir/SearchParameter/")) return;
  constexpr std::string_view kinds[] = {"number",    "date",     "string", "token",  "reference",
                                        "composite", "quantity", "uri",    "special"};
  const auto kind = std::find(std::begin(kinds), std::end(kinds), root["type"].text());
  if (kind == std::end(kinds)) return;
  SearchParameter made;
  made.code = tables.names.intern(root["code"].text());
  made.url = tables.names.intern(root["url"].text());
  made.expression = tables.names.intern(root["expression"].text());
  made.type = static_cast<SearchType>(kind - std::begin(kinds));
  const auto add_all = [&](wire::JsonView names, std::uint32_t& first, std::uint32_t& count) {
    first = static_cast<std::uint32_t>(tables.targets.size());
    names.each([&](wire::JsonView name) {
      const TypeId type = types.find(Model::r4, name.text());
      if (type != no_type) tables.targets.push_back(type);
    });
    count = static_cast<std::uint32_t>(tables.targets.size()) - first;
  };
  add_all(root["base"], made.first_base, made.base_count);
  add_all(root["target"], made.first_target, made.target_count);
  if (made.base_count > 0) tables.search_parameters.push_back(made);
}

}  // namespace fingerpost::model
