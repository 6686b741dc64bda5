#include "remote/mesh_client.h"

#include "wire/gzip.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace fingerpost::remote {
namespace {

Answer sent_as(const std::string& id) {
  return {Outcome::delivered, "MESH message " + id, 0, 0, ""};
}

}  // namespace

// One go at one message; everything after the first call is on the client's thread.
class MeshClient::Sending : public std::enable_shared_from_this<Sending> {
 public:
  Sending(MeshClient& client, MeshMessage message, Done done)
      : client_(client),
        message_(std::move(message)),
        done_(std::move(done)),
        chunks_(std::max<std::size_t>(1, (message_.body.size() + client_.options_.chunk_bytes - 1) /
                                             client_.options_.chunk_bytes)) {}

  void first();
  void ask();

 private:
  Result<std::string> piece(std::size_t chunk) const;
  void took_first(HttpAnswer got);
  void next(std::size_t chunk);
  void took_next(std::size_t chunk, HttpAnswer got);
  void found(const HttpAnswer& got);
  void unknown(Answer answer);

  MeshClient& client_;
  MeshMessage message_;
  Done done_;
  const std::size_t chunks_;
  std::string id_;
  int goes_ = 0;  // at the chunk under way
};

// The API asks for chunks that are each gzip of their own.
Result<std::string> MeshClient::Sending::piece(std::size_t chunk) const {
  const auto size = client_.options_.chunk_bytes;
  return wire::gzip(std::string_view(message_.body).substr((chunk - 1) * size, size));
}

void MeshClient::Sending::first() {
  auto bytes = piece(1);
  if (!bytes) return done_({Outcome::later, "it cannot be compressed now", 0, 0, ""});
  client_.http_.send(
      client_.calls_.send_first(message_, std::move(*bytes), chunks_),
      [self = shared_from_this()](HttpAnswer got) { self->took_first(std::move(got)); });
}

void MeshClient::Sending::took_first(HttpAnswer got) {
  id_ = read_message_id(got.body);
  auto answer = read_sent(std::move(got), client_.clock_.now_us());
  // A token is good once: of what was sent twice on its way the second is answered 401 or 403.
  constexpr int not_let_in = 401, forbidden = 403;
  const bool repeated = answer.status == not_let_in || answer.status == forbidden;
  if (answer.outcome == Outcome::unknown || repeated) return unknown(std::move(answer));
  if (answer.outcome != Outcome::delivered) return done_(std::move(answer));
  if (id_.empty()) return unknown({Outcome::unknown, "MESH named no message", 0, 0, ""});
  if (chunks_ == 1) return done_(sent_as(id_));
  next(2);
}

void MeshClient::Sending::next(std::size_t chunk) {
  auto bytes = piece(chunk);
  if (!bytes) return unknown({Outcome::unknown, "it cannot be compressed now", 0, 0, ""});
  ++goes_;
  client_.http_.send(client_.calls_.send_chunk(id_, std::move(*bytes), chunk, chunks_),
                     [self = shared_from_this(), chunk](HttpAnswer got) {
                       self->took_next(chunk, std::move(got));
                     });
}

// A chunk may be sent again, under its number: it is put in its place, not added.
void MeshClient::Sending::took_next(std::size_t chunk, HttpAnswer got) {
  auto answer = read_sent(std::move(got), client_.clock_.now_us());
  if (answer.outcome == Outcome::delivered) {
    goes_ = 0;
    if (chunk == chunks_) return done_(sent_as(id_));
    return next(chunk + 1);
  }
  const bool passes = answer.outcome != Outcome::refused && answer.retry_after_us == 0;
  if (passes && goes_ < client_.options_.chunk_goes) return next(chunk);
  answer.reason =
      "chunk " + std::to_string(chunk) + " of " + std::to_string(chunks_) + ": " + answer.reason;
  unknown(std::move(answer));  // tracking says how far it came
}

void MeshClient::Sending::ask() {
  client_.http_.send(client_.calls_.track(message_.local_id),
                     [self = shared_from_this()](const HttpAnswer& got) { self->found(got); });
}

void MeshClient::Sending::found(const HttpAnswer& got) {
  const auto tracking = read_tracking(got);
  switch (tracking.at) {
    case Tracked::absent:
    case Tracked::undeliverable:  // nobody has it: MESH has told so, and a person asks for this go
      return first();
    case Tracked::accepted:
      return done_(sent_as(tracking.id));
    case Tracked::uploading:
      id_ = tracking.id;
      if (chunks_ > 1) return next(2);
      return unknown({Outcome::unknown, "MESH is still taking it", 0, 0, ""});
    case Tracked::several:
      return done_({Outcome::refused, "MESH has several messages of this LocalID", 0, 0, ""});
    case Tracked::untold:
      return unknown({Outcome::unknown, "tracking: " + got.reason, 0, 0, ""});
  }
}

void MeshClient::Sending::unknown(Answer answer) {
  answer.outcome = Outcome::unknown;
  answer.retry_after_us = std::max(answer.retry_after_us, client_.options_.unknown_wait_us);
  done_(std::move(answer));
}

MeshClient::MeshClient(MeshClientOptions options, MeshMailbox mailbox, Clock& clock, Random& random)
    : options_(std::move(options)),
      calls_(std::move(mailbox), clock, random),
      clock_(clock),
      http_(calls_.only_there(options_.http)) {}

void MeshClient::send_first(MeshMessage message, Done done) {
  std::make_shared<Sending>(*this, std::move(message), std::move(done))->first();
}

void MeshClient::send_again(MeshMessage message, Done done) {
  std::make_shared<Sending>(*this, std::move(message), std::move(done))->ask();
}

void MeshClient::look_up(const std::string& local_id, Done done) {
  http_.send(calls_.track(local_id), [done = std::move(done)](const HttpAnswer& got) {
    const auto tracking = read_tracking(got);
    switch (tracking.at) {
      case Tracked::accepted:
        return done(sent_as(tracking.id));
      case Tracked::absent:
        return done({Outcome::later, "MESH does not have it", 0, got.status, ""});
      case Tracked::undeliverable:
        return done({Outcome::refused, "MESH could not deliver it", 0, got.status, ""});
      case Tracked::uploading:
      case Tracked::several:
      case Tracked::untold:
        return done({Outcome::unknown, "tracking: " + got.reason, 0, got.status, ""});
    }
  });
}

}  // namespace fingerpost::remote
