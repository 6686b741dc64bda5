// The real program, started again and again over one data folder, and ended as nobody would wish.

#pragma once

#include "faults/line.h"
#include "support/ports.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <vector>

namespace fingerpost::test {

// Where the parts of a run are.
struct Places {
  std::filesystem::path folder;  // configuration, logs, ledgers
  std::filesystem::path data;    // the program's own
};

class Program {
 public:
  Program(std::string binary, Places places)
      : binary_(std::move(binary)), places_(std::move(places)) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { kill(); }

  const std::uint16_t http = free_port();
  const std::uint16_t mllp = free_port();

  // Starts it; `before` are the words of a program that runs it, such as strace's.
  void start(const std::vector<std::string>& before = {}) {
    const auto place = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
    auto words = before;
    words.insert(words.end(), {binary_, "serve", "--data", places_.data, "--http", place(http),
                               "--mllp", place(mllp), "--config", places_.folder / "config.toml"});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    const int log = ::open((places_.folder / "log").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  // Waits until it takes messages, for a minute at most; whether it does.
  bool ready() {
    for (int i = 0; i < 12'000 && running(); ++i) {
      if (up(http) && up(mllp)) return true;
      ::usleep(5'000);
    }
    return false;
  }
  bool running() {
    if (child_ > 0 && ::waitpid(child_, nullptr, WNOHANG) != 0) child_ = 0;
    return child_ > 0;
  }
  // Stops every thread where it is; once this is true, no call of the system is under way either.
  bool freeze() const {
    ::kill(child_, SIGSTOP);
    for (int i = 0; i < 2'000; ++i, ::usleep(5'000)) {
      const auto tasks =
          std::filesystem::directory_iterator("/proc/" + std::to_string(child_) + "/task");
      if (std::all_of(begin(tasks), end(tasks), [](const auto& task) { return stopped(task); }))
        return true;
    }
    return false;
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
    int retried = 0;
    for (const auto& line : lines("inbox list --status quarantined")) {
      if (!line.starts_with("{\"id\":")) continue;
      lines("inbox retry " + std::to_string(std::atoll(line.c_str() + 6)));
      ++retried;
    }
    return retried;
  }
  // The exit status of one of its commands over the data folder.
  int status(const std::string& command) const {
    const auto text = whole(command) + " >>" + (places_.folder / "commands").string() + " 2>&1";
    return WEXITSTATUS(std::system(text.c_str()));
  }

 private:
  std::string whole(const std::string& command) const {
    return binary_ + " " + command + " --data " + places_.data.string();
  }
  std::vector<std::string> lines(const std::string& command) const {
    std::vector<std::string> lines;
    FILE* const out = ::popen(whole(command).c_str(), "r");
    if (out == nullptr) return lines;
    for (char text[4096]; std::fgets(text, sizeof text, out) != nullptr;) lines.emplace_back(text);
    ::pclose(out);
    return lines;
  }
  // The state comes after the name, which is in brackets.
  static bool stopped(const std::filesystem::path& task) {
    std::ifstream in(task / "stat");
    const std::string stat(std::istreambuf_iterator<char>(in), {});
    const auto name_ends = stat.rfind(')');
    return name_ends != std::string::npos && stat.substr(name_ends + 2, 1) == "T";
  }
  static bool up(std::uint16_t port) {
    const int socket = connect_to(port);
    if (socket >= 0) ::close(socket);
    return socket >= 0;
  }
  std::string binary_;
  Places places_;
  pid_t child_ = 0;
};

}  // namespace fingerpost::test
