// R4 structuremap.html: the resource form of a map.

#include "base/text.h"
#include "mapping/parse.h"

namespace fingerpost::mapping {
namespace {

class Reader {
 public:
  Reader(const model::Definitions& definitions, const Tree& tree, std::string file)
      : definitions_(definitions), tree_(tree) {
    map_.file = std::move(file);
  }

  Result<MapText> read() {
    const NodeId root = tree_.root();
    if (definitions_.type_name(tree_[root].type) != "StructureMap")
      return error("this is no StructureMap");
    map_.url = text(root, "url");
    map_.name = text(root, "name");
    each(root, "structure", [&](NodeId node) {
      UsesText uses;
      uses.url = text(node, "url");
      uses.alias = text(node, "alias");
      if (uses.alias.empty()) uses.alias = last_part(uses.url);
      const auto mode = text(node, "mode");
      uses.mode = mode == "target" || mode == "produced" ? Mode::target : Mode::source;
      map_.uses.push_back(std::move(uses));
    });
    each(root, "import", [&](NodeId node) { map_.imports.emplace_back(tree_.text(node)); });
    each(root, "contained", [&](NodeId node) { concept_map(node); });
    each(root, "group", [&](NodeId node) { group(node); });
    if (failed_) return error(failure_);
    if (map_.groups.empty()) return error("a map needs a group");
    return std::move(map_);
  }

 private:
  Error error(std::string text) const {
    return {Kind::invalid, std::move(text), map_.file + ":0:0"};
  }
  void fail(std::string text) {
    if (!failed_) failure_ = std::move(text);
    failed_ = true;
  }

  template <class Use>
  void each(NodeId node, std::string_view name, Use use) {
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at))
      if (tree_.name_text(at) == name) use(at);
  }
  NodeId child(NodeId node, std::string_view name) const {
    NodeId at = tree_.first_child(node);
    while (at != no_node && tree_.name_text(at) != name) at = tree_.next(at);
    return at;
  }
  std::string text(NodeId node, std::string_view name) const {
    const NodeId found = child(node, name);
    return found == no_node ? std::string() : std::string(tree_.text(found));
  }
  PathText path(NodeId node, std::string_view name) const { return {text(node, name), {}}; }

  // A contained ConceptMap is named by its id, as '#id'.
  void concept_map(NodeId node) {
    if (definitions_.type_name(tree_[node].type) != "ConceptMap") return;
    ConceptMapText made;
    made.name = text(node, "id");
    each(node, "group", [&](NodeId group) {
      each(group, "element", [&](NodeId element) {
        each(element, "target", [&](NodeId target) {
          made.pairs.push_back({text(group, "source"), text(element, "code"),
                                text(target, "equivalence"), text(group, "target"),
                                text(target, "code")});
        });
      });
    });
    map_.concept_maps.push_back(std::move(made));
  }

  void group(NodeId node) {
    GroupText made;
    made.name = text(node, "name");
    made.extends = text(node, "extends");
    const auto mode = text(node, "typeMode");
    if (mode == "types") made.is_default = Default::types;
    if (mode == "type-and-types") made.is_default = Default::type_and_types;
    each(node, "input", [&](NodeId input) {
      ParameterText parameter;
      parameter.mode = text(input, "mode") == "target" ? Mode::target : Mode::source;
      parameter.name = text(input, "name");
      parameter.type = text(input, "type");
      made.parameters.push_back(std::move(parameter));
    });
    each(node, "rule", [&](NodeId one) { made.rules.push_back(rule(one)); });
    map_.groups.push_back(std::move(made));
  }

  RuleText rule(NodeId node) {
    RuleText made;
    made.name = text(node, "name");
    each(node, "source", [&](NodeId one) { made.sources.push_back(source(one)); });
    each(node, "target", [&](NodeId one) { made.targets.push_back(target(one)); });
    each(node, "rule", [&](NodeId one) { made.rules.push_back(rule(one)); });
    each(node, "dependent", [&](NodeId one) {
      CallText call;
      call.group = text(one, "name");
      each(one, "variable", [&](NodeId variable) {
        call.arguments.push_back(
            {ArgumentText::Kind::variable, std::string(tree_.text(variable)), {}});
      });
      made.calls.push_back(std::move(call));
    });
    if (made.sources.empty()) fail("the rule " + made.name + " has no source");
    return made;
  }

  std::optional<int> number(NodeId node, std::string_view name) const {
    const auto found = text(node, name);
    if (found == "*") return -1;
    const auto value = to_integer(found);
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
  }

  SourceText source(NodeId node) {
    SourceText made;
    made.context = text(node, "context");
    if (auto element = text(node, "element"); !element.empty()) made.path.push_back(element);
    made.type = text(node, "type");
    made.min = number(node, "min");
    made.max = number(node, "max");
    made.variable = text(node, "variable");
    made.condition = path(node, "condition");
    made.check = path(node, "check");
    made.log = path(node, "logMessage");
    if (auto value = text(node, "defaultValue"); !value.empty())
      made.fallback = {path_string(value), {}};
    constexpr std::string_view lists[] = {"", "first", "not_first", "last", "not_last", "only_one"};
    const auto list = text(node, "listMode");
    for (std::size_t i = 0; i < std::size(lists); ++i)
      if (lists[i] == list) made.list = static_cast<SourceList>(i);
    return made;
  }

  TargetText target(NodeId node) {
    TargetText made;
    made.context = text(node, "context");
    if (auto element = text(node, "element"); !element.empty()) made.path.push_back(element);
    made.variable = text(node, "variable");
    made.share = text(node, "listRuleId");
    constexpr std::string_view lists[] = {"", "first", "share", "last", "collate"};
    const auto list = text(node, "listMode");
    for (std::size_t i = 0; i < std::size(lists); ++i)
      if (lists[i] == list) made.list = static_cast<TargetList>(i);
    if (const auto name = text(node, "transform"); !name.empty()) {
      made.transform = transform_named(name);
      if (made.transform == Transform::none) fail("there is no transform " + name);
    }
    each(node, "parameter", [&](NodeId one) { made.arguments.push_back(argument(one)); });
    if (made.transform == Transform::evaluate && !made.arguments.empty())
      made.arguments.back().kind = ArgumentText::Kind::path;
    return made;
  }

  ArgumentText argument(NodeId node) const {
    using K = ArgumentText::Kind;
    const NodeId value = child(node, "value");
    if (value == no_node) return {K::text, "", {}};
    const auto& known = definitions_.common();
    const TypeId type = tree_[value].type;
    K kind = K::text;
    if (type == known.id) kind = K::variable;
    if (type == known.integer) kind = K::integer;
    if (type == known.decimal) kind = K::decimal;
    if (type == known.boolean) kind = K::boolean;
    return {kind, std::string(tree_.text(value)), {}};
  }

  const model::Definitions& definitions_;
  const Tree& tree_;
  MapText map_;
  bool failed_ = false;
  std::string failure_;
};

}  // namespace

Result<MapText> read_structure_map(const model::Definitions& definitions, const Tree& map,
                                   std::string file) {
  return Reader(definitions, map, std::move(file)).read();
}

}  // namespace fingerpost::mapping
