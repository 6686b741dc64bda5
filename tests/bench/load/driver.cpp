#include "bench/load/driver.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace fingerpost::bench {
namespace {

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// User and system time of a process, in seconds (proc(5), /proc/pid/stat).
double cpu_seconds_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto end = text.rfind(')');
  if (end == std::string::npos) return 0;
  double user = 0;
  double system = 0;
  std::sscanf(text.c_str() + end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lf %lf", &user,
              &system);
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The value of a header, whose name is given in small letters.
std::string_view field(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, name.size() + 1);
    if (line.size() <= name.size() || line.back() != ':') continue;
    const auto same = [](char wanted, char found) { return (found | 0x20) == wanted; };
    if (!std::equal(name.begin(), name.end(), line.begin(), same)) continue;
    auto value = head.substr(at + 2 + name.size() + 1);
    value = value.substr(0, value.find("\r\n"));
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

struct Peer {
  int socket = -1;
  std::unique_ptr<Script> script;
  bool busy = false;
  std::string kind;
  bool headless = false;  // the answer has no body whatever its head says
  int wanted = 0;
  std::uint64_t resources = 0;
  std::int64_t due = 0;  // when the request was to be sent
  std::string out;
  std::size_t sent = 0;
  std::string in;
};

class Driver {
 public:
  Driver(const Load& load, const MakeScript& make_script)
      : load_(load), epoll_(epoll_create1(EPOLL_CLOEXEC)), peers_(load.connections) {
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      peers_[i].script = make_script(i);
      connect(peers_[i], i);
    }
  }
  ~Driver() {
    for (const auto& peer : peers_)
      if (peer.socket >= 0) close(peer.socket);
    close(epoll_);
  }

  Report run() {
    const auto start = now_us();
    count_from_ = start + static_cast<std::int64_t>(load_.warm_seconds * 1e6);
    const auto end = count_from_ + static_cast<std::int64_t>(load_.seconds * 1e6);
    next_due_ = start;
    double cpu_before = -1;
    for (std::size_t i = 0; i < peers_.size(); ++i) idle_.push_back(i);
    while (report_.fault.empty()) {
      const auto now = now_us();
      if (cpu_before < 0 && now >= count_from_) cpu_before = cpu_seconds_of(load_.server_pid);
      if (now >= end) break;
      issue(now);
      wait(now, end);
    }
    report_.seconds = static_cast<double>(now_us() - count_from_) / 1e6;
    if (load_.server_pid != 0)
      report_.server_cpu_seconds = cpu_seconds_of(load_.server_pid) - std::max(cpu_before, 0.0);
    return std::move(report_);
  }

 private:
  void fail(std::string text) {
    if (report_.fault.empty()) report_.fault = std::move(text);
  }

  void connect(Peer& peer, std::size_t index) {
    peer.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(load_.port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(peer.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(peer.socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
      return fail(std::string("cannot connect: ") + std::strerror(errno));
    fcntl(peer.socket, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.u64 = index;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.socket, &event);
  }

  // Sends what is due as long as connections are free.
  void issue(std::int64_t now) {
    while (!idle_.empty() && report_.fault.empty()) {
      auto due = now;
      if (load_.rate > 0) {
        if (next_due_ > now) return;
        due = next_due_;
        next_due_ += static_cast<std::int64_t>(1e6 / load_.rate);
      }
      Peer& peer = peers_[idle_.front()];
      idle_.pop_front();
      begin(peer, due);
    }
  }

  void begin(Peer& peer, std::int64_t due) {
    Ask ask = peer.script->next();
    peer.busy = true;
    peer.due = due;
    peer.kind = std::move(ask.kind);
    peer.wanted = ask.wanted;
    peer.resources = ask.resources;
    peer.headless = ask.method == "HEAD";
    peer.out = ask.method;
    peer.out += ' ';
    peer.out += ask.target;
    peer.out += " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n";
    if (!ask.body.empty())
      peer.out.append("Content-Type: ").append(ask.media_type).append("\r\nContent-Length: ") +=
          std::to_string(ask.body.size()) + "\r\n";
    peer.out += "\r\n";
    peer.out += ask.body;
    peer.sent = 0;
    send(peer);
  }

  void send(Peer& peer) {
    while (peer.sent < peer.out.size()) {
      const auto done = ::send(peer.socket, peer.out.data() + peer.sent,
                               peer.out.size() - peer.sent, MSG_NOSIGNAL);
      if (done < 0) {
        if (errno != EAGAIN) fail(std::string("cannot send: ") + std::strerror(errno));
        return;
      }
      peer.sent += static_cast<std::size_t>(done);
    }
  }

  void wait(std::int64_t now, std::int64_t end) {
    auto until = end;
    if (load_.rate > 0 && !idle_.empty()) until = std::min(until, next_due_);
    const auto pause = std::max<std::int64_t>(0, (until - now) / 1000);
    epoll_event events[256];
    const int ready = epoll_wait(epoll_, events, 256, static_cast<int>(pause));
    for (int i = 0; i < ready; ++i) {
      const auto index = static_cast<std::size_t>(events[i].data.u64);
      Peer& peer = peers_[index];
      if (!peer.busy) continue;
      if (peer.sent < peer.out.size()) send(peer);
      receive(peer, index);
    }
  }

  void receive(Peer& peer, std::size_t index) {
    while (peer.busy && report_.fault.empty()) {
      const auto old = peer.in.size();
      peer.in.resize(old + 65'536);
      const auto got = recv(peer.socket, peer.in.data() + old, 65'536, 0);
      peer.in.resize(old + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got == 0) return fail("the server closed a connection");
      if (got < 0) {
        if (errno != EAGAIN) fail(std::string("cannot receive: ") + std::strerror(errno));
        return;
      }
      take(peer, index);
    }
  }

  // The answer, when it is complete.
  void take(Peer& peer, std::size_t index) {
    const auto head_end = peer.in.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    const std::string_view head(peer.in.data(), head_end + 2);
    Told told;
    std::from_chars(head.data() + 9, head.data() + 12, told.status);
    std::size_t length = 0;
    const auto announced = field(head, "content-length");
    std::from_chars(announced.data(), announced.data() + announced.size(), length);
    if (peer.headless || told.status == 204 || told.status == 304) length = 0;
    if (peer.in.size() < head_end + 4 + length) return;
    told.location = field(head, "location");
    told.body = std::string_view(peer.in).substr(head_end + 4, length);
    count(peer, told.status);
    peer.script->told(told);
    peer.in.clear();
    peer.busy = false;
    idle_.push_back(index);
  }

  void count(const Peer& peer, int status) {
    const auto now = now_us();
    if (now < count_from_) return;
    auto& tally = report_.kinds[peer.kind];
    const auto took = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - peer.due));
    if (load_.refusals && status == 503) return tally.refused_us.add(took);
    tally.latency_us.add(took);
    if (status == peer.wanted) {
      tally.resources += peer.resources;
      return;
    }
    ++tally.errors;
    tally.last_error = status;
  }

  const Load& load_;
  int epoll_;
  std::vector<Peer> peers_;
  std::deque<std::size_t> idle_;
  std::int64_t next_due_ = 0;
  std::int64_t count_from_ = 0;
  Report report_;
};

double ms(std::uint64_t us) {
  return static_cast<double>(us) / 1e3;
}

void print_line(const std::string& name, const Tally& tally) {
  const auto& seen = tally.latency_us;
  std::printf("  %-28s %9llu %9.2f %9.2f %9.2f %9.2f", name.c_str(),
              static_cast<unsigned long long>(seen.count()), ms(seen.at(0.5)), ms(seen.at(0.95)),
              ms(seen.at(0.99)), ms(seen.largest()));
  if (tally.errors > 0)
    std::printf("   %llu errors, the last %d", static_cast<unsigned long long>(tally.errors),
                tally.last_error);
  std::printf("\n");
}

}  // namespace

std::uint64_t Report::requests() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, tally] : kinds) sum += tally.latency_us.count();
  return sum;
}

std::uint64_t Report::errors() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, tally] : kinds) sum += tally.errors;
  return sum;
}

Report drive(const Load& load, const MakeScript& make_script) {
  return Driver(load, make_script).run();
}

void print(const Report& report) {
  const auto requests = static_cast<double>(report.requests());
  std::printf("%.0f requests/s over %.1f s", requests / report.seconds, report.seconds);
  if (report.server_cpu_seconds > 0 && requests > 0)
    std::printf(", %.1f µs of the server's processor time each",
                report.server_cpu_seconds * 1e6 / requests);
  std::printf("\n  %-28s %9s %9s %9s %9s %9s\n", "", "requests", "p50 ms", "p95 ms", "p99 ms",
              "max ms");
  Tally all;
  for (const auto& [kind, tally] : report.kinds) {
    print_line(kind, tally);
    all.latency_us.add(tally.latency_us);
    all.refused_us.add(tally.refused_us);
    all.errors += tally.errors;
    if (tally.errors > 0) all.last_error = tally.last_error;
  }
  std::uint64_t resources = 0;
  for (const auto& [kind, tally] : report.kinds) resources += tally.resources;
  if (resources > 0)
    std::printf("  %.0f resources/s\n", static_cast<double>(resources) / report.seconds);
  if (report.kinds.size() > 1) print_line("all", all);
  if (all.refused_us.count() > 0)
    std::printf("  %-28s %9llu %9.2f %9.2f %9.2f %9.2f\n", "refused (503)",
                static_cast<unsigned long long>(all.refused_us.count()), ms(all.refused_us.at(0.5)),
                ms(all.refused_us.at(0.95)), ms(all.refused_us.at(0.99)),
                ms(all.refused_us.largest()));
  if (!report.fault.empty()) std::printf("stopped: %s\n", report.fault.c_str());
}

}  // namespace fingerpost::bench
