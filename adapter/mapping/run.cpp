#include "mapping/run.h"

#include "model/json.h"

#include <algorithm>

namespace fingerpost::mapping {

Run::Run(const Program& program, Tree& target, const RunOptions& options)
    : program_(program),
      options_(options),
      out_(target),
      tree_(target),
      environment_(options.limits) {
  environment_.reads = this;
  if (options.resolve)
    environment_.resolve = [this](std::string_view reference, NodeRef) {
      return options_.resolve(reference);
    };
  environment_.conforms_to = [this](NodeRef node, std::string_view profile) -> Result<bool> {
    const TypeId type = definitions().find(profile);
    if (type == no_type) return Error{Kind::not_found, "the profile is not loaded", ""};
    return definitions().is_a((*node.tree)[node.node].type, type);
  };
  if (options.world) options.world(environment_);
}

Result<Transformed> Run::transform(Index group, std::span<const NodeRef> sources) {
  std::vector<Value> arguments;
  if (!bind_sources(group, sources, arguments)) return failure_;
  if (!sources.empty()) item_ = current_ = sources[0];
  constexpr std::size_t frames = 512;  // values of those nested as deep as maps commonly go
  top_ = program_.parameters.size();
  stack_.resize(std::max(top_, frames));
  constexpr std::size_t most_reserved = 100'000;
  std::size_t nodes = 0;
  for (const auto& source : sources) nodes += source.tree->size();
  out_.reserve(std::min(nodes, most_reserved));
  for (const auto& parameter : options_.parameters) {
    if (parameter.name == "now") environment_.now = parameter.value;
    for (std::size_t i = 0; i < program_.parameters.size(); ++i)
      if (program_.parameters[i] == parameter.name) stack_[i] = parameter.value;
  }
  if (!call(group, arguments)) return failure_;
  prune(tree_.root());
  Transformed made;
  made.findings = std::move(findings_);
  made.origins = out_.take_origins();
  made.reads = std::move(reads_);
  return made;
}

bool Run::bind_sources(Index group, std::span<const NodeRef> sources,
                       std::vector<Value>& arguments) {
  const Range range = program_.groups[group].parameters;
  std::size_t next = 0;
  for (Index i = 0; i < range.count; ++i) {
    const auto& parameter = program_.group_parameters[range.first + i];
    if (parameter.mode == Mode::target) {
      if (tree_[tree_.root()].type == no_type && parameter.type != no_type)
        out_.set_type(tree_.root(), parameter.type);
      arguments.emplace_back(NodeRef{&tree_, tree_.root()});
    } else if (next < sources.size()) {
      arguments.emplace_back(sources[next++]);
    } else {
      arguments.emplace_back();  // a source that was not given is empty
    }
  }
  if (next < sources.size()) return fail(Kind::invalid, "the map takes fewer sources");
  for (const auto& source : sources) {
    const auto same = std::find_if(reads_.begin(), reads_.end(),
                                   [&](const Reads& reads) { return reads.tree == source.tree; });
    if (same != reads_.end()) {
      same->root = source.tree->root();
      continue;
    }
    reads_.push_back({source.tree, source.node, {}});
    reads_.back().of.resize(source.tree->size() + 1);
  }
  return true;
}

bool Run::fail(Kind kind, std::string text) {
  failure_ = {kind, std::move(text) + rule_text(), place_text(current_)};
  return false;
}

bool Run::fail(const Error& error) {
  return fail(error.kind, error.text);
}

void Run::find(Severity severity, std::string_view code, std::string text) {
  findings_.push_back(
      {{severity, std::string(code), place_text(current_), std::move(text)}, current_, rule_});
}

std::string Run::place_text(NodeRef node) const {
  if (!node) return {};
  if (options_.place) return options_.place(node);
  return model::location(definitions(), *node.tree, node.node);
}

std::string Run::rule_text() const {
  const auto& info = program_.places[rule_];
  if (info.line == 0)
    return program_.texts[info.file].empty() ? "" : " (" + program_.texts[info.file] + ")";
  return " (" + program_.texts[info.file] + ":" + std::to_string(info.line) + ")";
}

void Run::mark(NodeRef node, Read how) {
  for (auto& reads : reads_) {
    if (reads.tree != node.tree) continue;
    auto& at = reads.of[node.node];
    at = std::max(at, static_cast<std::uint8_t>(how));
    return;
  }
}

bool Run::looked_at_step() {
  ticks_ = 0;
  if (environment_.steps_left == 0)
    return fail(Kind::too_costly, "the transformation is over the limit steps");
  --environment_.steps_left;
  if (tree_.size() > options_.limits.nodes)
    return fail(Kind::too_costly, "the result is over the limit nodes");
  if (out_.bytes() > options_.output_bytes)
    return fail(Kind::too_costly, "the result is over the bound of its bytes");
  if (environment_.out_of_time && environment_.out_of_time())
    return fail(Kind::too_costly, "the transformation takes longer than allowed");
  return true;
}

const path::Expression* Run::expression(Index index) {
  const auto& found = program_.expressions[index];
  if (found) return &found;
  fail(program_.mistakes.at(index));
  return nullptr;
}

bool Run::evaluate(Index index, const Value& focus, path::Collection& out) {
  const auto* const compiled = expression(index);
  if (compiled == nullptr) return false;
  environment_.variables = {stack_.data() + base_, program_.groups[group_].slots};
  auto answer = path::evaluate(*compiled, focus, environment_);
  if (!answer) return fail(answer.error());
  out = *std::move(answer);
  return true;
}

bool Run::test(Index index, const Value& focus, bool& answer) {
  const auto* const compiled = expression(index);
  if (compiled == nullptr) return false;
  environment_.variables = {stack_.data() + base_, program_.groups[group_].slots};
  const auto tested = path::test(*compiled, focus, environment_);
  if (!tested) return fail(tested.error());
  answer = *tested;
  return true;
}

bool Run::call(Index index, std::span<const Value> arguments) {
  const Group& group = program_.groups[index];
  if (++depth_ > options_.limits.expression_depth)
    return fail(Kind::too_costly, "groups call each other over the limit expression_depth");
  if (group.extends != none && !call(group.extends, arguments)) return false;
  const std::size_t caller = base_;
  const Index caller_group = group_;
  const std::size_t parameters = program_.parameters.size();
  const std::size_t base = top_;
  const std::size_t given = base + parameters + arguments.size();
  const std::size_t top = std::max(base + group.slots, given);
  if (top > stack_.size()) stack_.resize(top * 2);
  // The caller's frame, or at first the run's own parameters, which stand at 0.
  std::copy_n(stack_.data() + caller, parameters, stack_.data() + base);
  std::copy(arguments.begin(), arguments.end(), stack_.data() + base + parameters);
  std::fill(stack_.data() + given, stack_.data() + top, Value());
  base_ = base;
  top_ = top;
  group_ = index;
  const bool done = rules(group.rules);
  base_ = caller;
  group_ = caller_group;
  top_ = base;
  --depth_;
  return done;
}

// An error inside is taken back and told, and the run goes on. Limits end the run all the same.
bool Run::call_isolated(Index group, std::span<const Value> arguments) {
  const auto mark = out_.mark();
  const auto shares = share_order_.size();
  const auto items = items_.size();
  const auto top = top_;
  const auto base = base_;
  const auto caller = group_;
  const auto depth = depth_;
  const auto current = current_;
  const auto item = item_;
  const auto rule = rule_;
  if (call(group, arguments)) {
    out_.keep(mark);
    return true;
  }
  if (failure_.kind == Kind::too_costly) {
    out_.keep(mark);
    return false;
  }
  out_.roll_back(mark);
  for (; share_order_.size() > shares; share_order_.pop_back()) shares_.erase(share_order_.back());
  drop_items(items);
  top_ = top;
  base_ = base;
  group_ = caller;
  depth_ = depth;
  findings_.push_back(
      {{Severity::error, failed_code_, failure_.where, failure_.text}, current_, rule_});
  failed_code_ = "processing";
  current_ = current;
  item_ = item;
  rule_ = rule;
  return true;
}

bool Run::rules(Range range) {
  for (Index i = 0; i < range.count; ++i)
    if (!rule(program_.rules[range.first + i], 0)) return false;
  return true;
}

// For each item of this source, the next source; after the last, what the rule does.
bool Run::rule(const Rule& rule, Index source_index) {
  if (source_index == rule.sources.count) return apply(rule);
  const Source& source = program_.sources[rule.sources.first + source_index];
  rule_ = rule.id;
  if (source.simple) {
    bool done = false;
    if (!simple_source(rule, source_index, done)) return false;
    if (done) return true;
  }
  const std::size_t begin = items_.size();
  if (!gather(source)) return false;
  return items_.size() == begin || each_item(rule, source_index, begin);
}

bool Run::each_item(const Rule& rule, Index source_index, std::size_t begin) {
  const Source& source = program_.sources[rule.sources.first + source_index];
  const NodeRef outer = current_;
  const Value outer_item = item_;
  for (std::size_t i = begin; i < items_.size(); ++i) {
    const Value item = items_[i];
    if (!with_item(rule, source_index, source, item)) return false;
  }
  drop_items(begin);
  current_ = outer;
  item_ = outer_item;
  return true;
}

bool Run::apply(const Rule& rule) {
  out_.from(current_, rule.id);
  if (rule.shorthand) return shorthand(rule);
  for (Index i = 0; i < rule.targets.count; ++i)
    if (!target(program_.targets[rule.targets.first + i])) return false;
  if (rule.calls.count != 0 && !calls(rule)) return false;
  return rule.rules.count == 0 || rules(rule.rules);
}

bool Run::calls(const Rule& rule) {
  for (Index i = 0; i < rule.calls.count; ++i) {
    const Call& to = program_.calls[rule.calls.first + i];
    constexpr std::size_t few = 6;
    Value some[few];
    std::vector<Value> many(to.arguments.count > few ? to.arguments.count : 0);
    Value* const arguments = many.empty() ? some : many.data();
    bool given = true;
    const Range parameters = program_.groups[to.group].parameters;
    for (Index a = 0; a < to.arguments.count; ++a) {
      if (!argument(program_.arguments[to.arguments.first + a], arguments[a])) return false;
      const bool wants = a < parameters.count &&
                         program_.group_parameters[parameters.first + a].mode == Mode::target;
      if (wants && arguments[a].none()) given = false;
    }
    if (!given) continue;  // a target that was not made has nothing to be put into
    if (!enter(to.group, {arguments, to.arguments.count})) return false;
    rule_ = rule.id;
    out_.from(current_, rule.id);
  }
  return true;
}

// Takes out elements that were made and given nothing: FHIR has no empty element. Each node is
// looked at twice, however many of a parent's children go.
void Run::prune(NodeId first) {
  const auto size = static_cast<NodeId>(tree_.size());
  const auto is_empty = [&](NodeId node) {
    const Node& at = tree_[node];
    return at.shape == Shape::object && at.first_child == no_node &&
           definitions().type(at.type).kind != model::TypeKind::resource;
  };
  NodeId any = first + 1;
  while (any <= size && !is_empty(any)) ++any;
  if (any > size) return;
  std::vector<NodeId> children(size + 1);  // that stay
  std::vector<bool> stands(size + 1), goes(size + 1), changes(size + 1);
  for (NodeId node = 1; node <= size; ++node)
    for (NodeId at = tree_[node].first_child; at != no_node; at = tree_[at].next) {
      ++children[node];
      stands[at] = true;
    }
  for (NodeId node = size; node > first; --node) {  // those below a node are newer
    const Node& at = tree_[node];
    if (!stands[node] || at.shape != Shape::object || children[node] != 0 ||
        definitions().type(at.type).kind == model::TypeKind::resource)
      continue;
    goes[node] = changes[at.parent] = true;
    --children[at.parent];
  }
  for (NodeId node = first; node <= size; ++node)
    if (changes[node]) out_.keep_children(node, [&](NodeId child) { return !goes[child]; });
}

}  // namespace fingerpost::mapping
