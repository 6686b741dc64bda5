// A narrative's text as XML can carry it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::model {

inline constexpr std::string_view xhtml_space = "http://www.w3.org/1999/xhtml";

struct Div {
  // bare: a div in no namespace, which R4 does not allow (narrative.html); other: no XHTML at all.
  enum class Kind : std::uint8_t { xhtml, bare, other };
  Kind kind = Kind::other;
  std::string markup;  // the div in the namespace of XHTML; of other, nothing
};

// The blanks around it are left out, and &nbsp;, which XML does not know, is written by its number.
Div div_of(std::string_view narrative);

}  // namespace fingerpost::model
