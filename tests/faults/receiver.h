// The service that referrals are delivered to; it says yes to each and notes what it was given.

#pragma once

#include "support/peer.h"

#include <map>

namespace fingerpost::test {

class Receiver {
 public:
  // For each referral's key, the idempotency keys it came under, and how often.
  using Seen = std::map<std::string, std::map<std::string, int>>;

  Receiver() : peer_(cut_http, [this](const std::string& request) { return take(request); }) {}
  std::uint16_t port() const { return peer_.port(); }
  Seen referrals() const {
    const std::lock_guard lock(mutex_);
    return referrals_;
  }

 private:
  Reply take(const std::string& request) {
    const auto after = [&request](std::string_view start, std::string_view stop) {
      const auto at = request.find(start);
      if (at == std::string::npos) return std::string();
      const auto from = at + start.size();
      return request.substr(from, request.find_first_of(stop, from) - from);
    };
    const auto key = after("Idempotency-Key: ", "\r");
    for (auto at = request.find("\"value\":\"R"); at != std::string::npos;
         at = request.find("\"value\":\"R", at + 1)) {
      const auto from = at + 9;
      const auto value = request.substr(from, request.find('"', from) - from);
      if (value.find('-') == std::string::npos) continue;
      const std::lock_guard lock(mutex_);
      ++referrals_[value][key];
      break;
    }
    return Reply{http(200)};
  }
  mutable std::mutex mutex_;
  Seen referrals_;
  Peer peer_;  // last: it answers while the others are there
};

}  // namespace fingerpost::test
