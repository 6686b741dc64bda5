// A file system so small that it is soon full.

#pragma once

#include <string>
#include <sys/mount.h>
#include <utility>

namespace fingerpost::test {

// So many megabytes mounted on a folder, for as long as it lives. Root alone can mount.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path, int megabytes = 3) : path_(std::move(path)) {
    const auto options = "mode=0700,size=" + std::to_string(megabytes) + "m";
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

}  // namespace fingerpost::test
