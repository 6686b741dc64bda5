// A file system that loses its power: ext4 on a loop mount, shut down without its log being
// written, so that all that was not synced is gone. Needs root and a loop device.
//
// Nobody may be in a call of the system there when it is cut: an fdatasync that is under way then
// may say that it succeeded, and what it was to sync is gone. (Linux 6.18, seen in 3 of 60 cuts
// with a program that does nothing but write and sync; a disk without power answers nobody.)

#pragma once

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace fingerpost::test {

class Power {
 public:
  // `on()` says whether there is such a file system.
  explicit Power(const std::filesystem::path& folder)
      : image_(folder / "disk.img"), mount_(folder / "disk") {
    std::filesystem::create_directory(mount_);
    on_ = run("truncate -s 1G " + image_ + " && mkfs.ext4 -q -F " + image_) && attach();
  }
  Power(const Power&) = delete;
  Power& operator=(const Power&) = delete;
  ~Power() {
    if (on_) ::umount2(mount_.c_str(), 0);
  }

  bool on() const { return on_; }
  std::filesystem::path path() const { return mount_; }

  bool cut() {
    constexpr unsigned long shutdown = 0x8004587d;  // EXT4_IOC_SHUTDOWN
    std::uint32_t without_log = 2;
    const int folder = ::open(mount_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = folder >= 0 && ::ioctl(folder, shutdown, &without_log) == 0;
    if (folder >= 0) ::close(folder);
    return done;
  }
  // The power is back; nobody may have a file open there.
  bool back() {
    on_ = ::umount2(mount_.c_str(), 0) != 0;
    if (on_) return false;
    return on_ = attach();
  }

 private:
  bool attach() const { return run("mount -o loop " + image_ + " " + mount_); }
  static bool run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
  }
  std::string image_, mount_;
  bool on_ = false;
};

}  // namespace fingerpost::test
