// The tokens of a FHIRPath text (FHIRPath N1 grammar, lexer rules).

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::path {

// Where in the expression, for messages. Lines and columns count from 1.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
std::string text(Place place);  // "line 1, column 5"

struct Token {
  enum class Kind : std::uint8_t {
    end,
    name,         // also keywords: the parser knows where a word is one
    quoted_name,  // in backticks
    string,
    number,
    temporal,  // without the "@"
    special,   // $this, $index, $total, without the "$"
    symbol     // operators and brackets
  };
  Kind kind = Kind::end;
  std::string text;  // escapes resolved
  Place place;
};

// The tokens, closed by one of kind end.
Result<std::vector<Token>> tokens(std::string_view text);

}  // namespace fingerpost::path
