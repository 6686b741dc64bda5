// The syntax tree of an expression.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "path/lexer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::path {

enum class Operator : std::uint8_t {
  plus,
  minus,  // of one operand
  multiply,
  divide,
  whole_divide,
  modulo,
  add,
  subtract,
  concatenate,
  unite,
  less,
  greater,
  less_or_equal,
  greater_or_equal,
  equal,
  equivalent,
  not_equal,
  not_equivalent,
  in,
  contains,
  logic_and,
  logic_or,
  logic_xor,
  logic_implies
};

struct Syntax;
using SyntaxPtr = std::unique_ptr<Syntax>;

struct Syntax {
  enum class Kind : std::uint8_t {
    boolean,
    string,
    number,
    temporal,
    quantity,
    nothing,   // literals; nothing is {}
    external,  // %name
    self,
    index,
    total,      // $this, $index, $total
    member,     // text; input or none
    call,       // text(arguments); input or none
    indexer,    // input[arguments[0]]
    sign,       // which: plus or minus; arguments[0]
    operation,  // which; arguments[0], arguments[1]
    is,
    as  // input, type name in text
  };
  Kind kind = Kind::nothing;
  Operator which = Operator::plus;
  bool quoted = false;  // a member in backticks
  Place place;
  std::string text;       // of a literal; of a quantity its number
  std::string unit;       // of a quantity
  bool calendar = false;  // the unit is a word, not a string
  SyntaxPtr input;
  std::vector<SyntaxPtr> arguments;
};

// Kind::invalid with the place.
Result<SyntaxPtr> parse(std::string_view text, const Limits& limits);

// With every operation in brackets, so that what binds what can be seen: "(1 + (2 * 3))".
std::string print(const Syntax& syntax);

}  // namespace fingerpost::path
