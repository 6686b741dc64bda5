// FHIR's primitive types and the syntax of their values (R4 datatypes.html), matched by hand.

#pragma once

#include <cstdint>
#include <string_view>

namespace fingerpost::model {

enum class Primitive : std::uint8_t {
  none,
  boolean,
  integer,
  positive_int,
  unsigned_int,
  decimal,
  string,
  code,
  id,
  uri,
  url,
  canonical,
  oid,
  uuid,
  markdown,
  xhtml,
  base64_binary,
  date,
  date_time,
  time,
  instant
};

// Primitive::none for a name that is no primitive type.
Primitive primitive_named(std::string_view name);

// Whether the text is a value of the type: R4's regular expressions, and for numbers and dates the
// ranges its text gives (32-bit integers, months and days that exist). xhtml is only not empty
// here.
bool matches(Primitive type, std::string_view text);

}  // namespace fingerpost::model
