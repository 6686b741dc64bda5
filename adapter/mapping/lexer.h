// The text of a map as tokens.

#pragma once

#include "fingerpost/result.h"
#include "mapping/text.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::mapping {

struct Token {
  enum class Kind : std::uint8_t { end, name, text, number, symbol, literal };
  Kind kind = Kind::end;
  std::string_view text;   // as written, quotes included
  std::string value;       // names and texts: without quotes, unescaped
  std::size_t offset = 0;  // in the map's text
  At at;

  bool is(std::string_view symbol) const {
    return (kind == Kind::symbol || kind == Kind::name) && text == symbol;
  }
};

// A line "/// key = value" anywhere in the map.
struct Directive {
  std::string key;
  std::string value;
  At at;
};

struct Tokens {
  std::vector<Token> tokens;  // ends with one of Kind::end
  std::vector<Directive> directives;
};

// Views into the text, which must outlive the tokens. `where` of the error is "line:column".
Result<Tokens> read_tokens(std::string_view text);

}  // namespace fingerpost::mapping
