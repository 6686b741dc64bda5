// The words of a resource, and what _text and _content ask of them. R4 leaves their language to the
// server: words that must all be there, a star at the end for the beginning of a word, OR between
// groups of them.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

enum class WordsOf : char { narrative = 'n', content = 'c' };

// Which elements have words. Read-only once made; the definitions must outlive it.
class Words {
 public:
  // Goes up when a resource may have other words than before: a store then reads all again.
  static constexpr int form = 1;

  explicit Words(const model::Definitions& definitions);
  // Folded, sorted, without repeats, each with its WordsOf in front.
  std::vector<std::string> of(NodeRef resource) const;
  // Of a resource as a store keeps it; none when it cannot be read.
  std::vector<std::string> of_json(std::string_view json) const;

 private:
  const model::Definitions* definitions_;
  std::vector<bool> is_text_;  // by type
};

struct WordTest {
  std::string word;  // folded, its WordsOf in front
  bool begins = false;
};
// Any of the groups, all of a group.
using WordTests = std::vector<std::vector<WordTest>>;

// Kind::invalid: no word in it, or more than Limits::text_words.
Result<WordTests> read_words(WordsOf of, std::string_view text, const Limits& limits,
                             std::string_view where);

bool has_words(const std::vector<std::string>& words, const WordTests& tests);

}  // namespace fingerpost::search
