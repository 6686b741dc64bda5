// What a rule's source finds: the items, in order, that its conditions keep.

#include "mapping/run.h"

#include <algorithm>

namespace fingerpost::mapping {

bool Run::gather(const Source& source) {
  const std::size_t begin = items_.size();
  follow(source);
  if (source.bare) return true;
  if (source.type != no_name) {
    const auto wrong = [&](const Value& item) { return !is_of_type(item, source.type); };
    items_.erase(
        std::remove_if(items_.begin() + static_cast<std::ptrdiff_t>(begin), items_.end(), wrong),
        items_.end());
  }
  if (!source.plain()) {
    if (items_.size() == begin && source.fallback != none) {
      path::Collection values;
      if (!evaluate(source.fallback, item_, values)) return false;
      for (const auto& value : values) items_.push_back(value);
    }
    const auto count = static_cast<int>(items_.size() - begin);
    if (source.min >= 0 && count < source.min)
      return fail(Kind::invalid, "fewer values than the rule demands");
    if (source.max >= 0 && count > source.max)
      return fail(Kind::invalid, "more values than the rule allows");
  }
  if (source.condition != none && !keep_conditions(source, begin)) return false;
  if (source.check != none && !check(source, begin)) return false;
  if (source.log != none && !log(source, begin)) return false;
  return source.list == SourceList::all || keep_chosen(source, begin);
}

void Run::follow(const Source& source) {
  const Value& context = slot(source.context);
  if (context.none()) return;
  const std::span way(program_.steps.data() + source.steps.first, source.steps.count);
  if (context.is_node() && !way.empty()) return walk(context.node(), way);
  // A plain value is its own value, and has nothing else below it.
  if (std::all_of(way.begin(), way.end(), [](const PathStep& step) { return step.is_value; }))
    items_.push_back(context);
}

void Run::walk(NodeRef from, std::span<const PathStep> way) {
  const PathStep& step = way.front();
  const Tree& tree = *from.tree;
  const auto arrive = [&](NodeId at) {
    if (way.size() > 1) return walk({&tree, at}, way.subspan(1));
    items_.emplace_back(NodeRef{&tree, at});
  };
  bool found = false;
  for (NodeId at = tree.first_child(from.node); at != no_node; at = tree.next(at)) {
    if (tree[at].name != step.name) continue;
    found = true;
    arrive(at);
  }
  if (found) return;
  if (step.is_value && tree.has_value(from.node)) return arrive(from.node);
  const TypeId type = tree[from.node].type;
  if (!step.typed || type == no_type) return;
  const auto member = definitions().member(type, step.name);
  if (member.element == nullptr || member.element->name == step.name) return;
  for (NodeId at = tree.first_child(from.node); at != no_node; at = tree.next(at))
    if (tree[at].name == member.element->name && tree[at].type == member.type) arrive(at);
}

// By name along the bases, so that a rule may say Quantity for the Quantity of either release.
bool Run::is_of_type(const Value& item, NameId type) const {
  if (!item.is_node())
    return path::type_text(definitions(), item) == definitions().names().text(type);
  TypeId at = (*item.node().tree)[item.node().node].type;
  for (int depth = 0; at != no_type && depth < 16; ++depth) {
    const auto& known = definitions().type(at);
    if (known.name == type) return true;
    if (known.kind == model::TypeKind::primitive) return false;  // a code is no string here
    at = known.base;
  }
  return false;
}

bool Run::keep_conditions(const Source& source, std::size_t begin) {
  std::size_t kept = begin;
  for (std::size_t i = begin; i < items_.size(); ++i) {
    name_item(source, items_[i]);
    bool answer = false;
    if (!test(source.condition, items_[i], answer)) return false;
    if (answer) items_[kept++] = items_[i];
  }
  drop_items(kept);
  return true;
}

bool Run::check(const Source& source, std::size_t begin) {
  for (std::size_t i = begin; i < items_.size(); ++i) {
    name_item(source, items_[i]);
    bool answer = false;
    if (!test(source.check, items_[i], answer)) return false;
    if (items_[i].is_node()) current_ = items_[i].node();
    if (!answer) return fail(Kind::invalid, "a check of the map failed");
  }
  return true;
}

bool Run::log(const Source& source, std::size_t begin) {
  if (!options_.log) return true;
  for (std::size_t i = begin; i < items_.size(); ++i) {
    name_item(source, items_[i]);
    path::Collection values;
    if (!evaluate(source.log, items_[i], values)) return false;
    const auto& info = program_.places[rule_];
    const RulePlace place{program_.texts[info.file], program_.texts[info.group],
                          program_.texts[info.rule], info.line};
    for (const auto& value : values) options_.log(place, path::value_text(definitions(), value));
  }
  return true;
}

bool Run::keep_chosen(const Source& source, std::size_t begin) {
  const std::size_t count = items_.size() - begin;
  if (count == 0) return true;
  const auto first = items_.begin() + static_cast<std::ptrdiff_t>(begin);
  switch (source.list) {
    case SourceList::first:
      drop_items(begin + 1);
      break;
    case SourceList::not_first:
      items_.erase(first);
      break;
    case SourceList::last:
      items_.erase(first, items_.end() - 1);
      break;
    case SourceList::not_last:
      items_.pop_back();
      break;
    case SourceList::only_one:
      if (count > 1) return fail(Kind::invalid, "only_one, but there are several");
      break;
    case SourceList::all:
      break;
  }
  return true;
}

}  // namespace fingerpost::mapping
