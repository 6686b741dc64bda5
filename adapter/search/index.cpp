// The index rows of a resource: each parameter's nodes, read by the parameter's type.

#include "search/index.h"

#include "search/extract.h"
#include "search/index_to_store.h"
#include "search/node_values.h"
#include "search/search.h"

#include <algorithm>
#include <utility>

namespace fingerpost::search {
namespace {

template <class Row>
void sort_unique(std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
}

// What a resource and those it contains share.
struct Whole {
  Whole(const Parameters& parameters, const Tree& of)
      : tree(of), contained(of, parameters.definitions().names()) {}

  const Tree& tree;
  ContainedTypes contained;
  // One budget of steps for all expressions of the definitions, one for all of clients.
  path::Environment own, custom;
  std::vector<KeyId> failed;  // whose expression cannot be evaluated for one of them
};

class Indexer {
 public:
  Indexer(const Parameters& parameters, Whole& whole)
      : parameters_(parameters),
        definitions_(parameters.definitions()),
        extractor_(parameters.extractor()),
        tree_(whole.tree),
        contained_(whole.contained),
        whole_(whole),
        nodes_(parameters, tree_, contained_, values_) {
    values_.parameters = &parameters;
    values_.holder = parameters.weak_from_this().lock();
  }

  IndexValues run(NodeId resource) {
    for (const KeyId id : parameters_.of_type(definitions_.type_name(tree_[resource].type))) {
      const Key& key = parameters_.key(id);
      NodeKeys keys{key.kind, id, key.identifier, key.text, key.lead != id, true};
      if (key.kind == model::SearchType::composite) {
        add_composites(id, resource);
        continue;
      }
      bool any = false;
      const std::size_t before = values_.size();
      for (const Clause& clause : extractor_.clauses(id)) {
        walk(definitions_, clause, {&tree_, resource}, contained_, found_, spare_);
        any = any || !found_.empty();
        for (const NodeId node : found_) {
          nodes_.add(keys, node);
          if (key.kind == model::SearchType::uri && key.code == "url") add_own_url(id, node);
        }
      }
      if (extractor_.expression(id)) any = add_by_expression(keys, resource) || any;
      if (is_present(key.kind, any, before)) values_.present.push_back(id);
    }
    values_.compartment = compartment(resource);
    values_.sort();
    sort_unique(values_.composites);
    sort_unique(values_.present);
    return std::move(values_);
  }

 private:
  // A code or a reference may say something that is not searched by itself, a display alone; of
  // what can be sorted by, what is present is what has rows.
  bool is_present(model::SearchType kind, bool any, std::size_t before) const {
    const bool coded = kind == model::SearchType::token || kind == model::SearchType::reference;
    return coded ? any : values_.size() > before;
  }

  // What an expression makes of the resource: nodes of it, or true and false.
  bool add_by_expression(const NodeKeys& keys, NodeId resource) {
    auto& environment = parameters_.key(keys.key).custom ? whole_.custom : whole_.own;
    const auto found =
        path::evaluate(extractor_.expression(keys.key), NodeRef{&tree_, resource}, environment);
    if (!found) {
      whole_.failed.push_back(keys.key);
      return false;
    }
    for (const path::Value& value : *found) {
      if (value.is_node() && value.node().tree == &tree_) {
        nodes_.add(keys, value.node().node);
      } else if (value.kind() == path::Value::Kind::boolean) {
        nodes_.add_boolean(keys, value.boolean());
      }
    }
    return !found->empty();
  }

  void add_composites(KeyId id, NodeId resource) {
    std::vector<NodeId> elements;
    for (const Clause& clause : extractor_.clauses(id)) {
      walk(definitions_, clause, {&tree_, resource}, contained_, elements, spare_);
      for (const NodeId element : elements) add_composite(id, resource, element);
    }
  }

  void add_composite(KeyId id, NodeId resource, NodeId element) {
    CompositeRow row;
    row.key = id;
    NodeValues nodes(parameters_, tree_, contained_, row.parts);
    KeyId number = 0;
    for (const Component& component : extractor_.components(id)) {
      const NodeKeys keys{component.kind, ++number, 0, 0, false, false};
      const std::size_t before = row.parts.size();
      const NodeId from = component.from_resource ? resource : element;
      for (const Clause& clause : component.clauses) {
        walk(definitions_, clause, {&tree_, from}, contained_, found_, spare_);
        for (const NodeId node : found_) nodes.add(keys, node);
      }
      if (row.parts.size() == before) return;  // a part is missing: it matches nothing
    }
    row.parts.sort();
    values_.composites.push_back(std::move(row));
    if (values_.present.empty() || values_.present.back() != id) values_.present.push_back(id);
    // Where no other key has its codes, it has them itself.
    if (parameters_.key(id).lead == id)
      for (const HashRow& hash : values_.composites.back().parts.hashes)
        if (hash.key == 1 && !hash.inner) values_.hashes.push_back({id, false, hash.hash});
  }

  // What canonical references lead to: R4 references.html#canonical.
  void add_own_url(KeyId id, NodeId node) {
    const auto url = tree_.text(node);
    if (url.empty()) return;
    const HashKey& key = parameters_.hash_key();
    values_.hashes.push_back({id, false, hash(key, url)});
    const NodeId version = tree_.child(tree_.parent(node), definitions_.names().find("version"));
    if (version && !tree_.text(version).empty())
      values_.hashes.push_back(
          {id, false, hash(key, std::string(url) + "|" + std::string(tree_.text(version)))});
  }

  // R4 compartmentdefinition-patient.html, by the parameters that name the patient.
  std::uint64_t compartment(NodeId resource) {
    const auto type = definitions_.type_name(tree_[resource].type);
    const ValueNames& names = extractor_.names();
    const auto text = [&](NodeId node, NameId name) {
      const NodeId found = tree_.child(node, name);
      return found && tree_.has_value(found) ? tree_.text(found) : std::string_view{};
    };
    if (type == "Patient")
      return reference_hash(parameters_.hash_key(), type, text(resource, names.id));
    for (const std::string_view code : {"patient", "subject"}) {
      const KeyId key = parameters_.find(type, code);
      if (key == 0) continue;
      for (const Clause& clause : extractor_.clauses(key)) {
        walk(definitions_, clause, {&tree_, resource}, contained_, found_, spare_);
        for (const NodeId node : found_) {
          const auto parts = split_reference(text(node, names.reference));
          if (parts.type == "Patient" && parts.base.empty())
            return reference_hash(parameters_.hash_key(), parts.type, parts.id);
        }
      }
    }
    return 0;
  }

  const Parameters& parameters_;
  const model::Definitions& definitions_;
  const Extractor& extractor_;
  const Tree& tree_;
  const ContainedTypes& contained_;
  Whole& whole_;
  IndexValues values_;
  NodeValues nodes_;  // into values_
  std::vector<NodeId> found_, spare_;
};

IndexValues index_whole(const Parameters& parameters, Whole& whole, NodeId resource) {
  const Tree& tree = whole.tree;
  auto values = Indexer(parameters, whole).run(resource);
  const ValueNames& names = parameters.extractor().names();
  for (NodeId at = tree.child(resource, names.contained); at; at = tree.next_same(at)) {
    const NodeId id = tree.child(at, names.id);
    if (!id || tree.text(id).empty()) continue;
    values.contained.push_back({std::string(parameters.definitions().type_name(tree[at].type)),
                                std::string(tree.text(id)), Indexer(parameters, whole).run(at)});
  }
  return values;
}

// Nothing when they are fixed.
std::shared_ptr<const Parameters> made_without(const Parameters& parameters,
                                               const std::vector<KeyId>& failed) {
  auto made = parameters.without(failed);
  return made ? *std::move(made) : nullptr;
}

// The last are kept: an expression that fails does so for one resource after another, and to make
// them takes longer than to index a hundred.
std::shared_ptr<const Parameters> without(const Parameters& parameters,
                                          const std::vector<KeyId>& failed) {
  struct Last {
    std::weak_ptr<const Parameters> of;
    std::vector<KeyId> failed;
    std::shared_ptr<const Parameters> rest;
  };
  thread_local Last last;
  const auto of = parameters.weak_from_this().lock();
  if (of == nullptr) return made_without(parameters, failed);
  if (last.of.lock() != of || last.failed != failed)
    last = {of, failed, made_without(parameters, failed)};
  return last.rest;
}

}  // namespace

void ValueRows::sort() {
  sort_unique(hashes);
  sort_unique(dates);
  sort_unique(numbers);
  sort_unique(texts);
}

IndexValues index(const Parameters& parameters, NodeRef resource) {
  Whole whole(parameters, *resource.tree);
  return index_whole(parameters, whole, resource.node);
}

IndexValues index_to_store(const Parameters& parameters, NodeRef resource) {
  IndexValues values;
  std::shared_ptr<const Parameters> others;
  for (const auto* by = &parameters; by != nullptr; by = others.get()) {
    Whole whole(*by, *resource.tree);
    values = index_whole(*by, whole, resource.node);
    if (whole.failed.empty()) break;
    sort_unique(whole.failed);
    others = without(*by, whole.failed);
  }
  values.belonging = belonging(parameters, resource);
  std::string words;
  for (const auto& word : parameters.extractor().words().of(resource)) (words += word) += ' ';
  values.texts.insert(values.texts.begin(), {0, true, std::move(words), 0});
  return values;
}

std::optional<std::string> take_words(IndexValues& values) {
  if (values.texts.empty() || values.texts.front().key != 0) return {};
  std::string words = std::move(values.texts.front().text);
  values.texts.erase(values.texts.begin());
  return words;
}

}  // namespace fingerpost::search
