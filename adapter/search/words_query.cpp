#include "search/words_query.h"

#include "base/text.h"
#include "search/fold.h"

#include <iterator>
#include <utility>

namespace fingerpost::search {
namespace {

using Test = Criterion::Test;

class Reader {
 public:
  Reader(WordsOf of, std::string_view text, const Limits& limits, std::string_view where)
      : of_(of), text_(text), limits_(limits), where_(where) {}

  Result<Criterion> run() {
    if (text_.find('"') != std::string_view::npos)
      return Error{Kind::unsupported, "a phrase in quotes cannot be searched", std::string(where_)};
    next();
    LET(auto made, any(0));
    if (!token_.empty()) return bad("a parenthesis too many");
    return made;
  }

 private:
  Error bad(std::string text) const {
    return {Kind::invalid, std::move(text), std::string(where_)};
  }

  // To the next parenthesis or run of other characters that holds a word; "" at the end.
  void next() {
    do {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      const auto from = at_;
      const auto is_parenthesis = [&] { return text_[at_] == '(' || text_[at_] == ')'; };
      if (at_ < text_.size() && is_parenthesis()) {
        ++at_;
      } else {
        while (at_ < text_.size() && !is_space(text_[at_]) && !is_parenthesis()) ++at_;
      }
      token_ = text_.substr(from, at_ - from);
      words_.clear();
      each_word(fold(token_), [&](std::string_view word, bool starred) {
        words_.push_back({static_cast<char>(of_) + std::string(word), starred});
      });
    } while (!token_.empty() && words_.empty() && token_ != "(" && token_ != ")");
  }
  bool take(std::string_view token) {
    if (!equal_ignoring_case(token_, token)) return false;
    next();
    return true;
  }

  Result<Criterion> any(int depth) {
    LET(auto made, all(depth));
    while (take("or")) {
      LET(auto other, all(depth));
      made = joined(Test::any, std::move(made), std::move(other));
    }
    return made;
  }

  Result<Criterion> all(int depth) {
    LET(auto made, one(depth));
    for (;;) {
      const bool said = take("and");
      const bool ended = token_.empty() || token_ == ")" || equal_ignoring_case(token_, "or");
      if (ended && !said) return made;
      LET(auto other, one(depth));
      made = joined(Test::all, std::move(made), std::move(other));
    }
  }

  Result<Criterion> one(int depth) {
    if (depth > limits_.filter_depth)
      return bad("nested deeper than the limit filter_depth of " +
                 std::to_string(limits_.filter_depth));
    if (take("not")) {
      LET(auto denied, one(depth + 1));
      Criterion made;
      made.test = Test::all;
      made.negated = true;
      made.parts.push_back(std::move(denied));
      return made;
    }
    if (take("(")) {
      LET(auto made, any(depth + 1));
      if (!take(")")) return bad("a parenthesis is never closed");
      return made;
    }
    if (words_.empty() || equal_ignoring_case(token_, "and") || equal_ignoring_case(token_, "or"))
      return bad("a word must stand " +
                 (token_.empty() ? std::string("at the end") : "before " + std::string(token_)));
    count_ += words_.size();
    if (count_ > limits_.text_words)
      return bad("more words than the limit text_words of " + std::to_string(limits_.text_words));
    Criterion made;
    made.test = Test::words;
    made.words.push_back(std::exchange(words_, {}));
    next();
    return made;
  }

  // Words alone stay one test, which the index answers at once.
  Criterion joined(Test test, Criterion a, Criterion b) const {
    if (a.test == Test::words && b.test == Test::words) {
      if (test == Test::any) {
        a.words.insert(a.words.end(), std::make_move_iterator(b.words.begin()),
                       std::make_move_iterator(b.words.end()));
        return a;
      }
      if (a.words.size() * b.words.size() <= limits_.text_words) return product(a, b);
    }
    if (a.test == test && !a.negated) {
      a.parts.push_back(std::move(b));
      return a;
    }
    Criterion made;
    made.test = test;
    made.parts.push_back(std::move(a));
    made.parts.push_back(std::move(b));
    return made;
  }

  static Criterion product(const Criterion& a, const Criterion& b) {
    Criterion made;
    made.test = Test::words;
    for (const auto& left : a.words)
      for (const auto& right : b.words) {
        auto& group = made.words.emplace_back(left);
        group.insert(group.end(), right.begin(), right.end());
      }
    return made;
  }

  WordsOf of_;
  std::string_view text_;
  const Limits& limits_;
  std::string_view where_;
  std::size_t at_ = 0;
  std::string_view token_;
  std::vector<WordTest> words_;  // of the token
  std::size_t count_ = 0;
};

}  // namespace

Result<Criterion> read_words(WordsOf of, std::string_view text, const Limits& limits,
                             std::string_view where) {
  return Reader(of, text, limits, where).run();
}

}  // namespace fingerpost::search
