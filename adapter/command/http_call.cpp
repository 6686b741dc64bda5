#include "command/http_call.h"

#include "base/text.h"

namespace fingerpost::command {
namespace {

// All bytes up to the peer's close.
Result<std::string> receive_all(const Socket& peer, Deadline deadline) {
  std::string all;
  for (;;) {
    LET(const auto piece, receive_some(peer, deadline));
    if (piece.empty()) return all;
    all += piece;
  }
}

Result<HttpReply> read_reply(std::string_view bytes) {
  const Error broken{Kind::fault, "the answer is no HTTP", ""};
  const auto end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string_view::npos) return broken;
  const auto status = to_integer(bytes.substr(9, 3));
  const auto head = lower(bytes.substr(0, end + 2));
  if (!status || head.find("\r\ntransfer-encoding:") != std::string::npos) return broken;
  return HttpReply{static_cast<int>(*status), std::string(bytes.substr(0, end + 2)),
                   std::string(bytes.substr(end + 4))};
}

}  // namespace

Result<HttpReply> call(const Address& at, const HttpCall& request, Deadline deadline) {
  LET(const auto peer, connect_to(at, deadline));
  std::string bytes(request.method);
  bytes += " " + request.path + " HTTP/1.1\r\nHost: " + to_text(at) + "\r\nConnection: close\r\n";
  bytes += request.fields;
  if (request.method != "GET")
    bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  bytes += "\r\n" + request.body;
  const auto sent = send_all(peer, bytes, deadline);
  if (!sent) return sent.error();
  LET(const auto reply, receive_all(peer, deadline));
  return read_reply(reply);
}

}  // namespace fingerpost::command
