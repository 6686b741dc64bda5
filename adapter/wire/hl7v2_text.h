// The characters of HL7 v2: charsets (MSH-18) and escape sequences (v2.5.1 section 2.7).

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "wire/hl7v2.h"

#include <string>
#include <string_view>

namespace fingerpost::wire {

// Those a message may come in. Others of table 0211 are refused.
enum class Charset { ascii, utf8, latin1, windows_1252 };

// The first repetition of MSH-18, as the standard and the wild write it. Kind::unsupported for any
// other text, UTF-16 and UTF-32 first of all: their bytes collide with the framing.
Result<Charset> read_charset(std::string_view msh_18);

// What MSH-18 says for a charset; empty for ASCII, its default.
std::string_view charset_name(Charset charset);

struct DecodedMessage {
  std::string text;                  // UTF-8, no byte order mark
  Charset charset = Charset::ascii;  // what the bytes were
};

// A message to UTF-8, in the charset of its byte order mark or MSH-18. With neither, or where ASCII
// was declared but is not what came: UTF-8 when the bytes are that, else `fallback`, with an issue.
// Kind::invalid for bytes that are not the declared UTF-8, and for NUL.
Result<DecodedMessage> decode_message(std::string bytes, Charset fallback, Issues& issues);

// UTF-8 in another charset; a character it lacks becomes '?', and is counted.
struct EncodedMessage {
  std::string bytes;
  std::size_t lost = 0;
};
EncodedMessage encode_message(std::string_view utf8, Charset charset);

// Appends a leaf's text with its escapes resolved. \F\ \S\ \T\ \R\ \E\ \P\ are characters; \Xhh\ is
// bytes of the charset; \.br\ \.sp\ \.ce\ are line ends and \.sk\ blanks; \H\ \N\ and the other
// formatting vanish. Anything else, or what would give an illegal character, stays as it stands.
// Answers whether all of it was understood.
bool unescape(std::string_view leaf, const Delimiters& by, Charset charset, std::string& out);

// Appends UTF-8 text so that unescape gives it back: a line end becomes \.br\ and any other control
// character \Xhh\ in hexadecimal.
void escape(std::string_view text, const Delimiters& by, std::string& out);

}  // namespace fingerpost::wire
