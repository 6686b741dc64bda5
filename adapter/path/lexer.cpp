#include "path/lexer.h"

#include "base/text.h"

#include <optional>
#include <utility>

namespace fingerpost::path {
namespace {

bool starts_name(char c) {
  return is_letter(c) || c == '_';
}
bool in_name(char c) {
  return starts_name(c) || is_digit(c);
}

std::optional<char32_t> hex4(std::string_view text) {
  if (text.size() < 4) return {};
  char32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const char low = to_lower(c);
    if (!is_digit(c) && (low < 'a' || low > 'f')) return {};
    value = value * 16 + static_cast<char32_t>(is_digit(c) ? c - '0' : low - 'a' + 10);
  }
  return value;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> found;
    do {
      LET(auto token, next());
      found.push_back(std::move(token));
    } while (found.back().kind != Token::Kind::end);
    return found;
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool done() const { return at_ >= text_.size(); }
  void advance(std::size_t count = 1) {
    for (; count > 0 && !done(); --count, ++at_) {
      if (text_[at_] == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((text_[at_] & 0xC0) != 0x80) {
        ++place_.column;
      }
    }
  }
  Error error(std::string message, Place place) const {
    return Error{Kind::invalid, std::move(message), text(place)};
  }

  // White space and comments. False: a comment is not closed.
  bool skip_blank() {
    for (;;) {
      if (is_space(peek()) && !done()) {
        advance();
      } else if (peek() == '/' && peek(1) == '/') {
        while (!done() && peek() != '\n') advance();
      } else if (peek() == '/' && peek(1) == '*') {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return false;
        advance(end + 2 - at_);
      } else {
        return true;
      }
    }
  }

  Result<Token> next() {
    if (!skip_blank()) return error("a comment has no end", place_);
    const char c = peek();
    if (done()) return Token{Token::Kind::end, "", place_};
    if (starts_name(c)) return taken(Token::Kind::name, name_length(at_));
    if (is_digit(c)) return taken(Token::Kind::number, number_length());
    if (c == '\'' || c == '"') return quoted(Token::Kind::string, c);
    if (c == '`') return quoted(Token::Kind::quoted_name, c);
    if (c == '@') return temporal();
    if (c == '$') return special();
    return symbol();
  }

  Token taken(Token::Kind kind, std::size_t length) {
    Token token{kind, std::string(text_.substr(at_, length)), place_};
    advance(length);
    return token;
  }

  std::size_t name_length(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && in_name(text_[end])) ++end;
    return end - from;
  }

  std::size_t digits_from(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    return end - from;
  }

  std::size_t number_length() const {
    const std::size_t whole = digits_from(at_);
    if (peek(whole) != '.') return whole;
    const std::size_t behind = digits_from(at_ + whole + 1);
    return behind == 0 ? whole : whole + 1 + behind;
  }

  Result<Token> quoted(Token::Kind kind, char quote) {
    Token token{kind, "", place_};
    advance();
    while (peek() != quote) {
      if (done()) return error("a quotation mark has no partner", token.place);
      if (peek() != '\\') {
        token.text += peek();
        advance();
      } else if (!escape(token.text)) {
        return error("unknown escape sequence", place_);
      }
    }
    advance();
    return token;
  }

  bool escape(std::string& out) {
    const char c = peek(1);
    if (c == 'u') return unicode(out);
    constexpr std::string_view letters = "'\"`\\/rntf";
    constexpr std::string_view meant = "'\"`\\/\r\n\t\f";
    const auto index = letters.find(c);
    if (at_ + 1 >= text_.size() || index == std::string_view::npos) return false;
    out += meant[index];
    advance(2);
    return true;
  }

  // \uXXXX; two of them make one character beyond U+FFFF.
  bool unicode(std::string& out) {
    const auto first = hex4(text_.substr(std::min(at_ + 2, text_.size())));
    if (!first || *first == 0) return false;
    advance(6);
    if (*first < 0xD800 || *first > 0xDFFF) {
      append_utf8(out, *first);
      return true;
    }
    if (*first > 0xDBFF || peek() != '\\' || peek(1) != 'u') return false;
    const auto second = hex4(text_.substr(std::min(at_ + 2, text_.size())));
    if (!second || *second < 0xDC00 || *second > 0xDFFF) return false;
    append_utf8(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
    advance(6);
    return true;
  }

  // The end of hh(:mm(:ss(.fff)?)?)? from here. A "." that no digit follows is a call.
  std::size_t clock_end(std::size_t end) const {
    const auto at = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
    end += digits_from(end);
    while (at(end) == ':' && is_digit(at(end + 1))) end += 1 + digits_from(end + 1);
    if (at(end) == '.' && is_digit(at(end + 1))) end += 1 + digits_from(end + 1);
    return end;
  }

  Result<Token> temporal() {
    const auto at = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
    const Place place = place_;
    std::size_t end = at_ + 1;
    if (at(end) == 'T') {
      end = clock_end(end + 1);
    } else {
      end += digits_from(end);
      while (at(end) == '-' && is_digit(at(end + 1))) end += 1 + digits_from(end + 1);
      if (at(end) == 'T') {
        const std::size_t clock = end + 1;
        end = clock_end(clock);
        const bool sign = at(end) == '+' || at(end) == '-';
        if (end > clock && at(end) == 'Z') {
          ++end;
        } else if (end > clock && sign && is_digit(at(end + 1)) && is_digit(at(end + 2)) &&
                   at(end + 3) == ':') {
          end += 4 + digits_from(end + 4);
        }
      }
    }
    if (end == at_ + 1) return error("a date or time is expected after @", place);
    advance();
    auto token = taken(Token::Kind::temporal, end - at_);
    token.place = place;
    return token;
  }

  Result<Token> special() {
    const Place place = place_;
    const auto word = text_.substr(at_ + 1, name_length(at_ + 1));
    if (word != "this" && word != "index" && word != "total")
      return error("only $this, $index and $total are known", place);
    Token token{Token::Kind::special, std::string(word), place};
    advance(1 + word.size());
    return token;
  }

  Result<Token> symbol() {
    for (const std::string_view two : {"<=", ">=", "!=", "!~"})
      if (text_.substr(at_, 2) == two) return taken(Token::Kind::symbol, 2);
    constexpr std::string_view known = ".()[]{},+-*/&|=~<>%";
    if (known.find(peek()) == std::string_view::npos)
      return error("this character has no meaning here", place_);
    return taken(Token::Kind::symbol, 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
};

}  // namespace

std::string text(Place place) {
  return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
}

Result<std::vector<Token>> tokens(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace fingerpost::path
