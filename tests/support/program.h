// The real program, run as its users run it: a process of its own, its outputs in files.

#pragma once

#include "support/files.h"
#include "support/folder.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fingerpost::test {

// Ends with the object, by SIGKILL when it was not asked to end before.
class Program {
 public:
  Program(std::vector<std::string> arguments, const std::filesystem::path& out,
          const std::filesystem::path& error) {
    arguments.insert(arguments.begin(), build_dir() + "/fingerpost");
    std::vector<char*> words;
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    const auto out_name = out.string(), error_name = error.string();
    pid_ = fork();
    if (pid_ != 0) return;
    const int modes = O_WRONLY | O_CREAT | O_TRUNC;
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(open(out_name.c_str(), modes, 0600), STDOUT_FILENO);
    dup2(open(error_name.c_str(), modes, 0600), STDERR_FILENO);
    execv(words[0], words.data());
    _exit(127);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (status_) return;
    signal(SIGKILL);
    wait(std::chrono::seconds(30));
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const {
    if (pid_ > 0) kill(pid_, number);
  }
  // The exit status; 128 and the number of the signal that ended it; nothing when it goes on.
  std::optional<int> wait(std::chrono::seconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!status_) {
      int status = 0;
      const auto ended = waitpid(pid_, &status, WNOHANG);
      if (ended == pid_)
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      else if (std::chrono::steady_clock::now() > end)
        break;
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return status_;
  }

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

struct Ran {
  int status = -1;
  std::string out, error;
};

// Runs it to its end.
inline Ran run(std::vector<std::string> arguments) {
  const Folder folder;
  Program program(std::move(arguments), folder / "out", folder / "error");
  const auto status = program.wait(std::chrono::seconds(120));
  return {status.value_or(-1), read_file(folder / "out"), read_file(folder / "error")};
}

// Looks until it is so, for a while; whether it came to be so.
template <class Question>
bool eventually(Question question) {
  for (int look = 0; look < 1200; ++look) {
    if (question()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace fingerpost::test
