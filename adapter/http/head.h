// The strict request gate: the head of an HTTP/1.1 request, read from its raw bytes. Whatever two
// readers of the same bytes could understand differently is refused, so nothing can be smuggled
// past a proxy in front.

#pragma once

#include "fingerpost/limits.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace fingerpost::http {

enum class Method : std::uint8_t { get, head, post, put, patch, remove, options };
std::string_view name(Method method);  // "GET" … as on the wire

enum class Framing : std::uint8_t { none, length, chunked };

struct Field {
  std::string_view name;   // as sent
  std::string_view value;  // without the blanks around it
};

// Views into the bytes it was read from.
struct Head {
  Method method = Method::get;
  Framing framing = Framing::none;
  bool keep_alive = true;
  bool expects_continue = false;
  std::uint64_t content_length = 0;  // with Framing::length
  std::string_view path;             // as sent, begins with '/'
  std::string_view query;            // as sent, after the first '?'
  std::vector<Field> fields;

  // The first field of that name, in any case; empty when there is none.
  std::string_view field(std::string_view field_name) const;
  bool has(std::string_view field_name) const;
};

// Why a request is answered before anybody reads it. The connection closes after it.
struct Refusal {
  int status = 400;
  std::string_view text;    // static
  std::uint64_t limit = 0;  // the value of the limit that the text ends with
};

// How far the bytes of a connection have been looked at: they come in pieces.
struct HeadScan {
  std::size_t looked = 0;
  std::size_t line = 0;  // where the current line begins
};
enum class Found { more, whole, broken };

// Looks for the empty line. whole: scan.looked is the size of the head. broken: a line that does
// not end in CR LF; no more bytes are needed to refuse it.
Found find_head(std::string_view bytes, HeadScan& scan);

// Reads a whole head as found. `head` may be one used before. RFC 9112, RFC 9110.
std::optional<Refusal> parse_head(std::string_view bytes, const Limits& limits, Head& head);

}  // namespace fingerpost::http
