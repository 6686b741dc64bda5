#include "search/words.h"

#include "base/text.h"
#include "model/json.h"
#include "search/fold.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace fingerpost::search {
namespace {

constexpr std::size_t longest = 64;  // bytes of a word; more of it is not looked at

// All but ASCII is part of a word, so that every script is searched.
constexpr std::array<bool, 256> parts = [] {
  std::array<bool, 256> made{};
  for (std::size_t i = 0; i < made.size(); ++i)
    made[i] = i >= 0x80 || is_letter(static_cast<char>(i)) || is_digit(static_cast<char>(i));
  return made;
}();
bool is_part(char c) {
  return parts[static_cast<unsigned char>(c)];
}

// A word with its first eight bytes as a number, by which most are told apart.
struct Ordered {
  explicit Ordered(std::string_view of) : word(of) {
    for (std::size_t i = 0; i < 8; ++i)
      begin = begin << 8 | (i < of.size() ? static_cast<unsigned char>(of[i]) : 0U);
  }
  std::uint64_t begin = 0;
  std::string_view word;
  friend bool operator<(const Ordered& a, const Ordered& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.word < b.word;
  }
  friend bool operator==(const Ordered& a, const Ordered& b) {
    return a.begin == b.begin && a.word == b.word;
  }
};

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

  // Views into this.
  std::vector<Ordered> run(NodeId resource) {
    for (NodeId at = tree_.first_child(resource); at; at = tree_.next(at)) visit(at);
    std::vector<Ordered> words;
    words.reserve(ends_.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      words.emplace_back(std::string_view(all_).substr(begin, end - begin));
      begin = end;
    }
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
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
    words_in(folded, [&](std::string_view word, bool) {
      (all_ += of) += word;
      ends_.push_back(all_.size());
    });
  }

  const TypeId xhtml_;
  const std::vector<bool>& is_text_;
  const Tree& tree_;
  std::string all_;                // the words one after the other
  std::vector<std::size_t> ends_;  // where each ends
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
  Collector collector(definitions_->common().xhtml, is_text_, *resource.tree);
  std::vector<std::string> words;
  for (const auto& one : collector.run(resource.node)) words.emplace_back(one.word);
  return words;
}

Result<Tree> Words::read(std::string_view json) const {
  // It was within the limits of its time when it was taken in.
  Limits limits;
  limits.body_bytes = limits.string_bytes = limits.nodes = std::numeric_limits<std::size_t>::max();
  limits.depth = 1000;
  LET(auto read, model::read_json(*definitions_, std::string(json), limits));
  return std::move(read.tree);
}

std::string Words::text_of_json(std::string_view json) const {
  std::string text;
  if (json.empty()) return text;
  const auto tree = read(json);
  if (!tree) return text;
  Collector collector(definitions_->common().xhtml, is_text_, *tree);
  for (const auto& one : collector.run(tree->root())) (text += one.word) += ' ';
  return text;
}

std::vector<std::string> Words::of_json(std::string_view json, std::string_view contained) const {
  if (json.empty()) return {};
  const auto found = read(json);
  if (!found) return {};
  const Tree& tree = *found;
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
