#include "record/hl7v2_place.h"

#include <algorithm>
#include <string>

namespace fingerpost::record {

namespace {

// Whether the segment may be the first of the group: strictly, when only optional items stand
// before it; somehow, when it stands anywhere inside.
bool begins(const Hl7v2Group& group, SegmentCode code, bool strictly) {
  for (const auto& item : group.items) {
    if (item.group ? begins(*item.group, code, strictly) : item.segment == code) return true;
    if (strictly && item.required) return false;
  }
  return false;
}

bool accepts(const Hl7v2Item& item, SegmentCode code, bool strictly) {
  return item.group ? begins(*item.group, code, strictly) : item.segment == code;
}

}  // namespace

Placer::Placer(const Hl7v2Group& structure, Tree& tree, Issues& issues)
    : tree_(tree), issues_(issues) {
  tree_.set_name(tree_.root(), structure.name);
  open_.push_back({&structure, tree_.root(), nowhere});
}

NodeId Placer::add(std::string_view segment) {
  const auto code = segment_code(segment);
  if (const NodeId node = place_ahead(code, Begin::strictly)) return node;
  if (const NodeId node = place_ahead(code, Begin::somehow)) {
    report(Severity::warning, segment, "the segment stands without the one that begins its group");
    return node;
  }
  if (const NodeId node = place_behind(code)) {
    report(Severity::warning, segment, "the segment is out of order, or one too many");
    return node;
  }
  const bool local = segment.starts_with('Z');
  report(local ? Severity::information : Severity::warning, segment,
         local ? "a local segment" : "the message structure has no place for this segment");
  return tree_.add(open_.back().node, tree_.local_name(segment), no_type);
}

NodeId Placer::place_ahead(SegmentCode code, Begin begin) {
  for (std::size_t depth = open_.size(); depth-- > 0;) {
    const auto& level = open_[depth];
    const auto& items = level.group->items;
    for (std::size_t i = level.at == nowhere ? 0 : level.at; i < items.size(); ++i) {
      if (i == level.at && !items[i].repeats) continue;
      if (accepts(items[i], code, begin == Begin::strictly)) return fill(depth, i, code, begin);
    }
  }
  return no_node;
}

// Into the message itself, without moving on or back in it.
NodeId Placer::place_behind(SegmentCode code) {
  const auto at = open_.front().at;
  const auto& items = open_.front().group->items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!accepts(items[i], code, true)) continue;
    const NodeId node = fill(0, i, code, Begin::strictly);
    open_.front().at = at;
    return node;
  }
  return no_node;
}

NodeId Placer::fill(std::size_t depth, std::size_t i, SegmentCode code, Begin begin) {
  open_.resize(depth + 1);
  open_[depth].at = i;
  const auto& item = open_[depth].group->items[i];
  const NodeId node = tree_.add(open_[depth].node, item.name, no_type);
  return item.group ? descend(*item.group, node, code, begin) : node;
}

NodeId Placer::descend(const Hl7v2Group& group, NodeId node, SegmentCode code, Begin begin) {
  const auto found = std::find_if(
      group.items.begin(), group.items.end(),
      [&](const Hl7v2Item& item) { return accepts(item, code, begin == Begin::strictly); });
  open_.push_back({&group, node, nowhere});
  return fill(open_.size() - 1, static_cast<std::size_t>(found - group.items.begin()), code, begin);
}

void Placer::report(Severity severity, std::string_view segment, const char* text) {
  issues_.push_back({severity, "structure", std::string(segment), text});
}

void Placer::finish() {
  check_required(*open_.front().group, tree_.root());
}

void Placer::check_required(const Hl7v2Group& group, NodeId node) {
  for (const auto& item : group.items) {
    NodeId child = tree_.child(node, item.name);
    if (item.required && child == no_node) {
      const auto& missing = item.group ? item.group->items.front() : item;
      issues_.push_back({Severity::warning, "required",
                         std::string(tree_.names().text(missing.name)),
                         "the message structure wants this segment"});
    }
    for (; item.group && child != no_node; child = tree_.next_same(child))
      check_required(*item.group, child);
  }
}

}  // namespace fingerpost::record
