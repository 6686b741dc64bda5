#include "mapping/lexer.h"

#include "base/text.h"

namespace fingerpost::mapping {
namespace {

bool starts_name(char c) {
  return is_letter(c) || c == '_';
}
bool goes_on_name(char c) {
  return starts_name(c) || is_digit(c);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<Tokens> read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = line_start_ = 3;
    for (;;) {
      LET(const bool more, skip());
      if (!more) break;
      LET(Token token, next());
      tokens_.tokens.push_back(std::move(token));
    }
    Token end;
    end.offset = at_;
    end.at = place();
    tokens_.tokens.push_back(std::move(end));
    return std::move(tokens_);
  }

 private:
  At place() const { return {line_, static_cast<int>(at_ - line_start_) + 1}; }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void step() {
    if (text_[at_++] == '\n') {
      ++line_;
      line_start_ = at_;
    }
  }
  Error error(At at, std::string text) const {
    return {Kind::invalid, std::move(text),
            std::to_string(at.line) + ":" + std::to_string(at.column)};
  }

  // White space, comments and directives. False at the end of the text.
  Result<bool> skip() {
    while (at_ < text_.size()) {
      if (is_space(peek()) || peek() == '\f') {
        step();
      } else if (peek() == '/' && peek(1) == '/') {
        line_comment();
      } else if (peek() == '/' && peek(1) == '*') {
        const At from = place();
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return error(from, "a comment does not end");
        while (at_ < end + 2) step();
      } else {
        return true;
      }
    }
    return false;
  }

  void line_comment() {
    const At from = place();
    const auto begin = at_;
    while (at_ < text_.size() && peek() != '\n') ++at_;
    const auto line = text_.substr(begin, at_ - begin);
    if (!line.starts_with("///")) return;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return;
    auto value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
      value = value.substr(1, value.size() - 2);
    tokens_.directives.push_back(
        {std::string(trim(line.substr(3, equals - 3))), std::string(value), from});
  }

  Result<Token> next() {
    Token token;
    token.offset = at_;
    token.at = place();
    const char c = peek();
    if (starts_name(c)) {
      while (goes_on_name(peek())) ++at_;
      token.kind = Token::Kind::name;
      token.value = text_.substr(token.offset, at_ - token.offset);
    } else if (is_digit(c)) {
      number();
      token.kind = Token::Kind::number;
    } else if (c == '"' || c == '\'' || c == '`') {
      token.kind = c == '`' ? Token::Kind::name : Token::Kind::text;
      if (!quoted(c, token.value)) return error(token.at, "a text does not end");
    } else if (c == '@') {  // a FHIRPath date: one token, so that its signs are no operators
      for (++at_; goes_on_name(peek()) || peek() == ':' || peek() == '-' ||
                  (peek() == '+' && is_digit(peek(1))) || (peek() == '.' && is_digit(peek(1)));)
        ++at_;
      token.kind = Token::Kind::literal;
    } else {
      constexpr std::string_view pairs[] = {"->", "<<", ">>", "==", "!=", "..", "<=", ">=", "!~"};
      at_ += 1;
      for (const auto pair : pairs)
        if (text_.substr(token.offset, 2) == pair) at_ = token.offset + 2;
      token.kind = Token::Kind::symbol;
    }
    token.text = text_.substr(token.offset, at_ - token.offset);
    return token;
  }

  void number() {
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1)))
      for (++at_; is_digit(peek());) ++at_;
  }

  bool quoted(char quote, std::string& value) {
    for (++at_; at_ < text_.size() && peek() != quote; step()) {
      if (peek() != '\\') {
        value += peek();
        continue;
      }
      step();
      if (at_ >= text_.size()) return false;
      escape(value);
    }
    if (at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  // The character after a backslash; FHIRPath's escapes.
  void escape(std::string& value) {
    switch (peek()) {
      case 'n':
        value += '\n';
        return;
      case 'r':
        value += '\r';
        return;
      case 't':
        value += '\t';
        return;
      case 'f':
        value += '\f';
        return;
      case 'u':
        break;
      default:
        value += peek();
        return;
    }
    char32_t code = 0;
    int digits = 0;
    for (; digits < 4; ++digits) {
      const char c = to_lower(peek(1));
      const int digit = is_digit(c) ? c - '0' : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
      if (digit < 0) break;
      code = code * 16 + static_cast<char32_t>(digit);
      ++at_;
    }
    if (digits == 4) append_utf8(value, code);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
  Tokens tokens_;
};

}  // namespace

Result<Tokens> read_tokens(std::string_view text) {
  return Lexer(text).read();
}

}  // namespace fingerpost::mapping
