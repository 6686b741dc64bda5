// The promise kept under kill -9: what was acknowledged is stored once and delivered once.
//
//   kill_loop PROGRAM [KILLS] [SECONDS]
//
// Starts the real program, sends referrals over MLLP (both acknowledgement modes) and resources
// over REST, and kills it with SIGKILL at random moments. Each acknowledgement is written to a
// ledger of its own, with fsync, before the next message. At the end the program is left alone
// until its outbox is empty, and the ledger is checked: every acknowledged message is in the store
// exactly once, every referral reached the receiver, and under one idempotency key. Exit status 0
// only then.

#include "support/peer.h"
#include "support/ports.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <signal.h>
#include <sys/wait.h>

using namespace fingerpost::test;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int mllp_senders = 4;
constexpr int rest_senders = 2;

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const timeval patience{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

// A connection that is made again whenever it breaks, as every good sender's is.
class Line {
 public:
  Line(std::uint16_t port, Cut cut) : port_(port), cut_(std::move(cut)) {}
  ~Line() { drop(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // The answer, or nothing: then the message goes again as it is.
  std::optional<std::string> ask(const std::string& bytes) {
    if (socket_ < 0) socket_ = connect_to(port_);
    if (socket_ < 0) return std::nullopt;
    if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      return drop();
    for (;;) {
      if (auto answer = cut_(read_)) return answer;
      char buffer[16384];
      const auto size = ::recv(socket_, buffer, sizeof buffer, 0);
      if (size <= 0) return drop();
      read_.append(buffer, static_cast<std::size_t>(size));
    }
  }

 private:
  std::nullopt_t drop() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    read_.clear();
    return std::nullopt;
  }
  std::uint16_t port_;
  Cut cut_;
  int socket_ = -1;
  std::string read_;
};

// Keys that were acknowledged, in a file of their own: O_APPEND and fsync before anything goes on.
class Ledger {
 public:
  explicit Ledger(const fs::path& file)
      : file_(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {}
  ~Ledger() { ::close(file_); }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  void acknowledged(const std::string& key) {
    const auto line = key + "\n";
    if (::write(file_, line.data(), line.size()) < 0 || ::fsync(file_) != 0) std::abort();
    const std::lock_guard lock(mutex_);
    keys_.push_back(key);
  }
  std::vector<std::string> keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
  }

 private:
  int file_;
  mutable std::mutex mutex_;
  std::vector<std::string> keys_;
};

std::string referral(const std::string& key, bool enhanced) {
  return "MSH|^~\\&|GPSYS|ELMTREE|FINGERPOST|HUB|20261122093000+0000||REF^I12|" + key + "|P|2.4" +
         (enhanced ? "|||AL|NE" : "") + "\rRF1|P||SOC^Social prescribing^ELMTREE|||" + key +
         "^ELMTREE|20261122\rPRD|RP|Okafor^Ngozi||^^^A99901^^^^^Elm Tree Surgery|||A99901^ODS\r"
         "PRD|RT|||^^^RLP99^^^^^Riverside Link Workers|||RLP99^ODS\r"
         "PID|1||" +
         key + "^^^ELMTREE^MR||Winterbourne^Maud||19410307|2\r";
}

std::string put_patient(const std::string& key) {
  const std::string body = R"({"resourceType":"Patient","id":")" + key + R"(","active":true})";
  return "PUT /fhir/Patient/" + key + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
         "Content-Type: application/fhir+json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

bool in_a_minute(const std::function<bool()>& holds) {
  for (int i = 0; i < 6; ++i)
    if (eventually(holds)) return true;
  return false;
}

class Program {
 public:
  Program(std::string binary, fs::path folder, std::uint16_t receiver)
      : binary_(std::move(binary)), folder_(std::move(folder)) {
    std::ofstream(folder_ / "config.toml")
        << "[self]\napplication = \"FINGERPOST\"\n[[partner]]\nid = \"surgery\"\nchannel = "
           "\"none\"\n"
        << "application = \"GPSYS\"\n[[partner]]\nid = \"riverside\"\nchannel = \"fhir\"\n"
        << "fhir = \"http://127.0.0.1:" << receiver << "/fhir\"\n"
        << "identifier = [{ system = \"\", value = \"RLP99\" }]\n";
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { kill(); }

  std::uint16_t http = free_port();
  std::uint16_t mllp = free_port();

  // Whether it answers within a minute.
  bool start() {
    const auto place = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
    const std::vector<std::string> words = {
        binary_,     "serve",  "--data",    folder_ / "data", "--http",
        place(http), "--mllp", place(mllp), "--config",       folder_ / "config.toml"};
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      const int log = ::open((folder_ / "log").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
      ::dup2(log, STDOUT_FILENO);
      ::dup2(log, STDERR_FILENO);
      ::execv(binary_.c_str(), arguments.data());
      ::_exit(127);
    }
    return in_a_minute([this] { return up(http) && up(mllp); });
  }
  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = 0;
  }
  // As an operator would: a message that the program was killed over three times is set aside, like
  // one that kills it. Gives how many there were.
  int retry_quarantined() const {
    const auto data = " --data " + (folder_ / "data").string();
    int retried = 0;
    for (const auto& line : lines_of(binary_ + " inbox list --status quarantined" + data)) {
      if (!line.starts_with("{\"id\":")) continue;
      lines_of(binary_ + " inbox retry " + std::to_string(std::atoll(line.c_str() + 6)) + data);
      ++retried;
    }
    return retried;
  }
  bool running() const { return child_ > 0 && ::waitpid(child_, nullptr, WNOHANG) == 0; }

 private:
  static std::vector<std::string> lines_of(const std::string& command) {
    std::vector<std::string> lines;
    FILE* const out = ::popen(command.c_str(), "r");
    if (out == nullptr) return lines;
    for (char text[4096]; std::fgets(text, sizeof text, out) != nullptr;) lines.emplace_back(text);
    ::pclose(out);
    return lines;
  }
  static bool up(std::uint16_t port) {
    const int socket = connect_to(port);
    if (socket >= 0) ::close(socket);
    return socket >= 0;
  }
  std::string binary_;
  fs::path folder_;
  pid_t child_ = 0;
};

struct Load {
  Load(const Program& to, Ledger& referrals, Ledger& resources) {
    for (int i = 0; i < mllp_senders; ++i)
      threads_.emplace_back(
          [&, i] { refer(to.mllp, referrals, "R" + std::to_string(i) + "-", i % 2); });
    for (int i = 0; i < rest_senders; ++i)
      threads_.emplace_back([&, i] { write(to.http, resources, "P" + std::to_string(i) + "-"); });
  }
  ~Load() {
    stop_ = true;
    for (auto& thread : threads_) thread.join();
  }
  std::atomic<int> odd{0};  // answers that are neither an acknowledgement nor "not now"

 private:
  void refer(std::uint16_t port, Ledger& ledger, const std::string& prefix, bool enhanced) {
    Line line(port, cut_mllp);
    for (int i = 0; !stop_;) {
      const auto key = prefix + std::to_string(i);
      const auto answer = line.ask(mllp(referral(key, enhanced)));
      const auto good = (enhanced ? "MSA|CA|" : "MSA|AA|") + key + "\r";
      if (!answer) {
        ::usleep(5'000);
      } else if (answer->find(good) != std::string::npos) {
        ledger.acknowledged(key);
        ++i;
      } else {
        if (odd++ == 0) std::printf("odd answer: %s\n", answer->c_str());
        ::usleep(5'000);
      }
    }
  }
  void write(std::uint16_t port, Ledger& ledger, const std::string& prefix) {
    Line line(port, cut_http);
    for (int i = 0; !stop_;) {
      const auto key = prefix + std::to_string(i);
      const auto answer = line.ask(put_patient(key));
      if (!answer) {
        ::usleep(5'000);
      } else if (answer->starts_with("HTTP/1.1 20")) {
        ledger.acknowledged(key);
        ++i;
      } else {
        if (odd++ == 0) std::printf("odd answer: %.300s\n", answer->c_str());
        ::usleep(5'000);
      }
    }
  }
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// What the receiver was given: for each referral, the idempotency keys it came under.
class Receiver {
 public:
  Receiver() : peer_(cut_http, [this](const std::string& request) { return take(request); }) {}
  std::uint16_t port() const { return peer_.port(); }
  std::map<std::string, std::map<std::string, int>> referrals() const {
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
  std::map<std::string, std::map<std::string, int>> referrals_;
  Peer peer_;
};

// How many matches a search has; -1 when there is no answer.
int matches(Line& line, const std::string& path) {
  const auto answer = line.ask(get(path));
  if (!answer) return -1;
  int found = 0;
  for (auto at = answer->find("\"mode\":\"match\""); at != std::string::npos;
       at = answer->find("\"mode\":\"match\"", at + 1))
    ++found;
  return found;
}

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

Verdict judge(const Program& program, const Ledger& referrals, const Ledger& resources,
              const Receiver& receiver) {
  Verdict verdict;
  Line line(program.http, cut_http);
  for (const auto& key : referrals.keys()) {
    ++verdict.acknowledged;
    const auto found = matches(line, "/fhir/ServiceRequest?identifier=" + key);
    if (found <= 0) ++verdict.lost;
    if (found > 1) ++verdict.twice;
  }
  for (const auto& key : resources.keys()) {
    ++verdict.acknowledged;
    const auto answer = line.ask(get("/fhir/Patient/" + key));
    if (!answer || !answer->starts_with("HTTP/1.1 200")) ++verdict.lost;
  }
  const auto delivered = receiver.referrals();
  for (const auto& key : referrals.keys()) {
    const auto found = delivered.find(key);
    if (found == delivered.end()) {
      ++verdict.undelivered;
      continue;
    }
    if (found->second.size() > 1) ++verdict.unkeyed;
    for (const auto& [idempotency, times] : found->second)
      verdict.repeated += static_cast<std::size_t>(times - 1);
  }
  return verdict;
}

bool all_delivered(const Ledger& referrals, const Receiver& receiver) {
  const auto delivered = receiver.referrals();
  const auto keys = referrals.keys();
  return std::all_of(keys.begin(), keys.end(),
                     [&delivered](const std::string& key) { return delivered.count(key) != 0; });
}

int run(const std::string& binary, int kills, int seconds, const fs::path& folder) {
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  Receiver receiver;
  Program program(binary, folder, receiver.port());
  Ledger referrals(folder / "referrals");
  Ledger resources(folder / "resources");
  const auto seed = std::random_device{}();
  std::mt19937 random(seed);
  int done = 0;
  int odd = 0;
  std::vector<double> recovery_ms;
  {
    if (!program.start()) return std::printf("the program does not start\n"), 1;
    Load load(program, referrals, resources);
    while (done < kills && Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 400));
      if (!program.running()) return std::printf("the program ended by itself\n"), 1;
      program.kill();
      ++done;
      const auto begun = Clock::now();
      if (!program.start()) return std::printf("the program does not start again\n"), 1;
      recovery_ms.push_back(
          std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    odd = load.odd;
  }
  const int set_aside = program.retry_quarantined();
  in_a_minute([&] { return all_delivered(referrals, receiver); });
  const auto verdict = judge(program, referrals, resources, receiver);
  std::sort(recovery_ms.begin(), recovery_ms.end());
  const auto at = [&recovery_ms](double part) {
    if (recovery_ms.empty()) return 0.0;
    return recovery_ms[static_cast<std::size_t>(part *
                                                static_cast<double>(recovery_ms.size() - 1))];
  };
  std::printf(
      "seed %u: %d kills, %zu acknowledged, %zu lost, %zu stored twice, %zu undelivered, "
      "%zu under two keys, %zu repeated under one key, %d set aside and retried, %d odd answers\n",
      seed, done, verdict.acknowledged, verdict.lost, verdict.twice, verdict.undelivered,
      verdict.unkeyed, verdict.repeated, set_aside, odd);
  std::printf("recovery ms: p50 %.0f, p99 %.0f, max %.0f\n", at(0.5), at(0.99), at(1.0));
  return verdict.good() && odd == 0 && done == kills ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::printf("usage: kill_loop PROGRAM [KILLS] [SECONDS]\n"), 2;
  const int kills = count > 2 ? std::atoi(arguments[2]) : 100;
  const int seconds = count > 3 ? std::atoi(arguments[3]) : 600;
  char name[] = "/tmp/fingerpost-kill-XXXXXX";
  const fs::path folder = ::mkdtemp(name);
  const int status = run(arguments[1], kills, seconds, folder);
  if (status == 0)
    fs::remove_all(folder);
  else
    std::printf("left for inspection: %s\n", folder.c_str());
  return status;
}
