#include "command/hl7v2_text.h"

#include "remote/answer.h"

namespace fingerpost::command {

std::string with_segment_ends(std::string_view text) {
  std::string message;
  message.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\n')
      message += text[i];
    else if (i == 0 || text[i - 1] != '\r')
      message += '\r';
  return message;
}

std::string with_line_ends(std::string_view message) {
  std::string text(message);
  for (char& c : text)
    if (c == '\r') c = '\n';
  return text;
}

bool is_accepted(std::string_view acknowledgement) {
  const auto read = remote::read_acknowledgement(acknowledgement);
  return read && (read->code == "AA" || read->code == "CA");
}

}  // namespace fingerpost::command
