// What was acknowledged, in a file of its own: appended and synced before anything goes on.

#pragma once

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <string>
#include <unistd.h>
#include <vector>

namespace fingerpost::test {

// Safe to use from several threads.
class Ledger {
 public:
  explicit Ledger(const std::filesystem::path& file)
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

}  // namespace fingerpost::test
