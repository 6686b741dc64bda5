// HL7 v2 text as segments, fields, repetitions, components and subcomponents. No meaning.
//
// Everything returned is a view into the message, which must outlive it.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::wire {

// MSH-1 and MSH-2. '\0' is a delimiter this message does not have.
struct Delimiters {
  char field = '|';
  char component = '^';
  char repetition = '~';
  char escape = '\\';
  char subcomponent = '&';
  char truncation = '\0';  // since v2.7

  friend bool operator==(const Delimiters&, const Delimiters&) = default;
};

// v2.5.1 section 2.16.9.1: MSH-1 is the character after "MSH", MSH-2 the one to five after that.
// Also for the file and batch headers FHS and BHS. Kind::invalid when two of them are the same
// character, or one is a letter, digit or control character.
Result<Delimiters> read_delimiters(std::string_view message);

// MSH-2 as these delimiters write it.
std::string encoding_characters(const Delimiters& by);

// One segment without its terminator. The name is the three characters before the first field.
struct Segment {
  std::string_view name;
  std::string_view text;
};

// The segments of one message that starts with MSH. A segment ends with CR; LF and CRLF are
// accepted. A line end that no segment name follows is part of the text before it: an issue says
// so, once for each segment. Kind::invalid over Limits::v2_segments.
Result<std::vector<Segment>> split_segments(std::string_view message, const Delimiters& by,
                                            const Limits& limits, Issues& issues);

// Takes the text up to the next delimiter off `rest`, and the delimiter with it. `more` tells
// whether there was one. A delimiter of '\0' never occurs.
inline std::string_view take(std::string_view& rest, char delimiter, bool& more) {
  const auto end = delimiter == '\0' ? std::string_view::npos : rest.find(delimiter);
  more = end != std::string_view::npos;
  const auto taken = rest.substr(0, end);
  rest.remove_prefix(more ? end + 1 : rest.size());
  return taken;
}

// Where the next CR or LF stands, or the text's end.
inline std::size_t line_end(std::string_view text, std::size_t at = 0) {
  while (at < text.size() && text[at] != '\r' && text[at] != '\n') ++at;
  return at;
}

// The n-th part, counted from 1 as the standard does; empty when there are fewer.
std::string_view nth(std::string_view text, char delimiter, int n);

// Field n of a segment with all its repetitions. MSH-1 counts as a field (FHS and BHS alike).
std::string_view field(std::string_view segment, const Delimiters& by, int n);

// Component n of the first repetition of a field.
std::string_view component(std::string_view field, const Delimiters& by, int n);

// The explicit null of v2.5.1 section 2.5.3: delete what you have. Not the same as empty.
constexpr bool is_null(std::string_view text) {
  return text == "\"\"";
}

}  // namespace fingerpost::wire
