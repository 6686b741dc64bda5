#include "terminology/capabilities.h"

#include "terminology/content.h"
#include "terminology/expansion_parameters.h"
#include "terminology/writer.h"

namespace fingerpost::terminology {
namespace {

void write_expansion(const Writer& to, NodeId root) {
  const auto& types = to.definitions.common();
  const NodeId node =
      to.object(root, "expansion", to.definitions.find("TerminologyCapabilities.expansion"));
  to.flag(node, "hierarchical", true);
  to.flag(node, "paging", true);
  to.flag(node, "incomplete", false);
  for (const auto& parameter : expansion_parameters)
    to.text(to.object(node, "parameter",
                      to.definitions.find("TerminologyCapabilities.expansion.parameter")),
            "name", types.code, parameter.name);
  to.text(node, "textFilter", types.markdown,
          "Each word is looked for, without regard to case, in the code and all its names");
}

void write_systems(const Writer& to, NodeId root, const Terminology& terminology) {
  const auto& types = to.definitions.common();
  const TypeId system = to.definitions.find("TerminologyCapabilities.codeSystem");
  const TypeId version = to.definitions.find("TerminologyCapabilities.codeSystem.version");
  for (const auto& content : terminology.contents())
    for (const auto& row : content->code_systems) {
      if (row.whole == Whole::supplement) continue;
      const NodeId node = to.object(root, "codeSystem", system);
      to.text(node, "uri", types.canonical, content->text(row.url));
      if (row.version.size == 0) continue;
      to.text(to.object(node, "version", version), "code", types.string,
              content->text(row.version));
    }
}

}  // namespace

Tree capabilities(const model::Definitions& definitions, const Terminology& terminology,
                  std::string_view software_version, std::string_view now) {
  Tree tree = make_resource(definitions, "TerminologyCapabilities");
  const Writer to(definitions, tree);
  const auto& types = definitions.common();
  const NodeId root = tree.root();
  to.text(root, "version", types.string, software_version);
  to.text(root, "name", types.string, "Fingerpost");
  to.text(root, "title", types.string, "Terminology of the Fingerpost gateway");
  to.text(root, "status", types.code, "active");
  to.text(root, "date", types.date_time, now);
  to.text(root, "kind", types.code, "instance");
  const NodeId software =
      to.object(root, "software", definitions.find("TerminologyCapabilities.software"));
  to.text(software, "name", types.string, "Fingerpost");
  to.text(software, "version", types.string, software_version);
  write_systems(to, root, terminology);
  write_expansion(to, root);
  to.text(root, "codeSearch", types.code, "all");
  to.flag(to.object(root, "validateCode", definitions.find("TerminologyCapabilities.validateCode")),
          "translations", true);
  to.flag(to.object(root, "translation", definitions.find("TerminologyCapabilities.translation")),
          "needsMap", false);
  return tree;
}

}  // namespace fingerpost::terminology
