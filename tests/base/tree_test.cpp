#include "fingerpost/tree.h"

#include "support/catch.h"

using namespace fingerpost;

namespace {

struct Fixture {
  Names names;
  NameId a = names.intern("a");
  NameId b = names.intern("b");
  Tree tree{names};

  std::string children(NodeId node) const {
    std::string text;
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
      text += tree.name_text(at);
      text += tree.text(at);
    }
    return text;
  }
  NodeId add(NameId name, const char* text) {
    const NodeId made = tree.add_grouped(tree.root(), name, no_type);
    tree.set(made, Shape::string, text);
    return made;
  }
};

}  // namespace

TEST_CASE("repetitions of a name stay together") {
  Fixture f;
  f.add(f.a, "1");
  f.add(f.b, "2");
  f.add(f.a, "3");
  f.add(f.b, "4");
  CHECK(f.children(f.tree.root()) == "a1a3b2b4");
  f.tree.add(f.tree.root(), f.a, no_type);
  CHECK(f.tree[f.tree.root()].last_child == 6);
}

TEST_CASE("a removed node leaves its siblings in order") {
  Fixture f;
  const NodeId first = f.add(f.a, "1");
  const NodeId middle = f.add(f.a, "2");
  const NodeId last = f.add(f.b, "3");
  f.tree.remove(middle);
  CHECK(f.children(f.tree.root()) == "a1b3");
  f.tree.remove(last);
  CHECK(f.children(f.tree.root()) == "a1");
  f.add(f.b, "4");
  CHECK(f.children(f.tree.root()) == "a1b4");
  f.tree.remove(first);
  CHECK(f.children(f.tree.root()) == "b4");
}

TEST_CASE("a copy is deep, of another tree or of this one") {
  Fixture f;
  const NodeId child = f.add(f.a, "1");
  f.tree.set(f.tree.add(child, f.b, no_type), Shape::string, "inner");
  Tree other(f.names);
  const NodeId copied = other.copy(f.tree, child, other.root());
  f.tree.set(f.tree.first_child(child), Shape::string, "changed");
  CHECK(other.text(other.first_child(copied)) == "inner");
  const NodeId inside = f.tree.copy(f.tree, f.tree.root(), child);
  CHECK(f.tree.text(f.tree.first_child(f.tree.first_child(inside))) == "changed");
}

TEST_CASE("names that nobody knows belong to one tree") {
  Fixture f;
  const NameId local = f.tree.local_name("strange");
  CHECK(local >= first_local_name);
  CHECK(f.tree.local_name("strange") == local);
  CHECK(f.tree.local_name("a") == f.a);
  const NodeId node = f.tree.add(f.tree.root(), local, no_type);
  Tree other(f.names);
  CHECK(other.name_text(other.copy(f.tree, node, other.root())) == "strange");
}

TEST_CASE("texts stay where they are while a tree grows and moves") {
  Fixture f;
  const auto kept = f.tree.store("kept");
  for (int i = 0; i < 10'000; ++i) f.tree.store("some text of some length");
  f.tree.store(std::string(100'000, 'x'));
  const Tree moved = std::move(f.tree);
  CHECK(kept == "kept");
}
