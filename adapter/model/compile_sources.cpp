#include "model/compile_types.h"

#include <algorithm>

namespace fingerpost::model {
namespace {

using Kind = wire::JsonToken::Kind;

// Writes a value as compact JSON. Narrative, and the mappings to other standards, are left out:
// they are most of a definition's bytes, and nothing reads them.
void write(wire::JsonView value, std::string& out, int depth) {
  const auto separate = [&out](char open) {
    if (out.back() != open) out += ',';
  };
  switch (value.kind()) {
    case Kind::object:
      out += '{';
      value.members([&](std::string_view name, wire::JsonView member) {
        if (name == "mapping" || (name == "text" && depth == 0)) return;
        separate('{');
        wire::write_json_string(out, name);
        out += ':';
        write(member, out, depth + 1);
      });
      out += '}';
      return;
    case Kind::array:
      out += '[';
      value.each([&](wire::JsonView item) {
        separate('[');
        write(item, out, depth + 1);
      });
      out += ']';
      return;
    case Kind::string:
      return wire::write_json_string(out, value.text());
    case Kind::number:
    case Kind::boolean:
      out += value.text();
      return;
    default:
      out += "null";
  }
}

}  // namespace

void add_source(Tables& tables, const ParsedFile& file) {
  const auto root = file.root();
  const auto kind = root["resourceType"].text();
  const auto url = root["url"].text();
  constexpr std::string_view kept[] = {"StructureDefinition", "ValueSet", "CodeSystem",
                                       "ConceptMap", "CompartmentDefinition"};
  // Of search parameters the tables say all, but for what a composite one is made of.
  const bool composite = kind == "SearchParameter" && root["type"].text() == "composite";
  const bool is_kept = std::find(std::begin(kept), std::end(kept), kind) != std::end(kept);
  if (url.empty() || !(is_kept || composite)) return;
  std::string text;
  write(root, text, 0);
  Source source;
  source.url = tables.names.intern(url);
  source.kind = tables.names.intern(kind);
  source.offset = tables.source_texts.size();
  source.size = text.size();
  tables.sources.push_back(source);
  tables.source_texts.insert(tables.source_texts.end(), text.begin(), text.end());
}

}  // namespace fingerpost::model
