// A MESH server for tests, on loopback: mailboxes whose tokens it checks, chunks, tracking,
// acknowledgements and reports, as far as the API says what they are. A test can come between.

#pragma once

#include "base/digest.h"
#include "base/text.h"
#include "support/peer.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fingerpost::test {

class MeshServer {
 public:
  struct Ask {
    std::string method, path, body;  // the path below /messageexchange/MAILBOX
    std::string mailbox;
    std::map<std::string, std::string> headers;  // names in lower case
  };
  struct Message {
    std::string id, from, to, workflow, local_id, checksum, encoding;
    std::string status = "Accepted";  // Uploading, Accepted, Acknowledged, Undeliverable
    std::string type = "DATA";
    std::string linked_id, code;  // of a report
    std::map<int, std::string> chunks;
    int of = 1;
  };
  // Asked before a request is looked at, and after it was done: a reply given then is sent in place
  // of the server's own.
  enum class When { before, after };
  using Meddle = std::function<std::optional<Reply>(const Ask&, When)>;

  explicit MeshServer(Meddle meddle = nullptr)
      : meddle_(std::move(meddle)),
        peer_(cut_http, [this](const std::string& bytes) { return answer(bytes); }) {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(peer_.port()); }
  static constexpr const char* password = "open sesame";
  static constexpr const char* shared_key = "everybody's";

  std::vector<Message> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  std::vector<Ask> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  int count(const std::string& method, const std::string& path_start) const {
    int found = 0;
    for (const auto& ask : asked())
      found += ask.method == method && ask.path.starts_with(path_start) ? 1 : 0;
    return found;
  }
  // An inbox is listed so many at a time, and the list names the next.
  void list_by(std::size_t most) {
    const std::lock_guard lock(mutex_);
    most_listed_ = most;
  }
  // Every list names another that follows, for ever.
  void list_for_ever() {
    const std::lock_guard lock(mutex_);
    for_ever_ = true;
  }
  // Puts a message there as it stands; its id is given when it has none.
  std::string put(Message message) {
    const std::lock_guard lock(mutex_);
    if (message.id.empty()) message.id = new_id();
    messages_.push_back(message);
    return messages_.back().id;
  }
  void change(const std::string& id, const std::function<void(Message&)>& how) {
    const std::lock_guard lock(mutex_);
    for (auto& message : messages_)
      if (message.id == id) how(message);
  }
  // Nobody collected the message: its sender finds a report in his inbox.
  std::string report_undelivered(const std::string& id) {
    Message report;
    change(id, [&report](Message& message) {
      message.status = "Undeliverable";
      report.to = message.from;
      report.workflow = message.workflow;
      report.local_id = message.local_id;
    });
    report.type = "REPORT";
    report.linked_id = id;
    report.code = "14";
    return put(report);
  }

 private:
  std::string new_id() { return "2026112209300000000" + std::to_string(++last_id_) + "_A1B2C3"; }

  static Ask read(const std::string& bytes) {
    Ask ask;
    const auto head = bytes.substr(0, bytes.find("\r\n\r\n"));
    ask.body = bytes.substr(head.size() + 4);
    ask.method = head.substr(0, head.find(' '));
    const auto from = head.find(' ') + 1;
    auto path = head.substr(from, head.find(' ', from) - from);
    const std::string root = "/messageexchange/";
    if (path.starts_with(root)) path.erase(0, root.size());
    ask.mailbox = path.substr(0, path.find('/'));
    ask.path = path.substr(ask.mailbox.size());
    for (auto at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
      const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto colon = line.find(':');
      if (colon != std::string::npos)
        ask.headers[lower(line.substr(0, colon))] = trim(std::string_view(line).substr(colon + 1));
    }
    return ask;
  }

  // mailbox:nonce:count:time:hash, each nonce and count once.
  bool lets_in(const Ask& ask) {
    const auto found = ask.headers.find("authorization");
    if (found == ask.headers.end() || !found->second.starts_with("NHSMESH ")) return false;
    std::vector<std::string> parts(1);
    for (const char c : found->second.substr(8))
      if (c == ':')
        parts.emplace_back();
      else
        parts.back() += c;
    if (parts.size() != 5 || parts[0] != ask.mailbox || parts[3].size() != 12) return false;
    if (!tokens_.insert(parts[1] + ":" + parts[2]).second) return false;
    const auto text = parts[0] + ":" + parts[1] + ":" + parts[2] + ":" + password + ":" + parts[3];
    return parts[4] == hex(hmac_sha256(shared_key, text));
  }

  Reply answer(const std::string& bytes) {
    const auto ask = read(bytes);
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(ask);
    }
    if (meddle_)
      if (auto reply = meddle_(ask, When::before)) return *reply;
    auto reply = Reply{handle(ask)};
    if (meddle_)
      if (auto other = meddle_(ask, When::after)) return *other;
    return reply;
  }

  std::string handle(const Ask& ask) {
    const std::lock_guard lock(mutex_);
    if (!lets_in(ask)) return http(403);
    if (ask.method == "GET" && ask.path.empty()) return http(200);
    const bool lists = ask.path == "/inbox" || ask.path.starts_with("/inbox?");
    if (ask.method == "GET" && lists) return inbox(ask);
    if (ask.method == "POST" && ask.path == "/outbox") return take(ask);
    if (ask.path.starts_with("/outbox/tracking/")) return track(ask, ask.path.substr(17));
    if (ask.method == "POST" && ask.path.starts_with("/outbox/")) return take_chunk(ask);
    if (ask.method == "GET" && ask.path.starts_with("/inbox/")) return give(ask);
    if (ask.method == "PUT" && ask.path.ends_with("/status/acknowledged")) return forget(ask);
    return http(404);
  }

  std::string inbox(const Ask& ask) const {
    const std::string behind = "continue_from=";
    const auto at = ask.path.find(behind);
    const auto after = at == std::string::npos ? "" : ask.path.substr(at + behind.size());
    bool begun = after.empty(), more = false;
    std::size_t listed = 0;
    std::string list, last;
    for (const auto& message : messages_) {
      const bool waits = message.to == ask.mailbox && message.status == "Accepted";
      if (begun && waits) {
        more = listed == most_listed_;
        if (more) break;
        list += (list.empty() ? "\"" : ",\"") + message.id + "\"";
        last = message.id;
        ++listed;
      }
      begun = begun || message.id == after;
    }
    if (for_ever_) last = "beyond-" + std::to_string(asked_.size());
    const auto next = more || for_ever_ ? R"(,"links":{"next":"/messageexchange/)" + ask.mailbox +
                                              "/inbox?" + behind + last + "\"}"
                                        : "";
    return http(200, "", R"({"messages":[)" + list + "]" + next + "}");
  }
  static std::string value(const Ask& ask, const std::string& name) {
    const auto found = ask.headers.find(name);
    return found == ask.headers.end() ? "" : found->second;
  }
  std::string take(const Ask& ask) {
    if (value(ask, "mex-to").empty() || ask.body.empty())
      return http(417, "", R"({"errorCode":"08","errorDescription":"TO_DTS missing"})");
    if (value(ask, "mex-to") == "NOBODY")
      return http(417, "", R"({"errorCode":"12","errorDescription":"Unregistered to address"})");
    Message message;
    message.id = new_id();
    message.from = ask.mailbox;
    message.to = value(ask, "mex-to");
    message.workflow = value(ask, "mex-workflowid");
    message.local_id = value(ask, "mex-localid");
    message.checksum = value(ask, "mex-content-checksum");
    message.encoding = value(ask, "content-encoding");
    const auto range = value(ask, "mex-chunk-range");
    message.of = std::stoi(range.substr(range.find(':') + 1));
    message.chunks[1] = ask.body;
    if (message.of > 1) message.status = "Uploading";
    messages_.push_back(message);
    return http(202, "", R"({"message_id":")" + message.id + R"("})");
  }
  Message* find(const std::string& id) {
    for (auto& message : messages_)
      if (message.id == id) return &message;
    return nullptr;
  }
  std::string take_chunk(const Ask& ask) {
    const auto rest = ask.path.substr(8);
    auto* message = find(rest.substr(0, rest.find('/')));
    if (message == nullptr) return http(404);
    if (message->status != "Uploading") return http(423);
    message->chunks[std::stoi(rest.substr(rest.find('/') + 1))] = ask.body;
    if (static_cast<int>(message->chunks.size()) == message->of) message->status = "Accepted";
    return http(202);
  }
  std::string track(const Ask& ask, const std::string& local_id) const {
    const Message* found = nullptr;
    for (const auto& message : messages_) {
      if (message.from != ask.mailbox || message.local_id != local_id) continue;
      if (found != nullptr) return http(300);
      found = &message;
    }
    if (found == nullptr) return http(404);
    return http(200, "",
                R"({"messageId":")" + found->id + R"(","status":")" + found->status + R"("})");
  }
  std::string give(const Ask& ask) {
    const auto rest = ask.path.substr(7);
    const auto slash = rest.find('/');
    const auto* message = find(rest.substr(0, slash));
    if (message == nullptr || message->to != ask.mailbox) return http(404);
    if (message->status != "Accepted") return http(410);
    const int number = slash == std::string::npos ? 1 : std::stoi(rest.substr(slash + 1));
    std::string headers = "Mex-MessageID: " + message->id +
                          "\r\nMex-MessageType: " + message->type + "\r\nMex-To: " + message->to +
                          "\r\n";
    const auto add = [&headers](const std::string& name, const std::string& what) {
      if (!what.empty()) headers += name + ": " + what + "\r\n";
    };
    add("Mex-From", message->from);
    add("Mex-WorkflowID", message->workflow);
    add("Mex-LocalID", message->local_id);
    add("Mex-LinkedMsgID", message->linked_id);
    add("Mex-StatusCode", message->code);
    add("Mex-Content-Checksum", message->checksum);
    add("Content-Encoding", message->encoding);
    if (message->type == "REPORT") return http(200, headers, "");
    const auto chunk = message->chunks.find(number);
    if (chunk == message->chunks.end()) return http(404);
    add("Mex-Chunk-Range", std::to_string(number) + ":" + std::to_string(message->of));
    return http(number < message->of ? 206 : 200, headers, chunk->second);
  }
  std::string forget(const Ask& ask) {
    const auto rest = ask.path.substr(7);
    auto* message = find(rest.substr(0, rest.find('/')));
    if (message == nullptr || message->to != ask.mailbox) return http(403);
    message->status = "Acknowledged";
    return http(200);
  }

  Meddle meddle_;
  mutable std::mutex mutex_;
  std::vector<Message> messages_;
  std::vector<Ask> asked_;
  std::set<std::string> tokens_;
  int last_id_ = 0;
  std::size_t most_listed_ = 500;
  bool for_ever_ = false;
  Peer peer_;  // last: it answers while the others are there
};

}  // namespace fingerpost::test
