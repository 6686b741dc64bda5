// A precedence parser for the FHIRPath N1 grammar.

#include "path/syntax.h"

#include <array>
#include <optional>
#include <utility>

namespace fingerpost::path {
namespace {

// How tightly an operator holds its operands; the order is the grammar's.
enum Binding : int {
  implies = 1,
  alternative,
  both,
  membership,
  equality,
  inequality,
  unite,
  type_test,
  sum,
  product,
  sign
};

struct Infix {
  std::string_view text;
  Operator which;
  int binding;
};
constexpr std::array<Infix, 22> infixes = {{{"*", Operator::multiply, product},
                                            {"/", Operator::divide, product},
                                            {"div", Operator::whole_divide, product},
                                            {"mod", Operator::modulo, product},
                                            {"+", Operator::add, sum},
                                            {"-", Operator::subtract, sum},
                                            {"&", Operator::concatenate, sum},
                                            {"|", Operator::unite, unite},
                                            {"<=", Operator::less_or_equal, inequality},
                                            {"<", Operator::less, inequality},
                                            {">", Operator::greater, inequality},
                                            {">=", Operator::greater_or_equal, inequality},
                                            {"=", Operator::equal, equality},
                                            {"~", Operator::equivalent, equality},
                                            {"!=", Operator::not_equal, equality},
                                            {"!~", Operator::not_equivalent, equality},
                                            {"in", Operator::in, membership},
                                            {"contains", Operator::contains, membership},
                                            {"and", Operator::logic_and, both},
                                            {"or", Operator::logic_or, alternative},
                                            {"xor", Operator::logic_xor, alternative},
                                            {"implies", Operator::logic_implies, implies}}};

constexpr std::array<std::string_view, 16> calendar_words = {
    "year",  "month",  "week",  "day",  "hour",  "minute",  "second",  "millisecond",
    "years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds"};

class Parser {
 public:
  Parser(std::vector<Token> tokens, int depth_limit)
      : tokens_(std::move(tokens)), depth_limit_(depth_limit) {}

  Result<SyntaxPtr> run() {
    LET(auto whole, expression(0));
    if (now().kind != Token::Kind::end) return unexpected();
    return whole;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  const Token& after() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool is_symbol(std::string_view text) const {
    return now().kind == Token::Kind::symbol && now().text == text;
  }
  bool is_word(std::string_view text) const {
    return now().kind == Token::Kind::name && now().text == text;
  }
  bool accept(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    ++at_;
    return true;
  }
  Error error(std::string message) const {
    return Error{Kind::invalid, std::move(message), text(now().place)};
  }
  Error unexpected() const {
    if (now().kind == Token::Kind::end) return error("the expression ends too early");
    return error("'" + now().text + "' is not expected here");
  }
  SyntaxPtr make(Syntax::Kind kind) const {
    auto made = std::make_unique<Syntax>();
    made->kind = kind;
    made->place = now().place;
    return made;
  }

  const Infix* infix() const {
    if (now().kind != Token::Kind::symbol && now().kind != Token::Kind::name) return nullptr;
    for (const auto& known : infixes)
      if (known.text == now().text) return &known;
    return nullptr;
  }

  Result<SyntaxPtr> expression(int binding) {
    if (++depth_ > depth_limit_) return error("the expression is nested too deeply");
    LET(auto left, operand());
    for (;;) {
      if ((is_word("is") || is_word("as")) && type_test > binding) {
        LET(auto tested, type_operation(std::move(left)));
        LET(left, calls_on(std::move(tested)));
        if (++height_ > depth_limit_ * 16) return error("the expression is too long");
        continue;
      }
      const auto* const found = infix();
      if (!found || found->binding <= binding) break;
      if (++height_ > depth_limit_ * 16) return error("the expression is too long");
      auto operation = make(Syntax::Kind::operation);
      operation->which = found->which;
      ++at_;
      LET(auto right, expression(found->binding));
      operation->arguments.push_back(std::move(left));
      operation->arguments.push_back(std::move(right));
      left = std::move(operation);
    }
    --depth_;
    return left;
  }

  Result<SyntaxPtr> type_operation(SyntaxPtr input) {
    auto made = make(is_word("is") ? Syntax::Kind::is : Syntax::Kind::as);
    ++at_;
    LET(made->text, type_name());
    made->input = std::move(input);
    return made;
  }

  // identifier ('.' identifier)*
  Result<std::string> type_name() {
    std::string name;
    for (;;) {
      if (now().kind != Token::Kind::name && now().kind != Token::Kind::quoted_name)
        return error("a type name is expected");
      name += now().text;
      ++at_;
      if (!is_symbol(".") ||
          (after().kind != Token::Kind::name && after().kind != Token::Kind::quoted_name))
        return name;
      if (at_ + 2 < tokens_.size() && tokens_[at_ + 2].text == "(" &&
          tokens_[at_ + 2].kind == Token::Kind::symbol)
        return name;
      ++at_;
      name += '.';
    }
  }

  // A sign, or a term and what is called on it.
  Result<SyntaxPtr> operand() {
    if (is_symbol("+") || is_symbol("-")) {
      auto signed_one = make(Syntax::Kind::sign);
      signed_one->which = is_symbol("-") ? Operator::minus : Operator::plus;
      ++at_;
      LET(auto inner, expression(sign));
      signed_one->arguments.push_back(std::move(inner));
      return signed_one;
    }
    LET(auto left, term());
    return calls_on(std::move(left));
  }

  // (.invocation | [index])*
  Result<SyntaxPtr> calls_on(SyntaxPtr left) {
    for (;;) {
      if (++height_ > depth_limit_ * 16) return error("the expression is too long");
      if (accept(".")) {
        LET(auto next, invocation());
        next->input = std::move(left);
        left = std::move(next);
      } else if (is_symbol("[")) {
        auto index = make(Syntax::Kind::indexer);
        ++at_;
        LET(auto inner, expression(0));
        index->arguments.push_back(std::move(inner));
        if (!accept("]")) return unexpected();
        index->input = std::move(left);
        left = std::move(index);
      } else {
        return left;
      }
    }
  }

  Result<SyntaxPtr> term() {
    const auto& token = now();
    if (accept("(")) {
      LET(auto inner, expression(0));
      if (!accept(")")) return unexpected();
      return inner;
    }
    if (is_symbol("{")) return literal(Syntax::Kind::nothing);
    if (is_symbol("%")) return external();
    switch (token.kind) {
      case Token::Kind::string:
        return literal(Syntax::Kind::string);
      case Token::Kind::number:
        return number();
      case Token::Kind::temporal:
        return literal(Syntax::Kind::temporal);
      case Token::Kind::name:
        if (token.text == "true" || token.text == "false") return literal(Syntax::Kind::boolean);
        return invocation();
      case Token::Kind::quoted_name:
      case Token::Kind::special:
        return invocation();
      default:
        return unexpected();
    }
  }

  Result<SyntaxPtr> literal(Syntax::Kind kind) {
    auto made = make(kind);
    made->text = now().text;
    ++at_;
    if (kind == Syntax::Kind::nothing && !accept("}")) return unexpected();
    return made;
  }

  // NUMBER, or NUMBER and a unit: a string or a calendar word.
  Result<SyntaxPtr> number() {
    auto made = make(Syntax::Kind::number);
    made->text = now().text;
    ++at_;
    if (now().kind == Token::Kind::string) {
      made->kind = Syntax::Kind::quantity;
      made->unit = now().text;
      ++at_;
    } else if (now().kind == Token::Kind::name) {
      for (const auto word : calendar_words) {
        if (now().text != word) continue;
        made->kind = Syntax::Kind::quantity;
        made->unit = now().text;
        made->calendar = true;
        ++at_;
        break;
      }
    }
    return made;
  }

  Result<SyntaxPtr> external() {
    auto made = make(Syntax::Kind::external);
    ++at_;
    const auto kind = now().kind;
    if (kind != Token::Kind::name && kind != Token::Kind::quoted_name &&
        kind != Token::Kind::string)
      return error("a variable's name is expected after %");
    made->text = now().text;
    ++at_;
    // %vs-name and %ext-name without quotes, as older texts have them.
    while ((made->text == "vs" || made->text == "ext" || made->text.find('-') != made->text.npos) &&
           kind == Token::Kind::name && is_symbol("-") && after().kind == Token::Kind::name) {
      ++at_;
      made->text += "-" + now().text;
      ++at_;
    }
    return made;
  }

  Result<SyntaxPtr> invocation() {
    if (now().kind == Token::Kind::special) {
      const auto& name = now().text;
      auto made = make(name == "this"    ? Syntax::Kind::self
                       : name == "index" ? Syntax::Kind::index
                                         : Syntax::Kind::total);
      ++at_;
      return made;
    }
    if (now().kind != Token::Kind::name && now().kind != Token::Kind::quoted_name)
      return unexpected();
    auto made = make(Syntax::Kind::member);
    made->text = now().text;
    made->quoted = now().kind == Token::Kind::quoted_name;
    ++at_;
    if (!accept("(")) return made;
    made->kind = Syntax::Kind::call;
    if (accept(")")) return made;
    do {
      LET(auto argument, expression(0));
      made->arguments.push_back(std::move(argument));
    } while (accept(","));
    if (!accept(")")) return unexpected();
    return made;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int height_ = 0;  // operators and calls so far: what a chain of them nests
  int depth_limit_;
};

}  // namespace

Result<SyntaxPtr> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.expression_bytes)
    return Error{Kind::invalid, "the expression is longer than expression_bytes allows", ""};
  LET(auto found, tokens(text));
  return Parser(std::move(found), limits.expression_depth).run();
}

namespace {

std::string_view symbol(Operator which) {
  if (which == Operator::plus) return "+";
  if (which == Operator::minus) return "-";
  for (const auto& known : infixes)
    if (known.which == which) return known.text;
  return "?";
}

std::string list(const std::vector<SyntaxPtr>& arguments) {
  std::string out;
  for (const auto& argument : arguments) out += (out.empty() ? "" : ", ") + print(*argument);
  return out;
}

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    constexpr std::string_view special = "\r\n\t\f";
    const auto index = special.find(c);
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (index != std::string_view::npos) {
      out += '\\';
      out += "rntf"[index];
    } else {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace

std::string print(const Syntax& syntax) {
  using enum Syntax::Kind;
  const std::string before = syntax.input ? print(*syntax.input) + "." : "";
  const auto& arguments = syntax.arguments;
  switch (syntax.kind) {
    case boolean:
    case number:
      return syntax.text;
    case string:
      return quoted(syntax.text, '\'');
    case temporal:
      return "@" + syntax.text;
    case quantity:
      return syntax.text + " " + (syntax.calendar ? syntax.unit : quoted(syntax.unit, '\''));
    case nothing:
      return "{}";
    case external:
      return "%" + quoted(syntax.text, '`');
    case self:
      return before + "$this";
    case index:
      return before + "$index";
    case total:
      return before + "$total";
    case member:
      return before + (syntax.quoted ? quoted(syntax.text, '`') : syntax.text);
    case call:
      return before + (syntax.quoted ? quoted(syntax.text, '`') : syntax.text) + "(" +
             list(arguments) + ")";
    case indexer:
      return print(*syntax.input) + "[" + print(*arguments[0]) + "]";
    case sign:
      return "(" + std::string(symbol(syntax.which)) + print(*arguments[0]) + ")";
    case operation:
      return "(" + print(*arguments[0]) + " " + std::string(symbol(syntax.which)) + " " +
             print(*arguments[1]) + ")";
    case is:
      return "(" + print(*syntax.input) + " is " + syntax.text + ")";
    case as:
      return "(" + print(*syntax.input) + " as " + syntax.text + ")";
  }
  return "";
}

}  // namespace fingerpost::path
