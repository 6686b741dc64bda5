// Walking the tree: paths, children, descendants, type names at the start of a path.

#include "path/functions.h"
#include "path/run.h"

#include <algorithm>

namespace fingerpost::path {
namespace {

// The chain of base types by name, so that R4 and STU3 types of one name are one.
bool is_named(const model::Definitions& definitions, TypeId type, NameId name) {
  for (; type != no_type; type = definitions.type(type).base)
    if (definitions.type(type).name == name) return true;
  return false;
}

class Walk {
 public:
  Walk(Run& run, const Op& op, Collection& out)
      : run_(run), limit_(op.limit), steps_(op.steps.data()), count_(op.steps.size()), out_(out) {}

  bool done() const { return limit_ != 0 && out_.size() >= limit_; }
  std::size_t visited() const { return visited_; }

  void from(const Value& value, std::size_t step) {
    if (step == count_) {
      out_.push(value);
    } else if (value.is_node()) {
      from_node(value.node(), step);
    } else {
      from_system(value, step);
    }
  }

 private:
  bool goes_to(const Step& step, const Tree& tree, NodeId child) const {
    const auto& node = tree[child];
    // A name that was not known when this was compiled may have become known since.
    if (step.how == Step::How::text ? tree.name_text_of(node.name) == step.text
                                    : node.name == step.name)
      return true;
    if (step.choice == no_name || node.name != step.choice || node.type == no_type) return false;
    if (run_.definitions().type(node.type).name != step.type) return false;
    // TestScript has responseCode beside response, a code: only value[x] may be called by its type.
    const auto* element = run_.definitions().element(tree[tree.parent(child)].type, step.choice);
    return element == nullptr || element->choice;
  }

  bool may_repeat(TypeId type, const Step& step) const {
    for (const NameId name : {step.name, step.choice}) {
      const auto* element = run_.definitions().element(type, name);
      if (element != nullptr) return element->repeats();
    }
    return true;
  }

  void from_node(NodeRef at, std::size_t index) {
    const Step& step = steps_[index];
    const Tree& tree = *at.tree;
    if (step.how == Step::How::gate &&
        is_named(run_.definitions(), tree[at.node].type, step.type)) {
      from(at, index + 1);
      return;
    }
    const std::size_t before = out_.size();
    bool found = false;
    constexpr int few = 16;
    int since = 0;  // the last that was found
    for (NodeId child = tree.first_child(at.node); child != no_node; child = tree.next(child)) {
      ++visited_;
      if (!goes_to(step, tree, child)) {
        // A Bundle's type stands before its many entries: nobody looks through them for another.
        if (found && ++since == few && !may_repeat(tree[at.node].type, step)) return;
        continue;
      }
      found = true;
      since = 0;
      from(NodeRef{&tree, child}, index + 1);
      if (limit_ != 0 && out_.size() > before && done()) return;
    }
    // `birthDate.value`: the System value of a FHIR primitive.
    if (!found && step.name != no_name && step.name == run_.words().value &&
        tree.has_value(at.node))
      from(run_.system(at), index + 1);
  }

  void from_system(const Value& value, std::size_t index) {
    const auto name = steps_[index].text;
    if (value.kind() == Value::Kind::type) {
      if (name == "name") from(value.type().name, index + 1);
      if (name == "namespace") from(value.type().space, index + 1);
    } else if (value.kind() == Value::Kind::quantity) {
      if (name == "value") from(value.quantity().value, index + 1);
      if (name == "unit" || name == "code") from(value.quantity().unit, index + 1);
    }
  }

  Run& run_;
  std::size_t limit_;
  const Step* steps_;
  std::size_t count_;
  Collection& out_;
  std::size_t visited_ = 0;
};

}  // namespace

bool apply_path(const Op& op, Run& run, Collection& out) {
  Walk walk(run, op, out);
  if (!op.input) {
    if (!run.frame.self.none()) walk.from(run.frame.self, 0);
    return run.spend(op, walk.visited());
  }
  Collection input;
  if (!run.evaluate(*op.input, input)) return false;
  for (const auto& value : input) {
    walk.from(value, 0);
    if (walk.done()) break;
  }
  return run.spend(op, walk.visited());
}

bool apply_self(const Op&, Run& run, Collection& out) {
  if (!run.frame.self.none()) out.push(run.frame.self);
  return true;
}

bool apply_index(const Op& op, Run& run, Collection& out) {
  if (run.frame.index < 0)
    return run.fail(op, "$index has a meaning only where something iterates");
  out.push(run.frame.index);
  return true;
}

bool apply_total(const Op&, Run& run, Collection& out) {
  if (run.frame.total) out.append(*run.frame.total);
  return true;
}

bool apply_context(const Op&, Run& run, Collection& out) {
  const auto& value = run.environment.context.none() ? run.focus : run.environment.context;
  if (!value.none()) out.push(value);
  return true;
}

namespace {

// The resource a node stands in; a contained one counts only for the nearest.
Value resource_around(const Run& run, const Value& focus, bool root) {
  if (!focus.is_node()) return {};
  const Tree& tree = *focus.node().tree;
  for (NodeId at = focus.node().node; at != no_node; at = tree.parent(at)) {
    const auto& node = tree[at];
    if (node.type == no_type || run.definitions().type(node.type).kind != model::TypeKind::resource)
      continue;
    if (!root || node.name != run.words().contained) return NodeRef{&tree, at};
  }
  return {};
}

bool push_resource(const Value& given, Run& run, bool root, Collection& out) {
  const Value value = given.none() ? resource_around(run, run.focus, root) : given;
  if (!value.none()) out.push(value);
  return true;
}

}  // namespace

bool apply_resource(const Op&, Run& run, Collection& out) {
  return push_resource(run.environment.resource, run, false, out);
}

bool apply_root_resource(const Op&, Run& run, Collection& out) {
  return push_resource(run.environment.root_resource, run, true, out);
}

bool apply_constant(const Op& op, Run&, Collection& out) {
  if (!op.constant.none()) out.push(op.constant);
  return true;
}

bool apply_constants(const Op& op, Run&, Collection& out) {
  out.append(op.constants);
  return true;
}

bool matches_type(const Run& run, const TypeTest& test, const Value& value, bool exact) {
  if (value.is_node()) {
    const auto& node = (*value.node().tree)[value.node().node];
    const auto& type = run.definitions().type(node.type);
    // The text of a node that is no FHIR primitive (HL7 v2) is a String.
    if (type.kind != model::TypeKind::primitive && node.shape == Shape::string &&
        test.system == Value::Kind::string)
      return true;
    if (test.fhir == no_name || node.type == no_type) return false;
    if (type.name == test.fhir) return true;
    if (exact && type.kind == model::TypeKind::primitive) return false;
    return is_named(run.definitions(), node.type, test.fhir);
  }
  if (test.any_system) return true;
  if (test.system == Value::Kind::none || value.kind() != test.system) return false;
  return test.system != Value::Kind::temporal || value.temporal().kind == test.temporal;
}

namespace {

bool children(const Op& op, Run& run, Collection& out) {
  Collection input;
  if (!run.input(op, input)) return false;
  for (const auto& value : input) {
    if (!value.is_node()) continue;
    const Tree& tree = *value.node().tree;
    for (NodeId child = tree.first_child(value.node().node); child != no_node;
         child = tree.next(child))
      out.push(NodeRef{&tree, child});
  }
  return true;
}

// Level by level, as repeat(children()) finds them.
bool descendants(const Op& op, Run& run, Collection& out) {
  Collection level;
  if (!run.input(op, level)) return false;
  while (!level.empty()) {
    Collection below;
    for (const auto& value : level) {
      if (!value.is_node()) continue;
      const Tree& tree = *value.node().tree;
      for (NodeId child = tree.first_child(value.node().node); child != no_node;
           child = tree.next(child))
        below.push(NodeRef{&tree, child});
    }
    if (!run.spend(op, below.size())) return false;
    out.append(below);
    if (!run.room_for(op, out.size())) return false;
    level = std::move(below);
  }
  return true;
}

}  // namespace

// A bare name inside where() and its like, that is also a variable's: the item's own element when
// its type has one, or else the variable.
bool apply_element_or_variable(const Op& op, Run& run, Collection& out) {
  const auto& self = run.frame.self;
  if (self.is_node()) {
    const auto& node = (*self.node().tree)[self.node().node];
    const NameId name = op.steps.front().name;
    const bool has = node.type == no_type
                         ? self.node().tree->child(self.node().node, name) != no_node
                         : run.definitions().element(node.type, name) != nullptr;
    if (has && name != no_name) return apply_path(op, run, out);
  }
  return apply_variable(op, run, out);
}

bool apply_variable(const Op& op, Run& run, Collection& out) {
  if (op.slot >= run.environment.variables.size()) return true;
  const auto& value = run.environment.variables[op.slot];
  if (!value.none()) out.push(value);
  return true;
}

std::span<const Function> navigation_functions() {
  static constexpr Function functions[] = {{"children", 0, 0, children},
                                           {"descendants", 0, 0, descendants}};
  return functions;
}

}  // namespace fingerpost::path
