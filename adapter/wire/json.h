// JSON text as a flat list of tokens, and JSON text written piece by piece. No meaning.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::wire {

struct JsonToken {
  enum class Kind : std::uint8_t { object, array, end, key, string, number, boolean, null };
  const char* text = "";  // key, string: unescaped; number, boolean: as written
  std::uint32_t size = 0;
  std::uint32_t after =
      0;  // index of the token after this value; for object and array, after its end
  Kind kind = Kind::null;

  std::string_view view() const { return {text, size}; }
};

// One document. An object is: object, (key, value)*, end. An array is: array, value*, end.
// The texts are views into the document's own copy of the source.
struct JsonDocument {
  std::shared_ptr<std::string> source;
  std::vector<JsonToken> tokens;  // never empty
};

// fhir: a member name stands once in an object, and no text holds U+0000 (R4 json.html and
// datatypes.html#string). rfc8259: both may be.
enum class JsonRules : std::uint8_t { fhir, rfc8259 };

// RFC 8259, UTF-8 only. Refused with Kind::invalid and `where` "byte N": anything after the value,
// what the rules refuse, half a surrogate pair, invalid UTF-8, a number beyond a double, depth,
// node and string limits. A leading byte order mark is skipped.
Result<JsonDocument> parse_json(std::string source, const Limits& limits,
                                JsonRules rules = JsonRules::fhir);

// Appends a JSON string with its quotes, escaping only what RFC 8259 demands.
void write_json_string(std::string& out, std::string_view text);
// The same into memory that has this much room for a text of that size. Gives the end of what was
// written.
constexpr std::size_t json_string_room(std::size_t text_size) {
  return text_size * 6 + 2 + 16;  // whole blocks are copied
}
char* write_json_string(char* to, std::string_view text);

}  // namespace fingerpost::wire
