// One node as search reads it: by the type of the parameter and the form of the element.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "search/extract.h"
#include "search/index.h"
#include "search/search.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

// Under which keys the rows of a node go.
struct NodeKeys {
  model::SearchType kind = model::SearchType::string;
  KeyId key = 0;
  KeyId identifier = 0;  // of references: their identifiers; 0: not wanted
  KeyId text = 0;        // of tokens: the words beside the codes; 0: not wanted
  bool inner = false;
  bool sortable = false;  // tokens and references: the text that they sort by
};

class NodeValues {
 public:
  NodeValues(const Parameters& parameters, const Tree& tree, const ContainedTypes& contained,
             ValueRows& into);

  void add(const NodeKeys& keys, NodeId node);
  void add_boolean(const NodeKeys& keys, bool value);

 private:
  // The numbers as decimals; an end that is not there is open.
  struct Amount {
    std::optional<std::string> low, high;
    std::string_view system, code, unit;
    friend bool operator==(const Amount&, const Amount&) = default;
  };
  void add_amount(KeyId key, const Amount& amount);
  std::vector<NumberRow> rows_of(const Amount& amount) const;  // without a key

  Form form(NodeId node) const { return extractor_.form(tree_[node].type); }
  std::string_view text(NodeId node, NameId child) const;
  void hash(KeyId key, std::uint64_t hash, bool inner);
  void sort_text(const NodeKeys& keys, std::string_view text);

  void token(const NodeKeys& keys, NodeId node);
  void coded(const NodeKeys& keys, std::string_view system, std::string_view code, bool inner);
  void code(const NodeKeys& keys, NodeId node);
  void typed_identifier(const NodeKeys& keys, NodeId node);
  void words(const NodeKeys& keys, std::string_view text);

  void reference(const NodeKeys& keys, NodeId node);
  void reference_text(const NodeKeys& keys, std::string_view reference);
  void contained(const NodeKeys& keys, std::string_view id);
  void folded(const NodeKeys& keys, std::string_view text);
  void canonical(const NodeKeys& keys, std::string_view url);

  void string(const NodeKeys& keys, NodeId node);
  void string_text(const NodeKeys& keys, std::string_view text);
  void parts(const NodeKeys& keys, NodeId node, std::initializer_list<NameId> names);
  void uri(const NodeKeys& keys, NodeId node);

  void date(const NodeKeys& keys, NodeId node);
  void period(const NodeKeys& keys, NodeId node);
  void timing(const NodeKeys& keys, NodeId node);

  void number(const NodeKeys& keys, NodeId node);
  void quantity(const NodeKeys& keys, NodeId node);
  void one_quantity(const NodeKeys& keys, NodeId node);
  void range(const NodeKeys& keys, NodeId node);
  void position(const NodeKeys& keys, NodeId node);

  const Parameters& parameters_;
  const model::Definitions& definitions_;
  const HashKey& hash_key_;
  const Extractor& extractor_;
  const ValueNames& names_;
  const Tree& tree_;
  const ContainedTypes& contained_;
  ValueRows& into_;
  // Several parameters read the same quantity one after another.
  Amount last_amount_;
  std::vector<NumberRow> last_rows_;
};

}  // namespace fingerpost::search
