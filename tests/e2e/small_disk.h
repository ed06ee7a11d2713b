// A file system of a few pages, mounted where only this process and its children see it.
#pragma once

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/process.h"

namespace kato::test {

// Empty if mounts can be made; else why not. As root, or where users may have namespaces.
inline std::string own_mounts() {
  static const std::string kWhyNot = [] {
    const auto user = std::to_string(::geteuid());
    const auto group = std::to_string(::getegid());
    const bool root = user == "0";
    if (::unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) {
      return std::string("no namespace of its own: ") + std::strerror(errno);
    }
    if (!root) {
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << user << " " << user << " 1";
      std::ofstream("/proc/self/gid_map") << group << " " << group << " 1";
    }
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      return std::string("mounts cannot be made private: ") + std::strerror(errno);
    }
    return std::string();
  }();
  return kWhyNot;
}

// Says so, and ends the test case, where there can be no mounts.
#define KATO_NEEDS_OWN_MOUNTS()                                          \
  if (const auto why_not = kato::test::own_mounts(); !why_not.empty()) { \
    WARN("SKIPPED, since it needs mounts of its own: " << why_not);      \
    return;                                                              \
  }

class SmallDisk {
 public:
  SmallDisk(std::string folder, size_t bytes) : folder_(std::move(folder)) {
    const auto options = "mode=0700,size=" + std::to_string(bytes);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    INFO(folder_ << ": " << std::strerror(errno));
    REQUIRE(mounted_);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  SmallDisk(SmallDisk&&) = delete;
  SmallDisk& operator=(SmallDisk&&) = delete;

  // Leaves no room, but what is left in the last pages of files.
  void fill() const {
    std::ofstream filler(folder_ + "/filler", std::ios::binary | std::ios::app);
    const std::string page(4096, 'f');
    while (filler << page << std::flush) {
    }
  }
  void make_room() const { ::unlink((folder_ + "/filler").c_str()); }
  // A file that is written to stays open until the next commit, a second at most: until then the
  // disk is busy.
  void set_read_only(bool on) const {
    const unsigned long flags = on ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT;
    REQUIRE(eventually([&] { return ::mount("tmpfs", folder_.c_str(), "tmpfs", flags, "") == 0; }));
  }

 private:
  std::string folder_;
  bool mounted_ = false;
};

}  // namespace kato::test
