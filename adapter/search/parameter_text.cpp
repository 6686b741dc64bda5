#include "search/parameter_text.h"

#include "base/text.h"

#include <algorithm>
#include <iterator>

namespace fingerpost::search {
namespace {

constexpr std::string_view kinds[] = {"number",    "date",     "string", "token",  "reference",
                                      "composite", "quantity", "uri",    "special"};

class Reader {
 public:
  Reader(const model::Definitions& definitions, NodeRef at)
      : definitions_(definitions), tree_(*at.tree), root_(at.node) {}

  Result<ParameterText> run() {
    ParameterText made;
    made.id = text(root_, "id");
    made.url = text(root_, "url");
    made.code = text(root_, "code");
    made.expression = text(root_, "expression");
    if (made.url.empty()) return refused("url", "it needs a url");
    if (!is_code(made.code))
      return refused("code", "the code must be letters, digits, '-' and '_', a letter first");
    const auto kind = std::find(std::begin(kinds), std::end(kinds), text(root_, "type"));
    if (kind == std::end(kinds)) return refused("type", "there is no such type of parameter");
    made.kind = static_cast<model::SearchType>(kind - std::begin(kinds));
    if (made.expression.empty()) return refused("expression", "it needs an expression");
    LET(made.bases, types("base"));
    if (made.bases.empty()) return refused("base", "it needs a base");
    LET(made.targets, types("target"));
    for (NodeId at = child(root_, "component"); at; at = tree_.next_same(at))
      made.components.push_back({text(at, "definition"), text(at, "expression")});
    if (made.kind == model::SearchType::composite && made.components.empty())
      return refused("component", "a composite parameter needs components");
    return made;
  }

 private:
  static Error refused(std::string_view element, std::string why) {
    return {Kind::invalid, std::move(why), "SearchParameter." + std::string(element)};
  }
  static bool is_code(std::string_view code) {
    return !code.empty() && code.size() <= 64 && is_letter(code[0]) &&
           std::all_of(code.begin(), code.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
  }

  NodeId child(NodeId node, std::string_view name) const {
    return tree_.child(node, definitions_.names().find(name));
  }
  std::string text(NodeId node, std::string_view name) const {
    const NodeId found = child(node, name);
    return found ? std::string(tree_.text(found)) : std::string();
  }

  Result<std::vector<TypeId>> types(std::string_view name) const {
    std::vector<TypeId> found;
    for (NodeId at = child(root_, name); at; at = tree_.next_same(at)) {
      const TypeId type = definitions_.find(tree_.text(at));
      if (type == no_type || definitions_.type(type).kind != model::TypeKind::resource)
        return refused(name, "there is no such type of resource");
      found.push_back(type);
    }
    return found;
  }

  const model::Definitions& definitions_;
  const Tree& tree_;
  const NodeId root_;
};

}  // namespace

Result<ParameterText> read_parameter(const model::Definitions& definitions, NodeRef resource) {
  return Reader(definitions, resource).run();
}

}  // namespace fingerpost::search
