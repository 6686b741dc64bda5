#include "base/text.h"
#include "model/json.h"
#include "model/read_notes.h"
#include "wire/json.h"

#include <algorithm>
#include <utility>

namespace fingerpost::model {
namespace {

using Kind = wire::JsonToken::Kind;

// A primitive's JSON form: a number or a boolean for some, a string for all others (R4 json.html).
struct Form {
  Kind kind;
  const char* rule;
};

Form form_of(Primitive type) {
  if (type == Primitive::boolean) return {Kind::boolean, "must be true or false"};
  if (type >= Primitive::integer && type <= Primitive::decimal)
    return {Kind::number, "must be a JSON number"};
  return {Kind::string, "must be a JSON string"};
}

class Reader {
 public:
  Reader(const Definitions& definitions, const wire::JsonDocument& document, ReadTree& into,
         const Limits& limits, Model model)
      : definitions_(definitions),
        tokens_(document.tokens),
        into_(into),
        limits_(limits),
        model_(model) {}

  Result<void> root() {
    if (tokens_[0].kind != Kind::object)
      return Error{fingerpost::Kind::invalid, "a resource is a JSON object", ""};
    const TypeId type = resource_type(0);
    if (type == no_type)
      return Error{fingerpost::Kind::invalid, "resourceType is missing or not known",
                   "resourceType"};
    into_.tree.set_type(into_.tree.root(), type);
    members(0, into_.tree.root());
    return {};
  }

 private:
  std::uint32_t after(std::uint32_t at) const { return tokens_[at].after; }

  void report(NodeId node, std::string_view member, const char* code, std::string text) {
    note(definitions_, into_, limits_, node, member, code, std::move(text));
  }

  TypeId resource_type(std::uint32_t object) const {
    for (std::uint32_t at = object + 1; tokens_[at].kind == Kind::key; at = after(at + 1)) {
      if (tokens_[at].view() != "resourceType") continue;
      const auto name = tokens_[at + 1].view();
      return tokens_[at + 1].kind == Kind::string ? resource_named(definitions_, model_, name)
                                                  : no_type;
    }
    return no_type;
  }

  void members(std::uint32_t object, NodeId node) {
    if (tokens_[object + 1].kind == Kind::end)
      report(node, "", "structure", "an object must not be empty");
    bool underscored = false;
    for (std::uint32_t at = object + 1; tokens_[at].kind == Kind::key; at = after(at + 1)) {
      const auto key = tokens_[at].view();
      const std::uint32_t value = at + 1;
      const TypeId type = into_.tree[node].type;
      if (key == "resourceType" && definitions_.type(type).kind >= TypeKind::resource) continue;
      const bool extra = key.starts_with('_');
      const NameId name = definitions_.names().find(extra ? key.substr(1) : key);
      const Member member = name == no_name ? Member{} : definitions_.member(type, name);
      const bool primitive = definitions_.type(member.type).kind == TypeKind::primitive;
      if (member.element == nullptr || (extra && !primitive)) {
        if (type != no_type) report(node, shown(key), "structure", "no such element here");
        unknown(value, node, key);
      } else if (extra) {
        underscored = true;
        NodeId twin = twin_of(node, member);
        aligned(value, node, twin, key);
        each(*member.element, value, node, key, [&](std::uint32_t item) {
          extras(item, node, member, twin);
          if (twin != no_node) twin = into_.tree.next_same(twin);
        });
      } else {
        NodeId twin = underscored && primitive ? twin_of(node, member) : no_node;
        aligned(value, node, twin, key);
        each(*member.element, value, node, key, [&](std::uint32_t item) {
          const bool fresh = twin == no_node;
          value_of(item, fresh ? into_.tree.add(node, name_of(member), member.type) : twin);
          if (!fresh) twin = into_.tree.next_same(twin);
        });
      }
    }
  }

  // Visits the one value of an element, or each item of its list.
  template <class Visit>
  void each(const Element& element, std::uint32_t value, NodeId node, std::string_view key,
            Visit&& visit) {
    const bool list = tokens_[value].kind == Kind::array;
    if (list != element.repeats())
      report(node, key, "structure", list ? "must not be a list" : "must be a list");
    if (!list) return visit(value);
    if (tokens_[value + 1].kind == Kind::end)
      report(node, key, "structure", "a list must not be empty");
    for (std::uint32_t at = value + 1; tokens_[at].kind != Kind::end; at = after(at)) visit(at);
  }

  // The lists "name" and "_name" are of one length, filled up with nulls (R4 json.html#primitive).
  void aligned(std::uint32_t value, NodeId node, NodeId twin, std::string_view key) {
    if (twin == no_node || tokens_[value].kind != Kind::array) return;
    std::uint32_t at = value + 1;
    for (; twin != no_node && tokens_[at].kind != Kind::end; at = after(at))
      twin = into_.tree.next_same(twin);
    if (twin != no_node || tokens_[at].kind != Kind::end)
      report(node, key, "structure", "is not as long as the list beside it");
  }

  // The first node already made of the other of "name" and "_name".
  NodeId twin_of(NodeId node, const Member& member) const {
    const NodeId at = into_.tree.child(node, name_of(member));
    return at != no_node && into_.tree[at].type == member.type ? at : no_node;
  }

  static NameId name_of(const Member& member) { return member.element->name; }

  // The id and extensions of a primitive ("_birthDate"), whose value may come before or after.
  void extras(std::uint32_t item, NodeId node, const Member& member, NodeId made) {
    if (made == no_node) {
      made = into_.tree.add(node, name_of(member), member.type);
      into_.tree.set_view(made, Shape::null, "");
    }
    if (tokens_[item].kind == Kind::object) return members(item, made);
    if (tokens_[item].kind != Kind::null)
      report(made, "", "structure", "must be an object with id or extension");
  }

  void value_of(std::uint32_t item, NodeId node) {
    const TypeId type = into_.tree[node].type;
    const auto& token = tokens_[item];
    const TypeKind kind = definitions_.type(type).kind;
    if (kind == TypeKind::primitive) return primitive(token, item, node);
    if (token.kind == Kind::object) {
      if (kind >= TypeKind::resource) {
        const TypeId actual = resource_type(item);
        if (actual == no_type)
          report(node, "resourceType", "structure", "resourceType is missing or not known");
        into_.tree.set_type(node, actual);
      }
      return members(item, node);
    }
    report(node, "", "structure", "must be an object");
    leaf(token, item, node);
  }

  void primitive(const wire::JsonToken& token, std::uint32_t item, NodeId node) {
    const Form form = form_of(definitions_.primitive(into_.tree[node].type));
    if (token.kind == Kind::object) {
      report(node, "", "structure", form.rule);
      return members(item, node);
    }
    leaf(token, item, node);
    const bool gap = token.kind == Kind::null;  // in a list beside "_name": R4 json.html#primitive
    if (token.kind != form.kind && !gap) report(node, "", "structure", form.rule);
    if (token.kind == Kind::string && token.size == 0)
      report(node, "", "structure", "a value must not be empty");
  }

  void leaf(const wire::JsonToken& token, std::uint32_t item, NodeId node) {
    switch (token.kind) {
      case Kind::string:
        return into_.tree.set_view(node, Shape::string, token.view());
      case Kind::number:
        return into_.tree.set_view(node, Shape::number, token.view());
      case Kind::boolean:
        return into_.tree.set_view(node, Shape::boolean, token.view());
      case Kind::null:
        return into_.tree.set_view(node, Shape::null, "");
      default:
        generic(item, node);
    }
  }

  // What no definition knows is kept by its own names, so that it can be reported and written back.
  void unknown(std::uint32_t value, NodeId node, std::string_view key) {
    const NameId name = into_.tree.local_name(key);
    const auto add = [&](std::uint32_t at, bool listed) {
      const NodeId made = into_.tree.add(node, name, no_type);
      if (listed) into_.tree.set_listed(made);
      leaf(tokens_[at], at, made);
    };
    if (tokens_[value].kind != Kind::array) return add(value, false);
    for (std::uint32_t at = value + 1; tokens_[at].kind != Kind::end; at = after(at)) add(at, true);
  }

  void generic(std::uint32_t item, NodeId node) {
    if (tokens_[item].kind == Kind::array) {
      report(node, "", "structure", "a list within a list is not kept");
      return;
    }
    for (std::uint32_t at = item + 1; tokens_[at].kind == Kind::key; at = after(at + 1))
      unknown(at + 1, node, tokens_[at].view());
  }

  const Definitions& definitions_;
  const std::vector<wire::JsonToken>& tokens_;
  ReadTree& into_;
  const Limits& limits_;
  Model model_;
};

}  // namespace

Result<ReadTree> read_json(const Definitions& definitions, std::string source, const Limits& limits,
                           Model model) {
  LET(const auto document, wire::parse_json(std::move(source), limits));
  ReadTree read{Tree(definitions.names()), {}};
  read.tree.reserve(document.tokens.size() / 2);
  read.tree.keep(document.source);
  Reader reader(definitions, document, read, limits, model);
  LET_DONE(reader.root());
  return read;
}

}  // namespace fingerpost::model
