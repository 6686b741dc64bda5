#include "access/tokens.h"

#include "base/base64.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace fingerpost::access {
namespace {

constexpr int token_words = 4;  // 256 bits
constexpr std::size_t longest = 128;
constexpr std::size_t id_letters = 16;

std::string draw(Random& random) {
  std::string bytes;
  for (int i = 0; i < token_words; ++i) {
    const auto word = random.next();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return to_base64url(bytes);
}

}  // namespace

Result<Tokens::Granted> Tokens::grant(Caller caller, std::vector<std::string> pins) {
  Granted granted{draw(random_), limits_.seconds};
  const auto digest = sha256(granted.token);
  caller.token_id = hex(digest).substr(0, id_letters);
  const auto now_us = clock_.monotonic_us();
  Kept kept;
  kept.pins = std::move(pins);
  kept.expires_us = now_us + std::int64_t{1'000'000} * limits_.seconds;
  kept.granted_s = clock_.now_us() / 1'000'000;
  const std::unique_lock lock(mutex_);
  forget_past(now_us);
  if (kept_.size() >= limits_.together)
    return Error{Kind::busy, "as many tokens are out as may be", ""};
  auto& own = of_client_[caller.client];
  if (own.size() >= limits_.each) {
    kept_.erase(own.front());
    own.pop_front();
  }
  own.push_back(digest);
  in_order_.push_back({digest, caller.client, kept.expires_us});
  kept.caller = std::make_shared<const Caller>(std::move(caller));
  kept_.emplace(digest, std::move(kept));
  return granted;
}

// All last as long, so that the oldest are the first.
void Tokens::forget_past(std::int64_t now_us) {
  while (!in_order_.empty() && in_order_.front().expires_us <= now_us) {
    const auto& [digest, client, expires_us] = in_order_.front();
    kept_.erase(digest);
    const auto own = of_client_.find(client);
    if (own != of_client_.end() && !own->second.empty() && own->second.front() == digest)
      own->second.pop_front();
    if (own != of_client_.end() && own->second.empty()) of_client_.erase(own);
    in_order_.pop_front();
  }
}

std::optional<Tokens::Kept> Tokens::look(std::string_view token) const {
  if (token.empty() || token.size() > longest) return {};
  const auto digest = sha256(token);
  const std::shared_lock lock(mutex_);
  const auto at = kept_.find(digest);
  if (at == kept_.end() || at->second.expires_us <= clock_.monotonic_us()) return {};
  return at->second;
}

Result<CallerPtr> Tokens::find(std::string_view token, std::string_view peer_key) const {
  const Error unknown{Kind::not_found, "the access token is not known, or its time is over", ""};
  if (token.empty() || token.size() > longest) return unknown;
  const auto digest = sha256(token);
  const std::shared_lock lock(mutex_);
  const auto at = kept_.find(digest);
  if (at == kept_.end() || at->second.expires_us <= clock_.monotonic_us()) return unknown;
  const auto& pins = at->second.pins;
  if (!pins.empty() && std::find(pins.begin(), pins.end(), peer_key) == pins.end())
    return Error{Kind::forbidden,
                 "the access token is good over connections with its client's certificate alone",
                 ""};
  return at->second.caller;
}

void Tokens::revoke(std::string_view token, std::string_view client) {
  const auto digest = sha256(token);
  const std::unique_lock lock(mutex_);
  const auto at = kept_.find(digest);
  if (at == kept_.end() || at->second.caller->client != client) return;
  kept_.erase(at);
  const auto own = of_client_.find(std::string(client));
  if (own != of_client_.end()) std::erase(own->second, digest);
}

void Tokens::revoke_all() {
  const std::unique_lock lock(mutex_);
  kept_.clear();
  of_client_.clear();
  in_order_.clear();
}

}  // namespace fingerpost::access
