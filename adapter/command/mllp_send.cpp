#include "command/command.h"
#include "command/hl7v2_text.h"
#include "command/sockets.h"
#include "wire/mllp.h"

#include <ostream>

namespace fingerpost::command {
namespace {

// The next frame of the connection, whoever it answers.
Result<std::string> receive_frame(const Socket& peer, wire::MllpReader& reader, Deadline deadline) {
  for (;;) {
    while (const auto event = reader.next()) {
      if (event->kind == wire::MllpEvent::Kind::frame) return event->bytes;
      return Error{Kind::invalid, "the answer is no frame: " + std::string(event->text), ""};
    }
    LET(const auto bytes, receive_some(peer, deadline));
    if (bytes.empty()) return Error{Kind::fault, "the peer closed without an answer", ""};
    reader.feed(bytes);
  }
}

// Sends every file in turn on one connection.
Result<int> send_files(const MllpSend& command, Console console) {
  LET(const auto peer, connect_to(command.to, in_seconds(command.timeout_s)));
  wire::MllpReader reader{Limits{}};
  int status = done;
  for (const auto& file : command.files) {
    LET(const auto text, read_file(file));
    std::string frame;
    wire::write_mllp(with_segment_ends(text), frame);
    const auto deadline = in_seconds(command.timeout_s);
    const auto sent = send_all(peer, frame, deadline);
    if (!sent) return sent.error();
    LET(const auto answer, receive_frame(peer, reader, deadline));
    console.out << with_line_ends(answer) << std::endl;
    if (!is_accepted(answer)) status = found_errors;
  }
  return status;
}

}  // namespace

int run(const MllpSend& command, Console console) {
  const auto status = send_files(command, console);
  return status ? *status : refuse(status.error(), console);
}

}  // namespace fingerpost::command
