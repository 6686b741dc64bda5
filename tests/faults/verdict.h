// What became of all that was acknowledged.

#pragma once

#include "faults/receiver.h"
#include "faults/senders.h"

namespace fingerpost::test {

struct Verdict {
  std::size_t acknowledged = 0;
  std::size_t lost = 0;   // not in the store
  std::size_t twice = 0;  // in the store more than once
  std::size_t undelivered = 0;
  std::size_t unkeyed = 0;   // delivered under more than one key
  std::size_t repeated = 0;  // delivered again under the same key: allowed, counted

  bool good() const {
    return acknowledged > 0 && lost == 0 && twice == 0 && undelivered == 0 && unkeyed == 0;
  }
};

inline bool all_delivered(const Ledgers& ledgers, const Receiver& receiver) {
  const auto delivered = receiver.referrals();
  for (const auto& key : ledgers.referrals.keys())
    if (!delivered.contains(key)) return false;
  return true;
}

// How many matches a search has; -1 when there is no answer.
inline int matches(Line& line, const std::string& path) {
  const auto answer = line.ask(get(path));
  if (!answer) return -1;
  int found = 0;
  for (auto at = answer->find("\"mode\":\"match\""); at != std::string::npos;
       at = answer->find("\"mode\":\"match\"", at + 1))
    ++found;
  return found;
}

// The program runs.
inline Verdict judge(std::uint16_t port, const Ledgers& ledgers, const Receiver& receiver) {
  Verdict verdict;
  Line line(port, cut_http);
  const auto delivered = receiver.referrals();
  for (const auto& key : ledgers.referrals.keys()) {
    ++verdict.acknowledged;
    const auto found = matches(line, "/fhir/ServiceRequest?identifier=" + key);
    if (found <= 0) std::printf("lost: %s\n", key.c_str()), ++verdict.lost;
    if (found > 1) ++verdict.twice;
    const auto there = delivered.find(key);
    if (there == delivered.end()) {
      std::printf("undelivered: %s\n", key.c_str()), ++verdict.undelivered;
      continue;
    }
    if (there->second.size() > 1) ++verdict.unkeyed;
    for (const auto& [idempotency, times] : there->second)
      verdict.repeated += static_cast<std::size_t>(times - 1);
  }
  for (const auto& key : ledgers.resources.keys()) {
    ++verdict.acknowledged;
    const auto answer = line.ask(get("/fhir/Patient/" + key));
    if (!answer || !answer->starts_with("HTTP/1.1 200")) ++verdict.lost;
  }
  return verdict;
}

}  // namespace fingerpost::test
