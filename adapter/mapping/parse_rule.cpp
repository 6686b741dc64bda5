#include "mapping/parse.h"
#include "mapping/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace fingerpost::mapping {
namespace {

constexpr std::array<std::string_view, 10> word_operators = {
    "and", "or", "xor", "implies", "in", "contains", "is", "as", "div", "mod"};
constexpr std::array<std::string_view, 16> units = {
    "year", "years", "month",  "months",  "week",   "weeks",   "day",         "days",
    "hour", "hours", "minute", "minutes", "second", "seconds", "millisecond", "milliseconds"};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool ends_operand(const Token& token) {
  switch (token.kind) {
    case Token::Kind::text:
    case Token::Kind::number:
    case Token::Kind::literal:
      return true;
    case Token::Kind::name:
      return !one_of(word_operators, token.text);
    default:
      return token.is(")") || token.is("]") || token.is("}");
  }
}

// Can this token stand right after a complete operand?
bool goes_on(const Token& before, const Token& token) {
  if (token.kind == Token::Kind::name) {
    if (before.kind == Token::Kind::number && one_of(units, token.text)) return true;
    return one_of(word_operators, token.text);
  }
  if (token.kind == Token::Kind::text)
    return before.kind == Token::Kind::number && token.text[0] == '\'';
  if (token.kind == Token::Kind::symbol)
    return token.text != "->" && token.text != "{" && token.text != "@" && token.text != "%";
  return false;
}

}  // namespace

Parser::Extent Parser::expression_extent() const {
  std::string open;        // what closes each bracket that is open, the innermost last
  std::size_t closed = 0;  // where the parenthesis closes that the expression opens with
  std::size_t at = at_;
  for (; tokens_[at].kind != Token::Kind::end; ++at) {
    const Token& token = tokens_[at];
    if (open.empty()) {
      if (token.is(",") || token.is(";") || token.is("->") || token.is(")") || token.is("}")) break;
      if (at > at_ && ends_operand(tokens_[at - 1]) && !tokens_[at - 1].is(".") &&
          !goes_on(tokens_[at - 1], token))
        break;
      // `where (…) as v`: what is wholly in parentheses ends with them.
      if (token.is("as") && closed != 0 && at == closed + 1) break;
      // A word right after a point is an element, whatever the word.
      if (at > at_ && token.kind == Token::Kind::name && token.is("then") &&
          !tokens_[at - 1].is("."))
        break;
    }
    if (token.is("(")) open += ')';
    if (token.is("[")) open += ']';
    if (token.is("{")) open += '}';
    if (token.is(")") || token.is("]") || token.is("}")) {
      if (open.empty() || !token.is({&open.back(), 1})) break;
      open.pop_back();
    }
    if (open.empty() && closed == 0 && token.is(")") && tokens_[at_].is("(")) closed = at;
  }
  return {at, std::move(open)};
}

// The text of tokens [first, last), with "…" made '…'. Comments stay: FHIRPath has the same ones.
PathText Parser::path_text(std::size_t first, std::size_t last) const {
  PathText made;
  if (first >= last) return made;
  made.at = tokens_[first].at;
  std::size_t from = tokens_[first].offset;
  for (std::size_t at = first; at < last; ++at) {
    const Token& token = tokens_[at];
    made.text += text_.substr(from, token.offset - from);
    if (token.kind == Token::Kind::text && token.text[0] == '"') {
      made.text += path_string(token.value);
    } else {
      made.text += token.text;
    }
    from = token.offset + token.text.size();
  }
  return made;
}

Result<PathText> Parser::expression() {
  const auto [end, open] = expression_extent();
  if (end == at_) return unexpected("an expression");
  auto made = path_text(at_, end);
  at_ = end;
  if (!open.empty()) return unexpected(std::string("'") + open.back() + "'");
  return made;
}

Result<RuleText> Parser::rule() {
  RuleText rule;
  rule.at = peek().at;
  do {
    LET(auto made, source());
    rule.sources.push_back(std::move(made));
  } while (accept(","));
  if (accept("->")) {
    do {
      LET(auto made, target());
      rule.targets.push_back(std::move(made));
    } while (accept(","));
  }
  if (accept("then"))
    if (auto done = then(rule); !done) return done.error();
  if (peek().kind == Token::Kind::text) rule.name = take().value;
  if (auto done = expect(";"); !done) return done.error();
  const auto plain = [](const TargetText& to) {
    return !to.context.empty() && !to.path.empty() && to.variable.empty() &&
           to.transform == Transform::none && to.list == TargetList::none;
  };
  rule.shorthand = rule.sources.size() == 1 && rule.targets.size() == 1 &&
                   rule.sources[0].variable.empty() && plain(rule.targets[0]) &&
                   rule.calls.empty() && rule.rules.empty();
  return rule;
}

Result<SourceText> Parser::source() {
  SourceText made;
  made.at = peek().at;
  LET(made.context, name());
  while (accept(".")) {
    LET(auto step, name());
    made.path.push_back(std::move(step));
  }
  for (;;) {
    LET(const bool more, source_word(made));
    if (!more) return made;
  }
}

// One of the words that may follow a source, in any order.
Result<bool> Parser::source_word(SourceText& made) {
  struct List {
    std::string_view word;
    SourceList list;
  };
  constexpr List lists[] = {{"first", SourceList::first},
                            {"not_first", SourceList::not_first},
                            {"last", SourceList::last},
                            {"not_last", SourceList::not_last},
                            {"only_one", SourceList::only_one}};
  for (const auto& known : lists)
    if (accept(known.word)) {
      made.list = known.list;
      return true;
    }
  if (peek().kind == Token::Kind::number) {
    if (auto done = cardinality(made); !done) return done.error();
  } else if (accept(":")) {
    LET(made.type, name());
  } else if (accept("as")) {
    LET(made.variable, name());
  } else if (accept("default")) {
    LET(made.fallback, expression());
  } else if (accept("where")) {
    LET(made.condition, expression());
  } else if (accept("check")) {
    LET(made.check, expression());
  } else if (accept("log")) {
    LET(made.log, expression());
  } else {
    return false;
  }
  return true;
}

Result<void> Parser::cardinality(SourceText& made) {
  const auto number = [&]() -> Result<int> {
    const auto text = peek().text;
    int value = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (bad != std::errc{} || end != text.data() + text.size()) return unexpected("a number");
    take();
    return value;
  };
  LET(made.min, number());
  if (auto done = expect(".."); !done) return done;
  if (accept("*")) {
    made.max = -1;
    return {};
  }
  LET(made.max, number());
  return {};
}

Result<TargetText> Parser::target() {
  TargetText made;
  made.at = peek().at;
  if (peek().is("(")) {
    if (auto done = target_value(made); !done) return done.error();
  } else if (peek().kind == Token::Kind::name && peek(1).is("(")) {
    const Token& word = take();
    if (auto done = transform_call(made, word); !done) return done.error();
  } else {
    LET(made.context, name());
    while (accept(".")) {
      LET(auto step, name());
      made.path.push_back(std::move(step));
    }
    if (accept("="))
      if (auto done = target_value(made); !done) return done.error();
  }
  if (auto done = target_end(made); !done) return done.error();
  return made;
}

Result<void> Parser::transform_call(TargetText& made, const Token& word) {
  made.transform = transform_named(word.value);
  if (made.transform == Transform::none)
    return error(word.at, "there is no transform " + word.value);
  LET(made.arguments, arguments());
  return {};
}

// What stands after '=': a transform, a literal, a variable, or (FHIRPath).
Result<void> Parser::target_value(TargetText& made) {
  if (peek().kind == Token::Kind::name && peek(1).is("(")) {
    const Token& word = take();
    return transform_call(made, word);
  }
  if (peek().is("(")) {
    made.transform = Transform::evaluate;
    take();
    LET(auto path, expression());
    if (auto done = expect(")"); !done) return done;
    made.arguments.push_back({ArgumentText::Kind::path, std::move(path.text), path.at});
    return {};
  }
  made.transform = Transform::copy;
  LET(auto value, argument());
  made.arguments.push_back(std::move(value));
  return {};
}

Result<void> Parser::target_end(TargetText& made) {
  for (;;) {
    if (accept("as")) {
      LET(made.variable, name());
    } else if (accept("first")) {
      made.list = TargetList::first;
    } else if (accept("last")) {
      made.list = TargetList::last;
    } else if (accept("single") || accept("collate")) {
      made.list = TargetList::single;
    } else if (accept("share")) {
      made.list = TargetList::share;
      LET(made.share, name());
    } else {
      return {};
    }
  }
}

Result<void> Parser::then(RuleText& rule) {
  if (!peek().is("{")) {
    do {
      LET(auto made, call());
      rule.calls.push_back(std::move(made));
    } while (accept(","));
  }
  if (accept("{")) {
    rule.braces = true;
    LET(rule.rules, rules());
  }
  return {};
}

Result<CallText> Parser::call() {
  CallText made;
  made.at = peek().at;
  LET(made.group, name());
  LET(made.arguments, arguments());
  return made;
}

Result<std::vector<ArgumentText>> Parser::arguments() {
  std::vector<ArgumentText> made;
  if (auto done = expect("("); !done) return done.error();
  if (accept(")")) return made;
  do {
    LET(auto one, argument());
    made.push_back(std::move(one));
  } while (accept(","));
  if (auto done = expect(")"); !done) return done.error();
  return made;
}

// A literal, a variable, or any FHIRPath.
Result<ArgumentText> Parser::argument() {
  ArgumentText made;
  made.at = peek().at;
  const std::size_t end = expression_extent().end;
  const bool minus = peek().is("-") && peek(1).kind == Token::Kind::number;
  if (end == at_ + (minus ? 2u : 1u)) {
    const std::string sign = minus ? take().value + "-" : "";
    const Token& token = take();
    made.text =
        sign + (token.value.empty() && token.kind == Token::Kind::number ? std::string(token.text)
                                                                         : token.value);
    using K = ArgumentText::Kind;
    switch (token.kind) {
      case Token::Kind::text:
        made.kind = K::text;
        return made;
      case Token::Kind::number:
        made.kind = token.text.find('.') == std::string_view::npos ? K::integer : K::decimal;
        return made;
      case Token::Kind::name:
        made.kind = token.text == "true" || token.text == "false" ? K::boolean : K::variable;
        return made;
      default:
        --at_;
    }
  }
  LET(auto path, expression());
  made.kind = ArgumentText::Kind::path;
  made.text = std::move(path.text);
  return made;
}

}  // namespace fingerpost::mapping
