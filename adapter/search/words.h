// The words of a resource, and what _text and _content ask of them. R4 leaves their language to the
// server: words that must all be there, a star at the end for the beginning of a word, OR between
// groups of them.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "search/index.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::search {

enum class WordsOf : char { narrative = 'n', content = 'c' };

// Sorted, without repeats, each with its WordsOf in front.
std::vector<std::string> words_of(const Parameters& parameters, NodeRef resource);

struct WordTest {
  std::string word;  // folded, its WordsOf in front
  bool begins = false;
};
// Any of the groups, all of a group. Kind::invalid: no word in it, or more than Limits::text_words.
Result<std::vector<std::vector<WordTest>>> read_words(WordsOf of, std::string_view text,
                                                      const Limits& limits, std::string_view where);

bool has_word(const std::vector<std::string>& words, const WordTest& test);

}  // namespace fingerpost::search
