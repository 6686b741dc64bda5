#include "wire/hl7v2.h"

#include "base/text.h"

namespace fingerpost::wire {

namespace {

// Not '.': MSH-12 could not say a version.
constexpr bool can_delimit(char c) {
  return c > ' ' && c != '\x7f' && c != '.' && !is_digit(c) && !is_letter(c) &&
         static_cast<unsigned char>(c) < 0x80;
}

bool starts_header(std::string_view text) {
  return text.starts_with("MSH") || text.starts_with("FHS") || text.starts_with("BHS");
}

bool starts_segment(std::string_view text, char field_delimiter) {
  if (text.size() < 3 || !is_upper(text[0])) return false;
  if (!is_upper(text[1]) && !is_digit(text[1])) return false;
  if (!is_upper(text[2]) && !is_digit(text[2])) return false;
  return text.size() == 3 || text[3] == field_delimiter || text[3] == '\r' || text[3] == '\n';
}

std::size_t line_end_size(std::string_view text, std::size_t at) {
  return text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
}

// Past any number of line ends and blanks, so that empty lines are no segments.
std::size_t skip_blank_lines(std::string_view text, std::size_t at) {
  const auto end = text.find_first_not_of("\r\n", at);
  return end == std::string_view::npos ? text.size() : end;
}

struct End {
  std::size_t end;   // of the segment's text
  std::size_t next;  // where the next segment starts
  bool joined;       // a line end inside the text was taken as text
};

End find_end(std::string_view message, std::size_t from, char field_delimiter) {
  bool joined = false;
  for (auto at = line_end(message, from); at < message.size();
       at = line_end(message, at + line_end_size(message, at))) {
    const auto next = skip_blank_lines(message, at);
    if (next == message.size() || starts_segment(message.substr(next), field_delimiter))
      return {at, next, joined};
    joined = true;
  }
  return {message.size(), message.size(), joined};
}

}  // namespace

Result<Delimiters> read_delimiters(std::string_view message) {
  if (!starts_header(message)) return Error{Kind::invalid, "a message starts with MSH", "MSH"};
  if (message.size() < 5) return Error{Kind::invalid, "MSH declares no delimiters", "MSH-1"};
  Delimiters by{message[3], '\0', '\0', '\0', '\0', '\0'};
  if (!can_delimit(by.field))
    return Error{Kind::invalid, "the field separator cannot be this character", "MSH-1"};
  const auto line = message.substr(4, line_end(message, 4) - 4);
  const auto encoding = line.substr(0, line.find(by.field));
  if (encoding.empty() || encoding.size() > 5)
    return Error{Kind::invalid, "MSH-2 holds one to five encoding characters", "MSH-2"};
  char* const places[] = {&by.component, &by.repetition, &by.escape, &by.subcomponent,
                          &by.truncation};
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    const bool again = encoding.find(encoding[i], i + 1) != std::string_view::npos;
    if (again || !can_delimit(encoding[i]))
      return Error{Kind::invalid, "the encoding characters must differ and be punctuation",
                   "MSH-2"};
    *places[i] = encoding[i];
  }
  return by;
}

std::string encoding_characters(const Delimiters& by) {
  std::string text;
  for (const char c : {by.component, by.repetition, by.escape, by.subcomponent, by.truncation})
    if (c != '\0') text += c;
  return text;
}

Result<std::vector<Segment>> split_segments(std::string_view message, const Delimiters& by,
                                            const Limits& limits, Issues& issues) {
  std::vector<Segment> segments;
  segments.reserve(32);
  for (std::size_t at = 0; at < message.size();) {
    if (segments.size() == limits.v2_segments)
      return Error{Kind::invalid, "more segments than the limit v2_segments", "MSH"};
    const auto [end, next, joined] = find_end(message, at, by.field);
    const auto text = message.substr(at, end - at);
    segments.push_back({text.substr(0, 3), text});
    if (joined)
      issues.push_back({Severity::warning, "structure", std::string(text.substr(0, 3)),
                        "a line end inside the segment was taken as text"});
    at = next;
  }
  return segments;
}

std::string_view nth(std::string_view text, char delimiter, int n) {
  bool more = true;
  for (; n > 1 && more; --n) take(text, delimiter, more);
  return more ? take(text, delimiter, more) : std::string_view{};
}

std::string_view field(std::string_view segment, const Delimiters& by, int n) {
  if (!starts_header(segment)) return nth(segment, by.field, n + 1);
  if (n == 1) return segment.substr(3, 1);
  return nth(segment, by.field, n);
}

std::string_view component(std::string_view field, const Delimiters& by, int n) {
  return nth(nth(field, by.repetition, 1), by.component, n);
}

}  // namespace fingerpost::wire
