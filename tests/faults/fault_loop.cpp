// The promise kept through faults: what was acknowledged is stored once and delivered once.
//
//   fault_loop PROGRAM kill|power|call|line [ROUNDS] [SECONDS]
//
// Starts the real program, sends it referrals and resources in every way there is, and ends it
// again and again: `kill` by SIGKILL at random moments; `power` by cutting the power of the file
// system that its data is on (power.h); `call` by SIGKILL at a call of the system that writes,
// syncs or sends: the first that a thread makes, the second and so on from the start of the
// program, in turn with one of the first 1,500 (needs strace); `line` ends nothing, but every
// connection to the program, and from it to the receiver, goes by a bad line (proxy.h), a round
// being a second. Each acknowledgement is in a ledger of its own before the next message goes. At
// the end the program is left alone until its outbox is empty, and everything in the ledger is
// looked for: it is in the store exactly once, every referral reached the receiver, and under one
// idempotency key; the audit's chain and the store are sound; nobody's name is in the log. Exit
// status 0 only then, 77 where the machine has not what the fault needs. Ends after that many
// rounds or seconds, whichever comes first.

#include "faults/configuration.h"
#include "faults/power.h"
#include "faults/program.h"
#include "faults/proxy.h"
#include "faults/verdict.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <random>

using namespace fingerpost::test;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int impossible = 77;

enum class Fault { kill, power, call, line };

struct Plan {
  std::string binary;
  Fault fault;
  int rounds;
  int seconds;
};

double ms_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

// The rounds of one run, and what they left behind.
class Run {
 public:
  Run(Plan plan, fs::path folder)
      : plan_(std::move(plan)),
        folder_(std::move(folder)),
        power_(plan_.fault == Fault::power ? std::make_unique<Power>(folder_) : nullptr),
        ledgers_(folder_),
        program_(plan_.binary, {folder_, power_ ? power_->path() / "data" : folder_ / "data"}) {
    if (plan_.fault == Fault::line)
      for (const auto port : {program_.http, program_.mllp, receiver_.port()})
        lines_.push_back(std::make_unique<Proxy>(port, random_()));
    write_configuration(folder_, by_line(2, receiver_.port()), mesh_);
  }

  // Whether the machine has what the fault needs.
  bool possible() const {
    if (plan_.fault == Fault::call && std::system("strace -o /dev/null true") != 0)
      return tell("nothing can be traced here");
    return !power_ || power_->on() || tell("no loop mount can be made here");
  }
  // Whether everything held.
  bool go() {
    program_.start();
    if (!program_.ready()) return tell("the program does not start");
    if (!break_it()) return false;
    program_.kill();
    program_.start();
    if (!program_.ready()) return tell("the program does not start at the end");
    return report();
  }

 private:
  static bool tell(const char* what) { return std::printf("%s\n", what), false; }

  // Where one connects to whoever listens at a port.
  std::uint16_t by_line(std::size_t number, std::uint16_t port) const {
    return lines_.empty() ? port : lines_[number]->port();
  }
  bool break_it() {
    const auto begun = Clock::now();
    Senders senders({by_line(0, program_.http), by_line(1, program_.mllp)}, ledgers_, mesh_,
                    folder_ / "in");
    while (done_ < plan_.rounds && Clock::now() - begun < std::chrono::seconds(plan_.seconds)) {
      if (!round()) return false;
      ++done_;
    }
    odd_ = senders.odd();
    for (const auto& line : lines_) line->heal();
    return true;
  }
  bool round() {
    switch (plan_.fault) {
      case Fault::call:
        return end_at_call();
      case Fault::line:
        std::this_thread::sleep_for(std::chrono::seconds(1));
        return true;
      default:
        return end_at_random();
    }
  }
  // Mostly soon; now and then late enough for what waits a second before it is taken.
  std::chrono::milliseconds a_while() {
    return std::chrono::milliseconds(20 + random_() % (random_() % 5 == 0 ? 3000 : 400));
  }
  bool end_at_random() {
    std::this_thread::sleep_for(a_while());
    if (!program_.running()) return tell("the program ended by itself");
    if (power_ && !(program_.freeze() && power_->cut())) return tell("the power cannot be cut");
    program_.kill();
    if (power_ && !power_->back()) return tell("the power does not come back");
    const auto begun = Clock::now();
    program_.start();
    if (!program_.ready()) return tell("the program does not start again");
    recovery_ms_.push_back(ms_since(begun));
    return true;
  }
  bool end_at_call() {
    constexpr int most_seconds = 10;
    const std::string calls =
        "pwrite64,write,writev,fsync,fdatasync,ftruncate,rename,sendto,sendmsg";
    // In turn the next one from the start on, and one of those that come under load.
    const auto call = done_ % 2 == 0 ? 1 + done_ / 2 : 1 + static_cast<int>(random_() % 1500);
    program_.kill();
    program_.start({"strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + calls, "-e",
                    "inject=" + calls + ":signal=KILL:when=" + std::to_string(call)});
    const auto begun = Clock::now();
    while (program_.running() && Clock::now() - begun < std::chrono::seconds(most_seconds))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    reached_ += program_.running() ? 0 : 1;
    return true;
  }

  bool report() {
    const int set_aside = program_.retry_quarantined();
    for (int i = 0; i < 18 && !all_delivered(ledgers_, receiver_); ++i)
      eventually([this] { return all_delivered(ledgers_, receiver_); });
    const auto verdict = judge(program_.http, ledgers_, receiver_);
    program_.kill();
    const bool sound = program_.status("audit verify") == 0 && program_.status("check") == 0;
    std::printf(
        "seed %u: %d rounds, %zu acknowledged, %zu lost, %zu stored twice, %zu undelivered, %zu "
        "under two keys, %zu repeated under one key, %d set aside and retried, %d odd answers\n",
        seed_, done_, verdict.acknowledged, verdict.lost, verdict.twice, verdict.undelivered,
        verdict.unkeyed, verdict.repeated, set_aside, odd_);
    tell_more();
    if (!sound) tell("the audit or the store is not sound");
    const bool named = read_log().find(canary) != std::string::npos;
    if (named) tell("the log has somebody's name");
    return verdict.good() && sound && !named && odd_ == 0 && done_ > 0;
  }
  void tell_more() {
    if (plan_.fault == Fault::call) return (void)std::printf("calls reached: %d\n", reached_);
    if (plan_.fault == Fault::line) return tell_troubles();
    std::sort(recovery_ms_.begin(), recovery_ms_.end());
    const auto at = [this](double part) {
      const auto last = static_cast<double>(recovery_ms_.size()) - 1;
      return recovery_ms_.empty() ? 0.0 : recovery_ms_[static_cast<std::size_t>(part * last)];
    };
    std::printf("recovery ms: p50 %.0f, p99 %.0f, max %.0f\n", at(0.5), at(0.99), at(1.0));
  }
  void tell_troubles() const {
    constexpr const char* names[] = {"none",      "slow",       "cut request", "swallowed reply",
                                     "cut reply", "half close", "silence"};
    for (std::size_t i = 0; i < Proxy::troubles; ++i) {
      int met = 0;
      for (const auto& line : lines_) met += line->met(static_cast<Proxy::Trouble>(i));
      std::printf("connections, %s: %d\n", names[i], met);
    }
  }
  std::string read_log() const {
    std::ifstream in(folder_ / "log", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Plan plan_;
  fs::path folder_;
  std::unique_ptr<Power> power_;
  Ledgers ledgers_;
  Receiver receiver_;
  MeshServer mesh_;
  Program program_;
  unsigned seed_ = std::random_device{}();
  std::mt19937 random_{seed_};
  std::vector<std::unique_ptr<Proxy>> lines_;  // to HTTP, to MLLP, to the receiver
  int done_ = 0, odd_ = 0, reached_ = 0;
  std::vector<double> recovery_ms_;
};

std::optional<Plan> read_plan(int count, char** words) {
  if (count < 3) return std::nullopt;
  const std::map<std::string, Fault> faults = {
      {"kill", Fault::kill}, {"power", Fault::power}, {"call", Fault::call}, {"line", Fault::line}};
  const auto fault = faults.find(words[2]);
  if (fault == faults.end()) return std::nullopt;
  Plan plan{words[1], fault->second, 100, 600};
  if (count > 3) plan.rounds = std::atoi(words[3]);
  if (count > 4) plan.seconds = std::atoi(words[4]);
  return plan;
}

}  // namespace

int main(int count, char** words) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto plan = read_plan(count, words);
  if (!plan)
    return std::printf("usage: fault_loop PROGRAM kill|power|call|line [ROUNDS] [SECONDS]\n"), 2;
  char name[] = "/tmp/fingerpost-fault-XXXXXX";
  const fs::path folder = ::mkdtemp(name);
  int status = impossible;
  if (Run run(*plan, folder); run.possible()) status = run.go() ? 0 : 1;
  if (status == 1)
    std::printf("left for inspection: %s\n", folder.c_str());
  else
    fs::remove_all(folder);
  return status;
}
