#include "remote/mesh_inbox.h"

#include "base/text.h"

#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace fingerpost::remote {
namespace {

constexpr int ok = 200, partial = 206;

// What is wrong with an answer; nothing when it is one of these.
std::optional<Error> fault(const HttpAnswer& got, int good, int also) {
  constexpr int not_let_in = 401, forbidden = 403, not_found = 404, gone = 410;
  if (got.reached != Reached::answered) return Error{Kind::busy, got.reason, ""};
  if (got.status == good || got.status == also) return std::nullopt;
  switch (got.status) {
    case not_let_in:
    case forbidden:
      return Error{Kind::forbidden, "MESH does not let this mailbox in", ""};
    case not_found:
    case gone:
      return Error{Kind::gone, "the message is not there any more", ""};
    default:
      return Error{Kind::busy, got.reason, ""};
  }
}

bool is_gzip(const HttpAnswer& got) {
  constexpr std::string_view magic = "\x1f\x8b";
  if (lower(got.header("content-encoding")) == "gzip") return true;
  return got.header("mex-content-compressed") == "Y" && got.body.starts_with(magic);
}

// What may stand in a key and a log; else nothing.
std::string plain(std::string_view text) {
  return is_mesh_id(text) ? std::string(text) : std::string();
}

MeshReceived received(const std::string& id, const HttpAnswer& got) {
  MeshReceived message;
  message.id = id;
  message.report = lower(got.header("mex-messagetype")) == "report";
  message.from = plain(got.header("mex-from"));
  message.to = plain(got.header("mex-to"));
  message.workflow = plain(got.header("mex-workflowid"));
  message.local_id = plain(got.header("mex-localid"));
  message.linked_id = plain(got.header("mex-linkedmsgid"));
  message.status_code = plain(got.header("mex-statuscode"));
  return message;
}

}  // namespace

MeshInbox::MeshInbox(MeshInboxOptions options, MeshMailbox mailbox, Clock& clock, Random& random)
    : options_(std::move(options)),
      calls_(std::move(mailbox), clock, random),
      http_(calls_.only_there(options_.http)) {}

HttpAnswer MeshInbox::ask(HttpRequest request) {
  const auto promise = std::make_shared<std::promise<HttpAnswer>>();
  auto answered = promise->get_future();
  http_.send(std::move(request), [promise](HttpAnswer got) { promise->set_value(std::move(got)); });
  return answered.get();
}

Result<void> MeshInbox::handshake() {
  const auto got = ask(calls_.handshake());
  if (auto wrong = fault(got, ok, ok)) return *wrong;
  return {};
}

Result<MeshList> MeshInbox::list(std::string_view page) {
  const auto got = ask(calls_.inbox(page));
  if (auto wrong = fault(got, ok, ok)) return *wrong;
  return read_inbox(got.body);
}

Result<HttpAnswer> MeshInbox::chunk(const std::string& id, int number) {
  for (int go = 1;; ++go) {
    auto got = ask(calls_.download(id, number, options_.message_bytes));
    const auto wrong = fault(got, ok, partial);
    if (wrong && wrong->kind == Kind::busy && go < options_.chunk_goes) continue;
    if (wrong) return *wrong;
    if (got.cut) return Error{Kind::too_costly, "the message is too large", ""};
    return got;
  }
}

Result<MeshReceived> MeshInbox::download(const std::string& id) {
  const Error broken{Kind::invalid, "the chunks of the message do not fit together", ""};
  LET(auto got, chunk(id, 1));
  auto message = received(id, got);
  if (message.report) return message;
  const auto checksum = std::string(got.header("mex-content-checksum"));
  const bool gzip = is_gzip(got);
  const int of = read_chunk_range(got.header("mex-chunk-range")).of;
  std::vector<std::string> chunks;
  std::size_t size = 0;
  for (int number = 1;; ++number) {
    const auto range = read_chunk_range(got.header("mex-chunk-range"));
    const bool last = number == of;
    const bool fits = range.of == of && range.chunk == number && (got.status == ok) == last;
    if (!fits) return broken;
    size += got.body.size();
    if (size > options_.message_bytes)
      return Error{Kind::too_costly, "the message is too large", ""};
    chunks.push_back(std::move(got.body));
    if (last) break;
    LET(got, chunk(id, number + 1));
  }
  LET(message.body, assemble(chunks, gzip, checksum, options_.message_bytes));
  return message;
}

Result<void> MeshInbox::acknowledge(const std::string& id) {
  const auto got = ask(calls_.acknowledge(id));
  auto wrong = fault(got, ok, ok);
  if (wrong && wrong->kind != Kind::gone) return *wrong;
  return {};
}

}  // namespace fingerpost::remote
