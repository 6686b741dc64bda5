#include "exchange/translate_finish.h"

#include "model/json.h"
#include "record/nhs_number.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view uuid_scheme = "urn:uuid:";

bool same(const Tree& tree, NodeId a, NodeId b) {
  if (tree[a].name != tree[b].name || tree[a].type != tree[b].type ||
      tree[a].shape != tree[b].shape || tree.text(a) != tree.text(b))
    return false;
  a = tree.first_child(a);
  b = tree.first_child(b);
  for (; a != no_node && b != no_node; a = tree.next(a), b = tree.next(b))
    if (!same(tree, a, b)) return false;
  return a == b;
}

}  // namespace

Finish::Finish(const model::Definitions& definitions, Tree& bundle, Severity nhs_number_check,
               FindUnmapped find_unmapped)
    : definitions_(definitions),
      tree_(bundle),
      nhs_number_check_(nhs_number_check),
      find_unmapped_(std::move(find_unmapped)),
      entry_(definitions.names().find("entry")),
      full_url_(definitions.names().find("fullUrl")),
      resource_(definitions.names().find("resource")),
      reference_(definitions.names().find("reference")),
      type_(definitions.names().find("type")),
      identifier_(definitions.names().find("identifier")),
      system_(definitions.names().find("system")),
      value_(definitions.names().find("value")) {}

void Finish::run() {
  one_entry_each();
  tidy(tree_.root());
}

std::string_view Finish::text_of(NodeId node, NameId child) const {
  const auto found = tree_.child(node, child);
  return found == no_node ? std::string_view{} : tree_.text(found);
}

void Finish::report(Severity severity, const char* code, NodeId at, const char* text) {
  issues.push_back({severity, code, model::location(definitions_, tree_, at), text});
}

// The same key twice is the same resource twice: the first stays. What came without a key is one of
// its own, which nothing can refer to.
void Finish::one_entry_each() {
  NodeId before = no_node;
  NodeId next = no_node;
  for (auto entry = tree_.first_child(tree_.root()); entry != no_node; entry = next) {
    next = tree_.next(entry);
    if (tree_[entry].name != entry_ || is_first(entry)) {
      before = entry;
    } else {
      remove_after(tree_, before, entry);
    }
  }
}

bool Finish::is_first(NodeId entry) {
  const auto url = text_of(entry, full_url_);
  if (url.empty() || url == uuid_scheme) {
    if (const auto none = tree_.child(entry, full_url_); none != no_node) tree_.remove(none);
    report(Severity::warning, "incomplete", entry,
           "the source gives this resource no id: nothing can refer to it");
    return true;
  }
  const auto [first, fresh] = entries_.emplace(url, entry);
  if (!fresh && !same(tree_, first->second, entry))
    report(Severity::warning, "duplicate", first->second,
           "the source has this resource twice, and the two differ: the first was taken");
  return fresh;
}

void remove_after(Tree& tree, NodeId before, NodeId node) {
  if (before == no_node || tree.next(node) == no_node) return tree.remove(node);
  auto sibling = tree[before];
  sibling.next = tree.next(node);
  tree.restore(before, sibling);
  auto removed = tree[node];
  removed.parent = removed.next = no_node;
  tree.restore(node, removed);
}

bool Finish::tidy(NodeId node) {
  NodeId next = no_node;
  for (auto child = tree_.first_child(node); child != no_node; child = next) {
    next = tree_.next(child);
    if (!tidy(child)) tree_.remove(child);
  }
  const auto type = tree_[node].type;
  if (type == definitions_.common().reference) tidy_reference(node);
  if (type == definitions_.common().identifier) tidy_identifier(node);
  if (tree_.first_child(node) != no_node || node == tree_.root()) return true;
  if (definitions_.type(type).kind == model::TypeKind::resource) return true;
  return tree_.has_value(node) && !tree_.text(node).empty();
}

void Finish::tidy_reference(NodeId reference) {
  const auto literal = tree_.child(reference, reference_);
  if (literal == no_node) return;
  // No map makes contained resources, so a reference to one leads nowhere as well.
  const bool contained = tree_.text(literal).starts_with('#');
  if (!contained && !tree_.text(literal).starts_with(uuid_scheme)) return;
  if (entries_.count(tree_.text(literal)) != 0 || (open && !contained)) return;
  const auto meant = contained || !find_unmapped_ ? Unmapped{} : find_unmapped_(literal);
  tree_.remove(literal);
  ++unlinked[meant.type];
  const auto& common = definitions_.common();
  const auto type = definitions_.find(meant.type);
  if (type != no_type && tree_.child(reference, type_) == no_node)
    tree_.set(tree_.add(reference, type_, common.uri), Shape::string, meant.type);
  if (meant.value.empty() || tree_.child(reference, identifier_) != no_node) return;
  const auto identifier = tree_.add(reference, identifier_, common.identifier);
  if (!meant.system.empty())
    tree_.set(tree_.add(identifier, system_, common.uri), Shape::string, meant.system);
  tree_.set(tree_.add(identifier, value_, common.string), Shape::string, meant.value);
}

void Finish::tidy_identifier(NodeId identifier) {
  if (!record::is_nhs_number_system(text_of(identifier, system_))) return;
  const auto value = tree_.child(identifier, value_);
  if (value == no_node) return;
  switch (record::check_nhs_number(tree_.text(value))) {
    case record::NhsNumber::valid:
      break;
    case record::NhsNumber::wrong_check_digit:
      report(nhs_number_check_, "value", value, "the NHS number's check digit is wrong");
      break;
    case record::NhsNumber::not_a_number:
      report(nhs_number_check_, "value", value, "a NHS number has ten digits");
      return;
  }
  const auto plain = record::plain_nhs_number(tree_.text(value));
  if (plain != tree_.text(value)) tree_.set(value, Shape::string, plain);
}

}  // namespace fingerpost::exchange
