#include "remote/mesh_call.h"

#include "base/digest.h"
#include "base/percent.h"
#include "base/text.h"
#include "base/uuid.h"
#include "wire/gzip.h"
#include "wire/json_view.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

namespace fingerpost::remote {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::size_t longest_code = 40;

// "202611220930", UTC.
std::string minute(std::int64_t now_us) {
  const auto seconds = static_cast<std::time_t>(now_us / second_us);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[16];
  const auto size = std::strftime(text, sizeof text, "%Y%m%d%H%M", &parts);
  return std::string(text, size);
}

std::string numbers(std::size_t chunk, std::size_t chunks) {
  return std::to_string(chunk) + ":" + std::to_string(chunks);
}

Limits json_limits() {
  Limits limits;
  limits.depth = 20;
  limits.nodes = 100'000;
  return limits;
}

// A member of an answer, under the name of either version of the API.
std::string member(const wire::JsonView& view, std::string_view first, std::string_view second) {
  const auto found = view[first];
  return std::string(found ? found.text() : view[second].text());
}

// MESH's own code of an error ("12", "EPL-151"), as far as it is one; what else stands there is not
// repeated.
std::string error_code(std::string_view body) {
  const auto document = wire::parse_json(std::string(body), json_limits());
  if (!document) return "";
  const wire::JsonView view(*document);
  auto code = view["errorCode"];
  if (!code) code = view["detail"].first()["code"];
  const auto text = code.text();
  const bool plain =
      text.size() <= longest_code && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '_';
      });
  return plain ? std::string(text) : "";
}

// Hex of 64 digits, behind "sha256:" perhaps; "" for any other checksum.
std::string sha256_of(std::string_view checksum) {
  constexpr std::size_t digits = 64;
  auto text = lower(trim(checksum));
  if (text.starts_with("sha256:")) text.erase(0, 7);
  const bool is_hex = text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
                        return is_digit(c) || (c >= 'a' && c <= 'f');
                      });
  return is_hex ? text : "";
}

Result<std::string> unpack_each(const std::vector<std::string>& chunks, std::size_t most) {
  std::string whole;
  for (const auto& chunk : chunks) {
    LET(const auto piece, wire::gunzip(chunk, most - whole.size()));
    whole += piece;
  }
  return whole;
}

// What stands behind the '?' of a link of MESH's own; where it leads is ours to say. "": nothing
// that may stand in a query.
std::string query_of(std::string_view link) {
  constexpr std::size_t longest = 1'000;
  const auto begin = link.find('?');
  if (begin == std::string_view::npos) return "";
  const auto query = link.substr(begin + 1);
  const bool plain = query.size() <= longest && std::all_of(query.begin(), query.end(), [](char c) {
                       return is_letter(c) || is_digit(c) ||
                              std::string_view("-._~%=&+,:").find(c) != std::string_view::npos;
                     });
  return plain ? std::string(query) : "";
}

std::string joined(const std::vector<std::string>& chunks) {
  std::string whole;
  for (const auto& chunk : chunks) whole += chunk;
  return whole;
}

}  // namespace

std::string mesh_authorization(const MeshMailbox& mailbox, std::string_view nonce, int count,
                               std::int64_t now_us) {
  const auto time = minute(now_us);
  const auto start = mailbox.mailbox + ":" + std::string(nonce) + ":" + std::to_string(count) + ":";
  const auto hash = hex(hmac_sha256(mailbox.shared_key, start + mailbox.password + ":" + time));
  return "NHSMESH " + start + time + ":" + hash;
}

bool is_mesh_id(std::string_view id) {
  constexpr std::size_t longest = 100;
  return !id.empty() && id.size() <= longest && std::all_of(id.begin(), id.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
  });
}

HttpRequest MeshCalls::call(HttpRequest::Method method, std::string_view path) const {
  HttpRequest request;
  request.method = method;
  request.url = mailbox_.url + "/messageexchange/" + percent_encoded(mailbox_.mailbox);
  request.url += path;
  const auto nonce = uuid_v4(random_);
  request.headers = {
      "Authorization: " + mesh_authorization(mailbox_, nonce, 0, clock_.now_us()),
      "Accept: application/vnd.mesh.v2+json",
  };
  return request;
}

HttpRequest MeshCalls::handshake() const {
  auto request = call(HttpRequest::Method::get, "");
  for (const auto* header : {"Mex-ClientVersion: Fingerpost", "Mex-OSName: Linux",
                             "Mex-OSVersion: N/A", "Mex-OSArchitecture: N/A"})
    request.headers.emplace_back(header);
  return request;
}

HttpRequest MeshCalls::inbox(std::string_view page) const {
  auto path = std::string("/inbox");
  if (!page.empty()) (path += '?') += page;
  return call(HttpRequest::Method::get, path);
}

HttpRequest MeshCalls::download(std::string_view id, int chunk, std::size_t most_bytes) const {
  auto path = "/inbox/" + percent_encoded(id);
  if (chunk > 1) path += "/" + std::to_string(chunk);
  auto request = call(HttpRequest::Method::get, path);
  request.headers.emplace_back("Accept-Encoding: gzip");
  request.answer_bytes = most_bytes;
  return request;
}

HttpRequest MeshCalls::acknowledge(std::string_view id) const {
  return call(HttpRequest::Method::put, "/inbox/" + percent_encoded(id) + "/status/acknowledged");
}

HttpRequest MeshCalls::track(std::string_view local_id) const {
  return call(HttpRequest::Method::get, "/outbox/tracking/" + percent_encoded(local_id));
}

HttpRequest MeshCalls::send_first(const MeshMessage& message, std::string bytes,
                                  std::size_t chunks) const {
  auto request = call(HttpRequest::Method::post, "/outbox");
  for (auto&& header :
       {std::string("Content-Type: application/octet-stream"),
        std::string("Content-Encoding: gzip"), std::string("Mex-Content-Compressed: Y"),
        "Mex-From: " + mailbox_.mailbox, "Mex-To: " + message.to,
        "Mex-WorkflowID: " + message.workflow, "Mex-FileName: " + message.file_name,
        "Mex-LocalID: " + message.local_id, "Mex-Content-Checksum: " + hex(sha256(message.body)),
        "Mex-Chunk-Range: " + numbers(1, chunks)})
    request.headers.push_back(header);
  request.body = std::move(bytes);
  return request;
}

HttpRequest MeshCalls::send_chunk(std::string_view id, std::string bytes, std::size_t chunk,
                                  std::size_t chunks) const {
  auto request = call(HttpRequest::Method::post,
                      "/outbox/" + percent_encoded(id) + "/" + std::to_string(chunk));
  for (auto&& header : {std::string("Content-Type: application/octet-stream"),
                        std::string("Content-Encoding: gzip"), "Mex-From: " + mailbox_.mailbox,
                        "Mex-Chunk-Range: " + numbers(chunk, chunks)})
    request.headers.push_back(header);
  request.body = std::move(bytes);
  return request;
}

std::string read_message_id(std::string_view body) {
  const auto document = wire::parse_json(std::string(body), json_limits());
  if (!document) return "";
  auto id = member(wire::JsonView(*document), "message_id", "messageID");
  return is_mesh_id(id) ? id : "";
}

Result<MeshList> read_inbox(std::string_view body) {
  const Error no_list{Kind::invalid, "the inbox is no list of messages", "inbox"};
  const auto document = wire::parse_json(std::string(body), json_limits());
  if (!document) return no_list;
  const auto list = wire::JsonView(*document)["messages"];
  if (list.kind() != wire::JsonToken::Kind::array) return no_list;
  MeshList page;
  list.each([&page](wire::JsonView item) {
    if (is_mesh_id(item.text())) page.ids.emplace_back(item.text());
  });
  page.next = query_of(wire::JsonView(*document)["links"]["next"].text());
  return page;
}

Tracking read_tracking(const HttpAnswer& got) {
  constexpr int ok = 200, several = 300, not_found = 404;
  if (got.reached != Reached::answered || got.cut) return {};
  if (got.status == not_found) return {Tracked::absent, ""};
  if (got.status == several) return {Tracked::several, ""};
  if (got.status != ok) return {};
  const auto document = wire::parse_json(std::string(got.body), json_limits());
  if (!document) return {};
  const wire::JsonView view(*document);
  Tracking tracking{Tracked::untold, member(view, "message_id", "messageId")};
  if (!is_mesh_id(tracking.id)) return {};
  const auto status = lower(view["status"].text());
  if (status == "accepted" || status == "acknowledged") tracking.at = Tracked::accepted;
  if (status == "uploading") tracking.at = Tracked::uploading;
  if (status == "undeliverable" || status == "error") tracking.at = Tracked::undeliverable;
  return tracking;
}

Answer read_sent(HttpAnswer got, std::int64_t now_us) {
  constexpr int not_let_in = 401, forbidden = 403, not_found = 404, timed_out = 408;
  constexpr int failed = 500, unavailable = 503;
  const auto code = error_code(got.body);
  auto answer = answer_of(std::move(got), now_us);
  answer.body.clear();
  if (!code.empty()) answer.reason += ", MESH " + code;
  if (answer.status == not_let_in || answer.status == forbidden || answer.status == not_found)
    answer.outcome = Outcome::later;
  const bool may_have_it =
      answer.status == timed_out || (answer.status >= failed && answer.status != unavailable);
  if (may_have_it) answer.outcome = Outcome::unknown;
  return answer;
}

ChunkRange read_chunk_range(std::string_view header) {
  if (header.empty()) return {};
  const auto colon = header.find(':');
  if (colon == std::string_view::npos) return {0, 0};
  constexpr std::int64_t most = 100'000;
  const auto chunk = to_integer(trim(header.substr(0, colon)));
  const auto of = to_integer(trim(header.substr(colon + 1)));
  if (!chunk || !of || *chunk < 1 || *of < *chunk || *of > most) return {0, 0};
  return {static_cast<int>(*chunk), static_cast<int>(*of)};
}

Result<std::string> assemble(const std::vector<std::string>& chunks, bool gzip,
                             std::string_view checksum, std::size_t most) {
  const auto raw = joined(chunks);
  if (raw.size() > most) return Error{Kind::too_costly, "the message is too large", ""};
  auto whole = raw;
  if (gzip) {
    auto unpacked = unpack_each(chunks, most);
    if (!unpacked && unpacked.error().kind == Kind::invalid && chunks.size() > 1)
      unpacked = wire::gunzip(raw, most);
    if (!unpacked) return unpacked.error();
    whole = std::move(*unpacked);
  }
  const auto expected = sha256_of(checksum);
  if (!expected.empty() && expected != hex(sha256(whole)) && expected != hex(sha256(raw)))
    return Error{Kind::invalid, "the message is not what its checksum says",
                 "Mex-Content-Checksum"};
  return whole;
}

}  // namespace fingerpost::remote
