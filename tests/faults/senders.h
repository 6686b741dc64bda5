// Senders of every kind that there is inward, all at once: over MLLP in both modes, REST, BaRS, by
// a folder and by MESH. Each sends one referral after another (REST: one Patient), again and again
// until it is acknowledged, and then writes it down.

#pragma once

#include "faults/ledger.h"
#include "faults/line.h"
#include "faults/messages.h"
#include "support/mesh_server.h"

#include <atomic>
#include <fstream>
#include <set>

namespace fingerpost::test {

inline constexpr const char* our_mailbox = "HUB";

struct Ledgers {
  Ledger referrals, resources;
  explicit Ledgers(const std::filesystem::path& folder)
      : referrals(folder / "referrals"), resources(folder / "resources") {}
};

class Senders {
 public:
  // Where they connect to.
  struct Ports {
    std::uint16_t http, mllp;
  };

  Senders(Ports to, Ledgers& ledgers, MeshServer& mesh, std::filesystem::path folder)
      : ledgers_(ledgers), mesh_(mesh), folder_(std::move(folder)) {
    for (const bool enhanced : {false, true, false, true})
      start([this, port = to.mllp, enhanced](const auto& p) { refer(port, enhanced, p); });
    start([this, port = to.http](const auto& prefix) { message(port, prefix); });
    start([this](const auto& prefix) { drop(prefix); });
    start([this](const auto& prefix) { mail(prefix); });
    for (const char* prefix : {"P0-", "P1-"})
      threads_.emplace_back([this, port = to.http, prefix] { write(port, prefix); });
  }
  Senders(const Senders&) = delete;
  Senders& operator=(const Senders&) = delete;
  ~Senders() {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
  }
  // Answers that are neither an acknowledgement nor "not now".
  int odd() const { return odd_; }

 private:
  static constexpr std::size_t most_waiting = 10;  // in a folder or a mailbox at once

  template <class Send>
  void start(Send send) {
    const auto prefix = "R" + std::to_string(threads_.size()) + "-";
    threads_.emplace_back([send, prefix] { send(prefix); });
  }
  // `good` tells the acknowledgement of a key.
  template <class Bytes, class Good>
  void ask(Line& line, Ledger& ledger, const std::string& prefix, Bytes bytes, Good good) {
    for (int i = 0; !stop_;) {
      const auto key = prefix + std::to_string(i);
      const auto answer = line.ask(bytes(key));
      if (answer && good(*answer, key)) {
        ledger.acknowledged(key);
        ++i;
        continue;
      }
      if (answer && odd_++ == 0)
        std::printf("odd answer to %s: %.600s\n", key.c_str(), answer->c_str());
      ::usleep(5'000);
    }
  }
  void refer(std::uint16_t port, bool enhanced, const std::string& prefix) {
    Line line(port, cut_mllp);
    ask(
        line, ledgers_.referrals, prefix,
        [enhanced](const auto& key) { return mllp(referral(key, "GPSYS", enhanced)); },
        [enhanced](const std::string& answer, const std::string& key) {
          return answer.find((enhanced ? "MSA|CA|" : "MSA|AA|") + key + "\r") != std::string::npos;
        });
  }
  void message(std::uint16_t port, const std::string& prefix) {
    Line line(port, cut_http);
    ask(
        line, ledgers_.referrals, prefix,
        [](const auto& key) { return post("POST", "/fhir/$process-message", bars_referral(key)); },
        [](const std::string& answer, const std::string&) {
          return answer.starts_with("HTTP/1.1 200");
        });
  }
  void write(std::uint16_t port, const std::string& prefix) {
    Line line(port, cut_http);
    ask(line, ledgers_.resources, prefix, put_patient,
        [](const std::string& answer, const std::string&) {
          return answer.starts_with("HTTP/1.1 20");
        });
  }
  // Puts some there and looks which were taken.
  template <class Put, class Taken>
  void leave(const std::string& prefix, Put put, Taken taken) {
    std::set<std::string> waiting;
    for (int i = 0; !stop_; ::usleep(20'000)) {
      while (waiting.size() < most_waiting) {
        const auto key = prefix + std::to_string(i++);
        put(key);
        waiting.insert(key);
      }
      std::erase_if(waiting, [&](const std::string& key) {
        if (!taken(key)) return false;
        ledgers_.referrals.acknowledged(key);
        return true;
      });
    }
  }
  void drop(const std::string& prefix) {
    leave(
        prefix,
        [this](const std::string& key) {
          const auto hidden = folder_ / ("." + key);
          std::ofstream(hidden) << referral(key, "VILLAGE");
          std::filesystem::rename(hidden, folder_ / (key + ".hl7"));
        },
        [this](const std::string& key) {
          return std::filesystem::exists(folder_ / "taken" / (key + ".hl7"));
        });
  }
  void mail(const std::string& prefix) {
    leave(
        prefix,
        [this](const std::string& key) {
          MeshServer::Message message;
          message.id = key;
          message.from = "ISLAND";
          message.to = our_mailbox;
          message.workflow = "REFERRALS";
          message.chunks[1] = referral(key, "ISLAND");
          mesh_.put(message);
        },
        [this](const std::string& key) {
          bool taken = false;
          mesh_.change(key, [&taken](const MeshServer::Message& message) {
            taken = message.status == "Acknowledged";
          });
          return taken;
        });
  }

  Ledgers& ledgers_;
  MeshServer& mesh_;
  std::filesystem::path folder_;
  std::atomic<int> odd_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

}  // namespace fingerpost::test
