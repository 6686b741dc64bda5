// The words of a resource, for _text and _content.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

enum class WordsOf : char { narrative = 'n', content = 'c' };

// Calls take(word, whether a star follows it) for each word of a folded text.
void each_word(std::string_view folded,
               const std::function<void(std::string_view word, bool starred)>& take);

// Which elements have words. Read-only once made; the definitions must outlive it.
class Words {
 public:
  // Goes up when a resource may have other words than before: a store then reads all again.
  static constexpr int form = 1;

  explicit Words(const model::Definitions& definitions);
  // Folded, sorted, without repeats, each with its WordsOf in front.
  std::vector<std::string> of(NodeRef resource) const;
  // Of a resource as a store keeps it, or of the one contained in it that has this id; none when it
  // cannot be read.
  std::vector<std::string> of_json(std::string_view json, std::string_view contained = {}) const;
  // The same as one text, each word with a blank after it.
  std::string text_of_json(std::string_view json) const;

 private:
  Result<Tree> read(std::string_view json) const;

  const model::Definitions* definitions_;
  std::vector<bool> is_text_;  // by type
};

struct WordTest {
  std::string word;  // folded, its WordsOf in front
  bool begins = false;
};
// Any of the groups, all of a group.
using WordTests = std::vector<std::vector<WordTest>>;

bool has_words(const std::vector<std::string>& words, const WordTests& tests);

}  // namespace fingerpost::search
