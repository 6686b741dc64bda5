// One run of a program over its sources. Private to the room.
//
// Members that do work answer false when the run has failed; failure() then says why. What an
// isolated group fails at is taken back and becomes a finding.

#pragma once

#include "mapping/dates.h"
#include "mapping/fml.h"
#include "mapping/ids.h"
#include "mapping/program.h"
#include "mapping/writer.h"
#include "path/fhirpath.h"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::mapping {

class Run final : private path::ReadRecorder {
 public:
  Run(const Program& program, Tree& target, const RunOptions& options);
  Result<Transformed> transform(Index group, std::span<const NodeRef> sources);

 private:
  using Value = path::Value;

  // Where a target goes: an element of a parent, or the parent's own value.
  struct Place {
    NodeId parent = no_node;
    NameId name = no_name;
    const model::Element* element = nullptr;  // null: the parent's type is not known
    TypeId type = no_type;                    // when the name says it: valueString
    bool own = false;
  };

  struct Coded {
    std::string_view system, code, display;
  };
  struct Translated {
    bool found = false;
    bool as_text = false;
    Coded coded;
  };

  // run.cpp: groups and rules; run_source.cpp: their sources.
  bool bind_sources(Index group, std::span<const NodeRef> sources, std::vector<Value>& arguments);
  bool call(Index group, std::span<const Value> arguments);
  bool call_isolated(Index group, std::span<const Value> arguments);
  bool enter(Index group, std::span<const Value> arguments) {  // as the group wants to be called
    return program_.groups[group].isolated ? call_isolated(group, arguments)
                                           : call(group, arguments);
  }
  bool rules(Range range);
  bool rule(const Rule& rule, Index source);
  bool each_item(const Rule& rule, Index source, std::size_t begin);
  bool with_item(const Rule& rule, Index source_index, const Source& source, const Value& item) {
    rule_ = rule.id;
    item_ = slot(source.variable) = item;
    if (item.is_node() && item.node().tree != &tree_) current_ = item.node();
    if (!step()) return false;
    return source_index + 1 == rule.sources.count ? apply(rule)
                                                  : this->rule(rule, source_index + 1);
  }
  bool apply(const Rule& rule);
  bool calls(const Rule& rule);
  bool gather(const Source& source);  // appends to items_
  void follow(const Source& source);
  void walk(NodeRef from, std::span<const PathStep> way);
  void drop_items(std::size_t begin) {
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(begin), items_.end());
  }
  bool is_of_type(const Value& item, NameId type) const;
  bool keep_chosen(const Source& source, std::size_t begin);
  void name_item(const Source& source, const Value& item) {
    slot(source.variable) = item;
    if (source.item != no_slot) slot(source.item) = item;
  }
  bool keep_conditions(const Source& source, std::size_t begin);
  bool check(const Source& source, std::size_t begin);
  bool log(const Source& source, std::size_t begin);
  bool shorthand(const Rule& rule);
  void prune(NodeId first);

  // run_plain.cpp: the commonest sources and targets.
  bool simple_source(const Rule& rule, Index source_index, bool& done);
  bool simple_item(const Rule& rule, Index source_index, const Value& item);
  Only only(TypeId parent, const PathStep& step) const;
  bool plain_target(const Target& target, NodeId parent, bool& done);
  bool plain_text(const Target& target, NodeId parent, NameId name, const Only& element);
  NodeId plain_element(NodeId parent, NameId name, const model::Element& element, TypeId type,
                       bool afresh);

  // run_target.cpp: where values go.
  bool target(const Target& target);
  bool find_place(const Target& target, NodeId context, Place& place);
  bool place_of(NodeId parent, const PathStep& step, Place& place);
  bool create(const Target& target, const Place& place, TypeId type, bool afresh, NodeId& made);
  TypeId created_type(const Place& place, const Value& source) const;
  bool put(const Target& target, const Place& place, const Value& value, Value& made);
  TypeId type_for(const Place& place, const Value& value) const;
  bool set_value(NodeId node, TypeId type, const Value& value);
  bool is_nothing(const Value& value) const;

  // run_copy.cpp: nodes into nodes.
  bool fill(NodeId node, NodeRef source);
  bool convert(NodeId node, NodeRef source);
  bool convert_child(NodeId node, NodeRef child);
  TypeId same_named(const model::Element& element, TypeId type) const;
  bool copy_by_type(const Target& target, const Place& place, NodeRef source);
  Index find_default(Index defaults, TypeId source, TypeId target) const;
  Index default_group(TypeId source, TypeId target);

  // run_transform.cpp: what values are.
  bool transform_value(const Target& target, Value& out);
  bool evaluated(const Target& target, path::Collection& out);
  bool argument(const Argument& argument, Value& out);
  bool argument_text(const Target& target, Index index, std::string_view& out);
  bool truncate(const Target& target, Value& out);
  bool escape(const Target& target, Value& out);
  bool cast(const Target& target, Value& out);
  bool append(const Target& target, Value& out);
  bool uuid(const Target& target, bool with_scheme, Value& out);
  bool reference(const Target& target, Value& out);
  bool pointer(const Target& target, Value& out);
  bool date_op(const Target& target, Value& out);
  bool date(const Target& target, Value& out);
  bool message(const Target& target);
  bool clear(const Target& target);
  std::string_view text_of(const Value& value);  // marks it read

  // run_build.cpp: transforms that make an element with children.
  bool builds(const Target& target) const;
  bool build(const Target& target, const Place& place, Value& made);
  bool make(const Target& target, const Place& place, std::string_view type, NodeId& made);
  NodeId child(NodeId node, NameId element);
  bool child_text(NodeId node, NameId element, std::string_view text);
  bool coding(NodeId node, const Coded& coded);
  bool build_quantity(const Target& target, NodeId node);

  // run_translate.cpp: translate().
  void codes_of(const Value& value, std::vector<Coded>& codes);
  bool translated(const Target& target, Translated& out);
  bool unmapped(const Target& target, const std::vector<Coded>& codes, Translated& out);
  std::vector<terminology::Match> matches(const Target& target, const Coded& coded) const;
  bool build_translation(const Target& target, const Place& place, Value& made);

  // What a run says.
  bool fail(Kind kind, std::string text);
  bool fail(const Error& error);
  void find(Severity severity, std::string_view code, std::string text);
  std::string place_text(NodeRef node) const;
  std::string rule_text() const;
  void read(NodeRef node) override { mark(node, Read::value); }
  void mark(NodeRef node, Read how);
  void mark(const Value& value, Read how) {
    if (value.is_node()) mark(value.node(), how);
  }
  bool test(Index expression, const Value& focus, bool& answer);
  bool evaluate(Index expression, const Value& focus, path::Collection& out);

  const path::Expression* expression(Index index);  // null: it does not compile
  Value& slot(Slot slot) { return stack_[base_ + slot]; }
  Form form(TypeId type) const { return program_.forms[type]; }
  bool step() {
    const bool room = environment_.steps_left != 0 && tree_.size() <= options_.limits.nodes &&
                      out_.bytes() <= options_.output_bytes;
    if (!room || ++ticks_ == often) return looked_at_step();
    --environment_.steps_left;
    return true;
  }
  static constexpr std::uint32_t often = 1024;  // steps between two looks at the time
  bool looked_at_step();
  const model::Definitions& definitions() const { return *program_.definitions; }

  const Program& program_;
  const RunOptions& options_;
  Writer out_;
  const Tree& tree_;  // the target
  path::Environment environment_;
  std::vector<Value> stack_;  // frames, and room for more
  std::size_t base_ = 0;      // of the current frame
  std::size_t top_ = 0;       // after the current frame
  Index group_ = none;
  std::vector<Value> items_;  // of the sources being walked
  Value item_;                // of the innermost source
  NodeRef current_;           // the innermost source node
  RuleId rule_ = 0;
  int depth_ = 0;
  std::uint64_t uuids_ = 0;
  std::uint64_t translations_ = 0;
  std::uint32_t ticks_ = 0;  // steps since the time was looked at
  std::string joined_;       // texts are put together here
  KnownIds ids_;
  std::vector<std::string_view> keys_;  // of uuid()
  std::vector<Coded> codes_;            // of translate()
  // Elements made under a share name, by parent and name; in order too, to take the newest back.
  std::unordered_map<std::uint64_t, NodeId> shares_;
  std::vector<std::uint64_t> share_order_;
  // Default groups found before, by a hash of their types.
  struct Chosen {
    Index defaults = none;
    TypeId source = no_type;
    TypeId target = no_type;
    Index group = none;
  };
  std::vector<Chosen> chosen_;  // made when the first is looked for
  std::vector<Finding> findings_;
  std::vector<Reads> reads_;
  Error failure_{Kind::fault, "", ""};
  std::string failed_code_ = "processing";  // of the issue it becomes: error(code, …) says it
};

}  // namespace fingerpost::mapping
