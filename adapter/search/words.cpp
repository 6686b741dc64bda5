#include "search/words.h"

#include "base/text.h"
#include "model/json.h"
#include "search/fold.h"

#include <algorithm>
#include <limits>

namespace fingerpost::search {
namespace {

constexpr std::size_t longest = 64;  // bytes of a word; more of it is not looked at

// All but ASCII is part of a word, so that every script is searched.
bool is_part(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}

// What stands between the tags of an XHTML fragment.
std::string without_tags(std::string_view xhtml) {
  std::string text;
  bool inside = false;
  for (const char c : xhtml) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c != '>') continue;
    inside = false;
    text += ' ';
  }
  return text;
}

template <class Take>
void words_in(std::string_view folded, const Take& take) {
  for (std::size_t at = 0; at < folded.size();) {
    if (!is_part(folded[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < folded.size() && is_part(folded[end])) ++end;
    take(folded.substr(at, std::min(end - at, longest)), end < folded.size() && folded[end] == '*');
    at = end;
  }
}

class Collector {
 public:
  Collector(TypeId xhtml, const std::vector<bool>& is_text, const Tree& tree)
      : xhtml_(xhtml), is_text_(is_text), tree_(tree) {}

  std::vector<std::string> run(NodeId resource) {
    for (NodeId at = tree_.first_child(resource); at; at = tree_.next(at)) visit(at);
    std::sort(words_.begin(), words_.end());
    words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
    return std::move(words_);
  }

 private:
  void visit(NodeId node) {
    const TypeId type = tree_[node].type;
    if (tree_.has_value(node)) {
      if (type == xhtml_) {
        const std::string text = fold(without_tags(tree_.text(node)));
        add('n', text);
        add('c', text);
      } else if (is_text_[type]) {
        add('c', fold(tree_.text(node)));
      }
    }
    for (NodeId at = tree_.first_child(node); at; at = tree_.next(at)) visit(at);
  }

  void add(char of, std::string_view folded) {
    words_in(folded, [&](std::string_view word, bool) { words_.emplace_back(1, of).append(word); });
  }

  const TypeId xhtml_;
  const std::vector<bool>& is_text_;
  const Tree& tree_;
  std::vector<std::string> words_;
};

bool has_word(const std::vector<std::string>& words, const WordTest& test) {
  const auto at = std::lower_bound(words.begin(), words.end(), test.word);
  if (at == words.end()) return false;
  return test.begins ? at->starts_with(test.word) : *at == test.word;
}

}  // namespace

void each_word(std::string_view folded,
               const std::function<void(std::string_view word, bool starred)>& take) {
  words_in(folded, take);
}

Words::Words(const model::Definitions& definitions)
    : definitions_(&definitions), is_text_(definitions.types().size()) {
  const TypeId text = definitions.find("string");
  const TypeId code = definitions.find("code");
  const TypeId id = definitions.find("id");
  for (TypeId type = 1; type < is_text_.size(); ++type)
    is_text_[type] = definitions.is_a(type, text) && !definitions.is_a(type, code) &&
                     !definitions.is_a(type, id);
}

std::vector<std::string> Words::of(NodeRef resource) const {
  return Collector(definitions_->common().xhtml, is_text_, *resource.tree).run(resource.node);
}

std::vector<std::string> Words::of_json(std::string_view json, std::string_view contained) const {
  if (json.empty()) return {};
  // It was within the limits of its time when it was taken in.
  Limits limits;
  limits.body_bytes = limits.string_bytes = limits.nodes = std::numeric_limits<std::size_t>::max();
  limits.depth = 1000;
  const auto read = model::read_json(*definitions_, std::string(json), limits);
  if (!read) return {};
  const Tree& tree = read->tree;
  if (contained.empty()) return of({&tree, tree.root()});
  const Names& names = definitions_->names();
  NodeId at = tree.child(tree.root(), names.find("contained"));
  const NameId id = names.find("id");
  while (at && !(tree.child(at, id) && tree.text(tree.child(at, id)) == contained))
    at = tree.next_same(at);
  return at ? of({&tree, at}) : std::vector<std::string>();
}

bool has_words(const std::vector<std::string>& words, const WordTests& tests) {
  return std::any_of(tests.begin(), tests.end(), [&](const auto& group) {
    return std::all_of(group.begin(), group.end(),
                       [&](const WordTest& test) { return has_word(words, test); });
  });
}

}  // namespace fingerpost::search
