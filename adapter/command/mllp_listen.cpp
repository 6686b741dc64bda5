#include "command/command.h"
#include "command/hl7v2_text.h"
#include "command/sockets.h"
#include "record/hl7v2_ack.h"
#include "wire/mllp.h"

#include <ostream>
#include <vector>

namespace fingerpost::command {
namespace {

struct Peer {
  Socket socket;
  wire::MllpReader reader{Limits{}};
  bool open = true;
};

// A stand-in for a system that takes everything: each message is printed and accepted.
class StandIn {
 public:
  StandIn(const MllpListen& command, Socket listener, Console console)
      : command_(command), listener_(std::move(listener)), console_(console) {}

  Result<void> run() {
    const auto deadline = in_seconds(command_.timeout_s);
    while (command_.count == 0 || taken_ < command_.count) {
      LET(const auto readable, wait_readable(sockets(), deadline));
      for (std::size_t i = 0; i < peers_.size(); ++i)
        if (readable[i + 1]) read(peers_[i]);
      std::erase_if(peers_, [](const Peer& peer) { return !peer.open; });
      if (!readable[0]) continue;
      LET(auto socket, accept_one(listener_, deadline));
      peers_.push_back({std::move(socket)});
    }
    return {};
  }

 private:
  std::vector<const Socket*> sockets() const {
    std::vector<const Socket*> all{&listener_};
    for (const auto& peer : peers_) all.push_back(&peer.socket);
    return all;
  }

  void read(Peer& peer) {
    const auto bytes = receive_some(peer.socket, in_seconds(1));
    peer.open = bytes && !bytes->empty();
    if (!peer.open) return;
    peer.reader.feed(*bytes);
    while (const auto event = peer.reader.next())
      if (event->kind == wire::MllpEvent::Kind::frame)
        take(peer, event->bytes);
      else
        console_.error << "error: " << event->text << std::endl;
    if (peer.reader.broken()) peer.open = false;
  }

  void take(Peer& peer, const std::string& message) {
    const auto number = std::to_string(++taken_);
    const auto header = record::read_hl7v2_header(message);
    std::string answer;
    if (header)
      answer = record::write_acknowledgement(
          *header, {record::AckCode::AA, "LISTEN" + number, header->time, {}});
    else
      answer = record::write_rejection(header.error(), "LISTEN" + number, "");
    console_.out << with_line_ends(message) << std::endl;
    std::string frame;
    wire::write_mllp(answer, frame);
    if (!send_all(peer.socket, frame, in_seconds(10))) peer.open = false;
  }

  const MllpListen& command_;
  Socket listener_;
  Console console_;
  std::vector<Peer> peers_;
  int taken_ = 0;
};

Result<void> listen(const MllpListen& command, Console console) {
  if (!is_loopback(command.at))
    return Error{Kind::forbidden, "a stand-in is for this machine alone", to_text(command.at)};
  LET(auto listener, listen_at(command.at));
  LET(const auto at, local_address(listener));
  console.error << "listening at " << to_text(at) << std::endl;
  return StandIn(command, std::move(listener), console).run();
}

}  // namespace

int run(const MllpListen& command, Console console) {
  const auto ended = listen(command, console);
  if (ended) return done;
  refuse(ended.error(), console);
  return ended.error().kind == Kind::busy ? found_errors : could_not_run;
}

}  // namespace fingerpost::command
