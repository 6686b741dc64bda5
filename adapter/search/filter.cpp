#include "search/filter.h"

#include "base/text.h"
#include "search/fold.h"
#include "search/range.h"

#include <algorithm>
#include <string>

namespace fingerpost::search {
namespace {

using model::SearchType;

struct Value {
  std::string text;
  bool quoted = false;
};

class FilterReader {
 public:
  FilterReader(CriterionMaker& maker, const Parameters& parameters, std::string_view text,
               const Limits& limits)
      : maker_(maker), parameters_(parameters), text_(text), limits_(limits) {}

  Result<Criterion> whole(std::string_view type) {
    LET(auto made, any(type, 0));
    skip_blanks();
    if (at_ != text_.size()) return bad("something is left over");
    return made;
  }

 private:
  Error bad(const std::string& why) const {
    return {Kind::invalid, "at character " + std::to_string(at_ + 1) + ": " + why, "_filter"};
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    const auto rest = text_.substr(at_);
    if (!rest.starts_with(word)) return false;
    if (rest.size() > word.size() &&
        (is_letter(rest[word.size()]) || rest[word.size()] == '_' || rest[word.size()] == '-'))
      return false;
    at_ += word.size();
    return true;
  }

  Result<Criterion> any(std::string_view type, int depth) {
    return joined(type, depth, "or", Criterion::Test::any);
  }

  Result<Criterion> joined(std::string_view type, int depth, std::string_view word,
                           Criterion::Test test) {
    const auto next = [&] {
      return word == "or" ? joined(type, depth, "and", Criterion::Test::all) : term(type, depth);
    };
    LET(auto first, next());
    if (!take_word(word)) return first;
    Criterion made;
    made.test = test;
    made.parts.push_back(std::move(first));
    do {
      LET(auto more, next());
      made.parts.push_back(std::move(more));
    } while (take_word(word));
    return made;
  }

  Result<Criterion> term(std::string_view type, int depth) {
    if (depth > limits_.filter_depth)
      return bad("more parentheses than the limit filter_depth of " +
                 std::to_string(limits_.filter_depth));
    const std::size_t start = at_;
    if (take_word("not")) {
      if (!take('(')) {
        at_ = start;  // a parameter of that name
        return comparison(type, depth);
      }
      LET(auto inner, any(type, depth + 1));
      if (!take(')')) return bad("a ) is missing");
      Criterion made;
      made.test = Criterion::Test::all;
      made.negated = true;
      made.parts.push_back(std::move(inner));
      return made;
    }
    if (!take('(')) return comparison(type, depth);
    LET(auto inner, any(type, depth + 1));
    if (!take(')')) return bad("a ) is missing");
    return inner;
  }

  static bool is_name_character(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == ':';
  }

  std::string_view name() {
    skip_blanks();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  Result<Criterion> comparison(std::string_view type, int depth) {
    if (++terms_ > limits_.filter_terms)
      return bad("more comparisons than the limit filter_terms of " +
                 std::to_string(limits_.filter_terms));
    return path(type, depth, 0);
  }

  // name, name.path or name[filter].path, and the comparison at its end.
  Result<Criterion> path(std::string_view type, int depth, int hops) {
    if (hops > limits_.chain_depth)
      return bad("the chain is longer than the limit chain_depth of " +
                 std::to_string(limits_.chain_depth));
    const auto link = name();
    if (link.empty()) return bad("a parameter's name is expected");
    if (link.starts_with("_has:")) {
      return maker_.follow(
          type, link, [&](std::string_view at, std::string_view last) { return compare(at, last); },
          hops);
    }
    const bool chosen = at_ < text_.size() && text_[at_] == '[';
    if (!chosen && !(at_ < text_.size() && text_[at_] == '.')) return compare(type, link);
    const std::size_t back = at_;
    return maker_.chain(type, link, [&](std::string_view target) -> Result<Criterion> {
      at_ = back;  // the same text for each type that the reference may lead to
      Criterion both;
      both.test = Criterion::Test::all;
      if (take('[')) {
        LET(auto filter, any(target, depth + 1));
        if (!take(']')) return bad("a ] is missing");
        both.parts.push_back(std::move(filter));
      }
      if (!take('.')) return bad("a . is missing");
      LET(auto rest, path(target, depth, hops + 1));
      both.parts.push_back(std::move(rest));
      return both;
    });
  }

  Result<Value> value() {
    skip_blanks();
    Value made;
    if (at_ < text_.size() && text_[at_] == '"') {
      made.quoted = true;
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        made.text += text_[at_];
      }
      if (at_ == text_.size()) return bad("a \" is missing");
      ++at_;
      return made;
    }
    while (at_ < text_.size() && std::string_view(" )]").find(text_[at_]) == std::string::npos)
      made.text += text_[at_++];
    if (made.text.empty()) return bad("a value is expected");
    return made;
  }

  Result<Criterion> compare(std::string_view type, std::string_view code) {
    skip_blanks();
    const std::size_t place = at_;
    const std::string op(name());
    LET(const auto to, value());
    if (op == "pr") {
      if (CriterionMaker::is_own(code)) return bad("every resource has it");
      return maker_.missing(type, code, to.text == "true" ? "false" : "true");
    }
    // A value means here what it means in a query, but that a comma is a comma.
    const std::string escaped = escape(to.text, "\\,");
    const auto kind = kind_of(type, code);
    if (!kind) return maker_.no_such_parameter(type, "_filter", code);
    auto made = by_operator(type, code, op, *kind, escaped);
    if (!made && made.error().where != "_filter" && !maker_.unknown())
      made = Error{made.error().kind, std::string(code) + ": " + made.error().text, "_filter"};
    if (!made && made.error().text.empty()) {
      at_ = place;
      return bad("the comparison does not go with this type of parameter");
    }
    return made;
  }

  std::optional<SearchType> kind_of(std::string_view type, std::string_view code) const {
    if (code == "_id" || code == "id") return SearchType::token;
    if (code == "_lastUpdated") return SearchType::date;
    const KeyId key = parameters_.find(type, code);
    if (key == 0) return {};
    return parameters_.key(key).kind;
  }

  static bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  }

  // An error without a text: the operator does not fit.
  Result<Criterion> by_operator(std::string_view type, std::string_view code, std::string_view op,
                                SearchType kind, const std::string& value) {
    const Error misfit{Kind::invalid, "", "_filter"};
    const std::string name(code == "id" ? "_id" : code);
    const auto as_query = [&](const std::string& modifier, const std::string& prefix) {
      return maker_.leaf(type, name + modifier, prefix + value);
    };
    const bool ordered =
        kind == SearchType::date || kind == SearchType::number || kind == SearchType::quantity;
    if (op == "eq") {
      if (kind == SearchType::string) return text_test(type, name, value, TextMatch::equals);
      return as_query("", ordered ? "eq" : "");
    }
    if (op == "ne") return unequal(type, name, kind, value);
    if (is_one_of(op, {"gt", "lt", "ge", "le", "ap", "sa", "eb"}))
      return ordered ? as_query("", std::string(op)) : Result<Criterion>(misfit);
    if (op == "po") return kind == SearchType::date ? overlap(type, name, value) : misfit;
    if (is_one_of(op, {"co", "sw", "ew"})) {
      if (kind != SearchType::string && kind != SearchType::uri) return misfit;
      return text_test(type, name, value,
                       op == "co"   ? TextMatch::contains
                       : op == "sw" ? TextMatch::starts
                                    : TextMatch::ends);
    }
    if (op == "re") return kind == SearchType::reference ? as_query("", "") : misfit;
    if (kind != SearchType::token || name == "_id") return misfit;
    if (op == "ss") return as_query(":below", "");
    if (op == "sb") return as_query(":above", "");
    if (op == "in") return as_query(":in", "");
    if (op == "ni") return as_query(":not-in", "");
    return misfit;
  }

  // R4: an item has an unequal value: there is one, and none is equal.
  Result<Criterion> unequal(std::string_view type, const std::string& name, SearchType kind,
                            const std::string& value) {
    const bool ordered =
        kind == SearchType::date || kind == SearchType::number || kind == SearchType::quantity;
    if (ordered) return maker_.leaf(type, name, "ne" + value);
    LET(auto equal, by_operator(type, name, "eq", kind, value));
    equal.negated = true;
    if (name == "_id") return equal;
    LET(auto present, maker_.missing(type, name, "false"));
    Criterion both;
    both.test = Criterion::Test::all;
    both.parts.push_back(std::move(present));
    both.parts.push_back(std::move(equal));
    return both;
  }

  Result<Criterion> text_test(std::string_view type, const std::string& name,
                              const std::string& value, TextMatch match) {
    LET(auto made, maker_.leaf(type, name, value));
    const bool is_uri = parameters_.key(made.key).kind == SearchType::uri;
    if (made.test == Criterion::Test::hash) return Error{Kind::invalid, "", "_filter"};
    for (auto& test : made.texts) {
      test.match = match;
      if (!is_uri) test.text = fold(unescape(value));
    }
    return made;
  }

  // The value's own span and the item's have a moment in common.
  Result<Criterion> overlap(std::string_view type, const std::string& name,
                            const std::string& value) {
    LET(auto made, maker_.leaf(type, name, value));
    for (auto& test : made.dates) test.prefix = Prefix::ap;
    return made;
  }

  CriterionMaker& maker_;
  const Parameters& parameters_;
  std::string_view text_;
  const Limits& limits_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
};

}  // namespace

Result<Criterion> read_filter(CriterionMaker& maker, const Parameters& parameters,
                              std::string_view type, std::string_view text, const Limits& limits) {
  return FilterReader(maker, parameters, text, limits).whole(type);
}

}  // namespace fingerpost::search
