#include "path/quick.h"

#include "path/functions.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace fingerpost::path {
namespace {

bool is_text(const Op& op) {
  return op.apply == apply_constant && op.constant.kind() == Value::Kind::string;
}

bool are_texts(const Op& op) {
  return op.apply == apply_constants &&
         std::all_of(op.constants.begin(), op.constants.end(),
                     [](const Value& value) { return value.kind() == Value::Kind::string; });
}

// $this, a variable, or plain names from one of them. "value" may leave the tree, so it is not.
bool is_place(const Op* op, const Vocabulary& words) {
  if (op == nullptr || op->apply == apply_self || op->apply == apply_variable) return true;
  if (op->apply != apply_path) return false;
  const bool plain = std::all_of(op->steps.begin(), op->steps.end(), [&](const Step& step) {
    return step.how == Step::How::child && step.choice == no_name && step.name != words.value;
  });
  return plain && (op->input == nullptr || op->input->apply == apply_variable);
}

// What an operation compares with literals; null where it does not.
struct Asked {
  Quick::Is is = Quick::Is::none;
  const Op* of = nullptr;
  const Op* literals = nullptr;
  bool negated = false;
};

Asked asked(const Op& op) {
  using Is = Quick::Is;
  if (op.apply == find_operator(Operator::equal))
    return {Is::equal, op.arguments[0], op.arguments[1], false};
  if (op.apply == find_operator(Operator::not_equal))
    return {Is::equal, op.arguments[0], op.arguments[1], true};
  if (op.apply == find_operator(Operator::in))
    return {Is::equal, op.arguments[0], op.arguments[1], false};
  if (op.text == "startsWith") return {Is::start, op.input, op.arguments[0], false};
  if (op.text == "contains" && !op.arguments.empty())
    return {Is::part, op.input, op.arguments[0], false};
  if (op.text == "exists" && op.arguments.empty()) return {Is::present, op.input, nullptr, false};
  if (op.text == "empty") return {Is::present, op.input, nullptr, true};
  return {};
}

// The first node that the steps lead to, and whether there are more, unless one is enough.
struct Found {
  bool one_is_enough = false;
  Value first;
  bool several = false;
  std::size_t visited = 0;

  // False: there is no need to look on.
  bool walk(const Tree& tree, NodeId from, std::span<const Step> steps) {
    const NameId name = steps.front().name;
    for (NodeId at = tree.first_child(from); at != no_node; at = tree.next(at)) {
      ++visited;
      if (tree[at].name != name) continue;
      if (steps.size() > 1) {
        if (!walk(tree, at, steps.subspan(1))) return false;
      } else if (first.none()) {
        first = NodeRef{&tree, at};
        if (one_is_enough) return false;
      } else {
        several = true;
        return false;
      }
    }
    return true;
  }
};

// The operand's values; false when it is no node and yet has steps.
bool find(const Op* of, const Value& self, const Environment& environment, Found& found) {
  const Op* const base = of != nullptr && of->apply == apply_path ? of->input : of;
  const Value* from = &self;
  if (base != nullptr && base->apply == apply_variable) {
    if (base->slot >= environment.variables.size()) return true;
    from = &environment.variables[base->slot];
  }
  if (of == nullptr || of->apply != apply_path) {
    found.first = *from;
    return true;
  }
  if (from->none()) return true;
  if (!from->is_node()) return false;
  found.walk(*from->node().tree, from->node().node, of->steps);
  return true;
}

// The text that a value is compared by. None: it is no text, or not as it stands.
std::optional<std::string_view> text_of(const Value& value, const Program& program) {
  if (value.kind() == Value::Kind::string) return value.string();
  if (!value.is_node()) return {};
  const Node& node = (*value.node().tree)[value.node().node];
  if (node.shape != Shape::string) return {};
  const auto& words = program.words;
  if (node.type != no_type) {
    const NameId type = program.definitions->type(node.type).name;
    if (type == words.date || type == words.date_time || type == words.instant ||
        type == words.time)
      return {};
  }
  return std::string_view(node.text, node.text_size);
}

bool holds(Quick::Is is, std::string_view text, std::string_view literal) {
  if (is == Quick::Is::start) return text.starts_with(literal);
  if (is == Quick::Is::part) return text.find(literal) != std::string_view::npos;
  return text == literal;
}

}  // namespace

void recognise(Op& op, const Vocabulary& words) {
  op.judge = operator_judge(op.apply);
  if (op.judge == nullptr) op.judge = existence_judge(op.apply);
  if (op.text == "not" && op.input != nullptr && op.input->quick.is != Quick::Is::none) {
    op.quick = op.input->quick;
    op.quick.negated = !op.quick.negated;
    return;
  }
  const Asked found = asked(op);
  if (found.is == Quick::Is::none || !is_place(found.of, words)) return;
  const bool single = found.literals != nullptr && is_text(*found.literals);
  const bool list = found.literals != nullptr && are_texts(*found.literals) &&
                    op.apply == find_operator(Operator::in);
  if (found.literals != nullptr && !single && !list) return;
  op.quick = {found.is, found.negated, op.apply == find_operator(Operator::in), found.of,
              found.literals};
}

std::optional<Truth> quick_truth(const Op& op, const Program& program, const Value& self,
                                 Environment& environment) {
  const Quick& quick = op.quick;
  Found found;
  found.one_is_enough = quick.is == Quick::Is::present;
  if (!find(quick.of, self, environment, found)) return {};
  const std::size_t cost = found.visited + 4;
  if (environment.steps_left < cost) return {};
  Truth truth = Truth::unknown;
  if (quick.is == Quick::Is::present) {
    truth = path::truth(!found.first.none());
  } else if (found.several) {
    if (quick.is != Quick::Is::equal || quick.member) return {};
    truth = Truth::no;
  } else if (!found.first.none()) {
    const auto text = text_of(found.first, program);
    if (!text) return {};
    if (found.first.is_node() && environment.reads) environment.reads->read(found.first.node());
    const Op& literals = *quick.literals;
    bool any = false;
    if (literals.apply == apply_constant) {
      any = holds(quick.is, *text, literals.constant.string());
    } else {
      for (const auto& literal : literals.constants) any = any || *text == literal.string();
    }
    truth = path::truth(any);
  }
  environment.steps_left -= cost;
  if (!quick.negated || truth == Truth::unknown) return truth;
  return path::truth(truth == Truth::no);
}

std::optional<Got> lone_value(const Op& op, Run& run, Value& value) {
  if (op.apply == apply_constant) {
    value = op.constant;
    return value.none() ? Got::nothing : Got::value;
  }
  if (!is_place(&op, run.words())) return {};
  Found found;
  if (!find(&op, run.frame.self, run.environment, found) || found.several) return {};
  const std::size_t cost = found.visited + 2;
  if (run.environment.steps_left < cost) return {};
  run.environment.steps_left -= cost;
  value = found.first;
  return value.none() ? Got::nothing : Got::value;
}

}  // namespace fingerpost::path
